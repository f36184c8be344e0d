"""Aktenzeichen in recognised text: found by their labels, or by their shape alone, tolerant to misread letters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from ingest.splitting.values import looks_like_reference, shaped_in, value_in


class Label(StrEnum):
    """What a reference is called where it was found; `NONE` when only its shape tells."""

    FILE = "aktenzeichen"
    BUSINESS = "geschäftszeichen"
    OURS = "unser-zeichen"
    YOURS = "ihr-zeichen"
    OTHER = "zeichen"
    CASE = "vorgang"
    ORDER = "bestellnummer"
    CASH = "kassenzeichen"
    NONE = "none"


_WEIGHTS = {
    Label.FILE: 1.0,
    Label.BUSINESS: 0.95,
    Label.OURS: 0.9,
    Label.YOURS: 0.85,
    Label.OTHER: 0.8,
    Label.CASE: 0.6,
    Label.NONE: 0.5,
    Label.ORDER: 0.45,
    Label.CASH: 0.2,
}
_REPEATED, _MOST_REPEATS = 0.02, 4
_WITHOUT_INITIALS, _ON_NEXT_LINE = 0.05, 0.1
_COLUMNS = re.compile(r"\s{2,}|\t|\|")
_WORDS = {
    "aktenzeichen": Label.FILE,
    "geschäftszeichen": Label.BUSINESS,
    "geschäftsnummer": Label.BUSINESS,
    "kassenzeichen": Label.CASH,
    "buchungszeichen": Label.CASH,
    "vorgangszeichen": Label.CASE,
    "vorgangsnummer": Label.CASE,
    "bestellnummer": Label.ORDER,
    "auftragsnummer": Label.ORDER,
}
_OWNERS = {"unser": Label.OURS, "mein": Label.OURS, "ihr": Label.YOURS, "dein": Label.YOURS}
_SHORT = (
    (
        re.compile(r"\bA[zZ]\s?[.:]+\s?:?|\bA[zZ](?=\s+[\dIVX])|\bAktenz\.\s?:?|\bAkten-?(?:Nr|nummer)\.?\s?:?"),
        Label.FILE,
    ),
    (re.compile(r"\bG[zZ]\s?[.:]+\s?:?|\bGesch(?:äfts)?\.?\s?-?\s?(?:Z|Zch|Nr)\.\s?:?"), Label.BUSINESS),
    (re.compile(r"\b[Uu]ns(?:er)?\.?\s?Z(?:ei)?ch?[.:]"), Label.OURS),
    (re.compile(r"\bBestell(?:ung)?s?\s?-?\s?N[ru]\.?\s?:?"), Label.ORDER),
    (re.compile(r"\bVorgangs?\s?(?:-?\s?N[ru]\.?)?\s?:"), Label.CASE),
)
_WORD = re.compile(r"[^\W\d_][\w|!]*", re.U)
_ALIKE = 0.84
_CONFUSED = str.maketrans(
    {"o": "0", "q": "0", "i": "1", "l": "1", "|": "1", "!": "1", "s": "5", "b": "8", "z": "2", "ß": "8"}
)
_COLON = re.compile(r"\s*(?:\([^)]{0,20}\)|s\b)?\s*[.:;]{0,2}\s*")
_BETWEEN_VALUES = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference as it is written, how it is labelled, and how much speaks for it (0–1.1)."""

    text: str
    label: Label
    weight: float


def references_in(text: str) -> list[Candidate]:
    """The references of a text, best first; the same one, written in different ways, once.

    Kassenzeichen and order numbers come last: they are not Aktenzeichen, but now and then carry one.
    """
    best: dict[str, Candidate] = {}
    seen: dict[str, int] = {}
    for found in _all(text.splitlines()):
        key = loose_key(found.text)
        seen[key] = seen.get(key, 0) + 1
        if key not in best or found.weight > best[key].weight:
            best[key] = found
    repeats = {key: min(count - 1, _MOST_REPEATS) * _REPEATED for key, count in seen.items()}
    ranked = [Candidate(one.text, one.label, round(one.weight + repeats[key], 2)) for key, one in best.items()]
    return sorted(ranked, key=lambda one: -one.weight)


def loose_key(reference: str) -> str:
    """A reference without signs and spaces, and with letters and digits that are mistaken for each other as one."""
    plain = reference.casefold().translate(_CONFUSED)
    return "".join(c for c in plain if c.isalnum())


def _all(lines: list[str]) -> Iterator[Candidate]:
    for number, line in enumerate(lines):
        labelled = list(_labelled(line, lines[number + 1 :]))
        yield from labelled
        keys = [loose_key(one.text) for one in labelled]
        for shape in shaped_in(line):
            if not any(loose_key(shape) in key for key in keys):
                yield Candidate(shape, Label.NONE, _WEIGHTS[Label.NONE])


def _labelled(line: str, following: list[str]) -> Iterator[Candidate]:
    labels = _labels(line)
    for place, (_, end, label) in enumerate(labels):
        rest = line[end : labels[place + 1][0]] if place + 1 < len(labels) else line[end:]
        value = value_in(rest)
        if value is not None:
            yield from _weighed(value, label, _WEIGHTS[label])
        elif _is_open(rest):
            yield from _below(following, label)


def _is_open(rest: str) -> bool:
    """Whether nothing but the words of a letter-head's reference line follows a label."""
    return not any(c.isdigit() for c in rest)


def _below(lines: list[str], label: Label) -> Iterator[Candidate]:
    """The value on a line under its label, alone or in the reference line of a letter (DIN 5008)."""
    for line in [line for line in lines if line.strip()][:_BETWEEN_VALUES]:
        weight = _WEIGHTS[label] - _ON_NEXT_LINE
        shapes = list(shaped_in(line))
        if len(shapes) > 1:
            yield from (Candidate(shape, label, weight) for shape in shapes)
            return
        values = [value for part in _COLUMNS.split(line) if (value := value_in(part))]
        if values:
            for value in values:
                yield from _weighed(value, label, weight)
            return


def _weighed(value: str, label: Label, weight: float) -> Iterator[Candidate]:
    """A value, and the same without the initials that may only be the writer's (`50.4/4711/19 Kö`)."""
    yield Candidate(value, label, weight)
    head, _, tail = value.rpartition(" ")
    if head and tail.isalpha() and looks_like_reference(head):
        yield Candidate(head, label, weight - _WITHOUT_INITIALS)


def _labels(line: str) -> list[tuple[int, int, Label]]:
    """Where labels stand in a line: start, start of the value, and which."""
    found: list[tuple[int, int, Label]] = []
    words = list(_WORD.finditer(line))
    for place, word in enumerate(words):
        label = _long_label(word.group(), words[place - 1].group() if place else "")
        if label is not None:
            found.append((word.start(), _value_start(line, word.end()), label))
    for pattern, label in _SHORT:
        found += [(match.start(), _value_start(line, match.end()), label) for match in pattern.finditer(line)]
    found.sort(key=lambda each: (each[0], -each[1]))
    return [each for place, each in enumerate(found) if place == 0 or each[0] >= found[place - 1][1]]


def _long_label(word: str, before: str) -> Label | None:
    plain = word.casefold().translate({ord("|"): "i", ord("!"): "i"}).removesuffix("s")
    if _alike(plain, "zeichen"):
        return next((label for owner, label in _OWNERS.items() if _alike(before.casefold(), owner)), Label.OTHER)
    return next((label for known, label in _WORDS.items() if _alike(plain, known)), None)


def _alike(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 2:
        return False
    return one == other or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


def _value_start(line: str, end: int) -> int:
    match = _COLON.match(line, end)
    return match.end() if match else end
