"""Whether a text speaks of a person: names as search folds them, in either order; e-mail, ids, birth date, address.

One pattern serves Python and PostgreSQL, so that the database can leave out what cannot match. It says the case of
letters itself, since not every collation of PostgreSQL knows that of "Ä".
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from eakte.privacy.errors import NameTooVague
from eakte.privacy.rules import Match, Person
from eakte.search.folding import fold

_AROUND = 80
"""Letters of an excerpt on either side."""
_SHORTEST_ID = 6
"""An id of fewer letters is found where ids stand, not in the middle of a text."""
_MARKS = "[\u0300-\u036f]*"
_FAMILIES = {
    "a": "AaÄäÀàÁáÂâÃãÅåĀāĂăĄąÆæ",
    "c": "CcÇçĆćČč",
    "d": "DdĎďĐđ",
    "e": "EeÈèÉéÊêËëĒēĖėĘęĚě",
    "g": "GgĞğĢģ",
    "i": "IiÌìÍíÎîÏïĪīĮįİı",
    "k": "KkĶķ",
    "l": "LlŁłĹĺĽľĻļ",
    "n": "NnÑñŃńŇňŅņ",
    "o": "OoÖöÒòÓóÔôÕõØøŌōŐőŒœ",
    "r": "RrŔŕŘř",
    "s": "SsŚśŠšŞşȘș",
    "t": "TtŤťŢţȚț",
    "u": "UuÜüÙùÚúÛûŪūŮůŰűŲų",
    "y": "YyÝýŸÿ",
    "z": "ZzŹźŻżŽž",
}
_DIGRAPHS = {"a": "[Aa][Ee]", "o": "[Oo][Ee]", "u": "[Uu][Ee]"}
_TITLES = re.compile(r"^(?:(?:dr|prof|dipl|med|jur|phil|ing|h\.?c|herr|frau)\.?[\s-]+)+", re.IGNORECASE)
_PARTICLES = frozenset((
    "von", "van", "vom", "zu", "zum", "zur", "de", "del", "della", "di", "da", "du", "la", "le",
    "der", "den", "dem", "ten", "ter", "el", "al", "bin", "ibn",
))  # fmt: skip
_BROKEN = re.compile(r"[-‐¬\u00ad](?<=[^\W\d_].)[^\S\n]*\n\s*(?=[^\W\d_])")
_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name as words, the calling name first: ("Erika", "Maria"), ("von", "Muster")."""

    given: tuple[str, ...]
    family: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """How a text matched, and the text around the first place where it did."""

    match: Match
    excerpt: str


def read_name(written: str) -> Name:
    """A name as people write it. Raises NameTooVague for one without given or family name."""
    text = _TITLES.sub("", " ".join(unicodedata.normalize("NFC", written).split()))
    family_first, comma, given_last = text.partition(",")
    if comma:
        given, family = _words(_TITLES.sub("", given_last.strip())), _words(family_first)
        while given and given[-1].casefold() in _PARTICLES:
            given, family = given[:-1], (given[-1], *family)
    else:
        parts = text.split(" ")
        begin = next((n for n, part in enumerate(parts[1:], 1) if part.casefold() in _PARTICLES), len(parts) - 1)
        given, family = _words(" ".join(parts[:begin])), _words(" ".join(parts[begin:]))
    if not given or not family or sum(map(len, (*given[:1], *family))) < 4:
        raise NameTooVague(name=written)
    return Name(given, family)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text))


def letters(word: str) -> str:
    """A pattern for every spelling of a word that search takes for the same."""
    folded = fold(word)
    if not folded.isascii():
        # Of other scripts only the case differs: folding takes apart what is written as one letter.
        return "".join(_any_case(letter) for letter in unicodedata.normalize("NFC", word))
    return "".join(_spellings(piece) for piece in re.findall("ss|.", folded))


def _spellings(piece: str) -> str:
    if piece == "ss":
        single = f"[{_FAMILIES['s']}]{_MARKS}"
        return f"(?:{single}{single}|ß|ẞ)"
    if piece not in _FAMILIES:
        return f"[{piece}{piece.upper()}]{_MARKS}" if piece.isalpha() else re.escape(piece)
    single = f"[{_FAMILIES[piece]}]{_MARKS}"
    return f"(?:{_DIGRAPHS[piece]}|{single})" if piece in _DIGRAPHS else single


