"""What a hint is."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar, cast

MOST_QUOTED = 120
REMEMBERED, LONGEST_REMEMBERED = 4096, 1000
"""So many values of one kind, up to so many characters, are judged once only."""

_Further = ParamSpec("_Further")
_Found = TypeVar("_Found")


class Hint(NamedTuple):
    """One thing that accounting should look at (Hinweis)."""

    code: str
    """`EAKTE-LEITWEG-3`; stays with this meaning for ever."""
    term: str
    """The business term it is about, as `BT-10`."""
    message: str
    """What was noticed, in German."""
    remedy: str
    """What to do about it, in German."""


def quoted(text: str) -> str:
    """What a supplier wrote, in German quotation marks and not longer than a person wants to read."""
    plain = " ".join(text.split())
    return f"„{plain}“" if len(plain) <= MOST_QUOTED else f"„{plain[:MOST_QUOTED].rstrip()} …“"


def remembered(judge: Callable[Concatenate[str, _Further], _Found]) -> Callable[Concatenate[str, _Further], _Found]:
    """Judge the same text once only: the same suppliers write every day, and buyers are few.

    A long text is judged each time, so that nobody can fill our memory with them.
    """
    known = cast("Callable[Concatenate[str, _Further], _Found]", lru_cache(REMEMBERED)(judge))

    @wraps(judge)
    def judge_or_remember(text: str, /, *args: _Further.args, **further: _Further.kwargs) -> _Found:
        return (known if len(text) <= LONGEST_REMEMBERED else judge)(text, *args, **further)

    return judge_or_remember
