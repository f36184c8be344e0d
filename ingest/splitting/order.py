"""The order of files as people read it (natürliche Sortierung), and series of images from one scanner job."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

_NUMBERS = re.compile(r"(\d+)")
_NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>\d+)(?P<after>\D*)")
_OWN_NAMES = re.compile(
    r"(scan(s|ned)?|img|image|bild|foto|photo|dsc|pic|seite|page|blatt|sheet|dok(ument)?|doc(ument)?|stapel|batch"
    r"|brother|brw|canon|epson|hp|kyocera|ricoh|xerox)([\W_\d].*)?",
    re.I,
)

_SIDES = re.compile(
    r"(?:.*[\W_\d])?(?:(?P<front>front|vorder|odd|ungerade|recto)|(back|r(ü|ue?)ck|even|gerade|verso)).*", re.I
)


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key: `Scan_8` before `Scan_13`, capitals and umlauts beside their plain letters."""
    key: list[tuple[int, int, str]] = []
    for part in PurePosixPath(name).parts:
        plain = unicodedata.normalize("NFKD", part).casefold()
        letters = "".join(c for c in plain if not unicodedata.combining(c))
        pieces = [piece for piece in _NUMBERS.split(letters) if piece]
        key += [(1, int(piece), piece) if piece.isdecimal() else (2, 0, piece) for piece in pieces]
        key.append((0, 0, ""))
    return tuple(key)


def in_natural_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (natural_key(name), name))


def follows(before: str, after: str) -> bool:
    """Whether a scanner wrote `after` later in the same series as `before` (scan0001.jpg, scan0002.jpg).

    A gap does not end a series: somebody threw a bad image away. Numbers filled up with zeros keep their width.
    """
    one, other = _place(before), _place(after)
    if one is None or other is None or one.series != other.series or int(one.digits) >= int(other.digits):
        return False
    return len(one.digits) == len(other.digits) or not one.filled_up


def counted_by_scanner(first: str) -> bool:
    """Whether a series that begins with this name was counted by a device, not by a person (`Quittung 004418.png`).

    It is a usual word of scanners and cameras, a bare date or number, or the count begins with a filled-up 0 or 1
    (`Karton17_0001.tif`): people who number their documents write `Bescheid 1.jpg`.
    """
    place = _place(first)
    if place is None:
        return False
    chosen = place.series[1].strip(" _-.0123456789")
    return not chosen or bool(_OWN_NAMES.fullmatch(chosen)) or (place.filled_up and int(place.digits) <= 1)


def shows_backs_before_fronts(first: str, second: str) -> bool:
    """Whether two series of a simplex scanner name their sides, and the alphabet put the backs first."""
    one, other = (_SIDES.fullmatch(unicodedata.normalize("NFC", PurePosixPath(name).stem)) for name in (first, second))
    return one is not None and other is not None and one["front"] is None and other["front"] is not None


@dataclass(frozen=True, slots=True)
class _Place:
    series: tuple[str, str, str, str]
    digits: str

    @property
    def filled_up(self) -> bool:
        """Whether the number has leading zeros."""
        return len(self.digits) > 1 and self.digits.startswith("0")


def _place(name: str) -> _Place | None:
    path = PurePosixPath(name)
    match = _NUMBERED.fullmatch(path.stem)
    if match is None:
        return None
    series = (str(path.parent), match["before"].casefold(), match["after"].casefold(), path.suffix.casefold())
    return _Place(series, match["number"])