class Probe:
    """A person made into patterns, for asking many texts."""

    def __init__(self, person: Person) -> None:
        """Raises NameTooVague."""
        self.person = person
        self.names = tuple(read_name(name) for name in person.names)
        self._name = re.compile("|".join(_name_pattern(name) for name in self.names) or "(?!)")
        # Most texts do not even hold the family name, which is soon seen.
        self._family = re.compile("|".join(letters(name.family[-1]) for name in self.names) or "(?!)")
        self._email = _alternatives((re.escape(one) for one in person.emails), r"(?<![\w.+-])", r"(?![\w-]|\.\w)")
        ids = (re.escape(one) for one in person.external_ids if len(one) >= _SHORTEST_ID)
        self._id = _alternatives(ids, r"(?<![\w-])", r"(?![\w-])")
        self._birth = _alternatives(_days(person.born_on), r"(?<!\d)", r"(?!\d)")
        self._address = _alternatives((_street_pattern(one) for one in person.addresses), r"(?<!\w)", r"(?!\d)")

    @cached_property
    def sql(self) -> str:
        """A pattern for `~`: what does not match it is no finding; what does may be none."""
        names = ("".join(letters(part) for part in name.family[-1:]) for name in self.names)
        exact = (
            "".join(_any_case(letter) for letter in one) for one in (*self.person.emails, *self.person.external_ids)
        )
        return "|".join((*names, *exact)) or "(?!)"

    def strongest(self, values: Mapping[str, str | None]) -> Match | None:
        """By what the fields of one thing together match best."""
        return min((hit.match for _, hit in self.among(values)), key=list(Match).index, default=None)

    def has_name(self, text: str | None) -> bool:
        return text is not None and self._name.search(_plain(text)) is not None

    def is_id(self, value: str | None) -> bool:
        """Whether a value is one of the person's ids as a whole."""
        return value is not None and value.strip().casefold() in {one.casefold() for one in self.person.external_ids}

    def is_email(self, value: str | None) -> bool:
        return value is not None and value.strip().casefold() in {one.casefold() for one in self.person.emails}

    def is_born_on(self, text: str | None) -> bool:
        return self._birth is not None and text is not None and self._birth.search(text) is not None

    def in_text(self, text: str | None) -> Hit | None:
        """The strongest match in a text, or None. A name counts for more beside a birth date or an address."""
        if not text:
            return None
        plain = _plain(text)
        for match, pattern in ((Match.EXTERNAL_ID, self._id), (Match.EMAIL, self._email)):
            if pattern is not None and (found := pattern.search(plain)):
                return Hit(match, excerpt_of(plain, *found.span()))
        found = self._family.search(plain) and self._name.search(plain)
        if not found:
            return None
        return Hit(self._strength(plain), excerpt_of(plain, *found.span()))

    def _strength(self, plain: str) -> Match:
        if self._birth is not None and self._birth.search(plain):
            return Match.NAME_AND_BIRTH
        if self._address is not None and self._address.search(plain):
            return Match.NAME_AND_ADDRESS
        return Match.NAME

    def among(self, values: Mapping[str, str | None]) -> list[tuple[str, Hit]]:
        """The fields of one thing that speak of the person; what they say together strengthens each of them."""
        together = self._strength("\n".join(_plain(value) for value in values.values() if value))
        found = [(field, hit) for field, value in values.items() if (hit := self.in_text(value)) is not None]
        return [(field, Hit(together, hit.excerpt) if hit.match is Match.NAME else hit) for field, hit in found]


def excerpt_of(text: str, start: int, end: int) -> str:
    """The text around a place, on one line, cut at words."""
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    before, after = text[first:start], text[end:last]
    if first > 0 and " " in before:
        before = "… " + before.split(" ", 1)[1]
    if last < len(text) and " " in after:
        after = after.rsplit(" ", 1)[0] + " …"
    return " ".join((before + text[start:end] + after).split())


def _plain(text: str) -> str:
    """The text with words in one piece that a line's end had broken."""
    composed = unicodedata.normalize("NFC", text)
    return _BROKEN.sub("", composed) if "\n" in composed else composed


def _name_pattern(name: Name) -> str:
    """The name in either order. Further given names may be left out or be others: "Erika M. Muster"."""
    given = letters(name.given[0]) + "".join(rf"(?:[\s-]+{letters(one)})?" for one in name.given[1:])
    family = r"(?:\s*-\s*|\s+)".join(letters(one) for one in name.family)
    title = r"(?:(?:[Dd]r|[Pp]rof)\.?[\s]*)*"
    between = r"(?:[^\S\n]+(?:von|van|vom|zu|zur|de|der|[A-ZÄÖÜÀ-Þ][\w’'-]*\.?)){0,2}"
    return (
        rf"(?<!\w)(?:{given}{between}\s+{family}(?:[sS]|['’][sS]?)?"
        rf"|{family}(?:\s*[,;]\s*|\s+){title}{given}[sS]?)(?!\w)"
    )


def _street_pattern(address: str) -> str:
    """Street and number of an address, "Straße" in any of its spellings."""
    street = unicodedata.normalize("NFC", address).split(",")[0].strip()
    parts = []
    for word in street.split():
        stem = re.sub(r"(?i)(straße|strasse|str\.?)$", "", word)
        tail = r"[Ss]tr(?:aße|asse|\.)?" if stem != word else ""
        parts.append("".join(letters(piece) for piece in re.findall(r"\w", stem)) + tail)
    return r"\s*".join(part for part in parts if part)


def _days(day: date | None) -> Iterable[str]:
    if day is None:
        return ()
    return (
        rf"0?{day.day}\.\s?0?{day.month}\.\s?{day.year}",
        rf"0?{day.day}\.\s?{_MONTHS[day.month - 1]}\s{day.year}",
        re.escape(day.isoformat()),
    )


def _alternatives(patterns: Iterable[str], before: str, after: str) -> re.Pattern[str] | None:
    given: Sequence[str] = [one for one in patterns if one]
    return re.compile(f"{before}(?:{'|'.join(given)}){after}", re.IGNORECASE) if given else None


def _any_case(letter: str) -> str:
    both = dict.fromkeys((letter.lower(), letter.upper()))
    return "(?:" + "|".join(re.escape(one) for one in both) + ")"
