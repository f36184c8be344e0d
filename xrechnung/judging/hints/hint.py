"""What a hint is."""

from dataclasses import dataclass

MOST_QUOTED = 120
REMEMBERED = 4096
"""So many values of one kind are judged once only: the same suppliers write every day, and buyers are few."""


@dataclass(frozen=True, slots=True)
class Hint:
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
