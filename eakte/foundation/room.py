"""A disk that is full (Datenträger voll): a neighbour's trouble like any other, and no fault of a file."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from eakte.foundation.errors import Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT)
_SAID = tuple(os.strerror(number) for number in _FULL)


class NoRoomLeft(Unavailable):
    """Auf dem Datenträger ist kein Platz mehr."""

    advice = (
        "Es ist nichts verloren gegangen. Sobald wieder Platz ist, geht es von selbst weiter; "
        "bitte die Systembetreuung verständigen."
    )


def lacks_room(error: BaseException) -> bool:
    """Whether a full disk is behind an error, by its number or, through libraries, by the system's words for it."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno in _FULL:
            return True
        if any(words in str(link) for words in _SAID):
            return True
        link = link.__cause__ or link.__context__
    return False


@contextmanager
def room_needed() -> Iterator[None]:
    """Raise NoRoomLeft for what the system says when a disk is full."""
    try:
        yield
    except OSError as error:
        if lacks_room(error):
            raise NoRoomLeft from error
        raise
