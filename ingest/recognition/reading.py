"""What a recognition engine read on a page: words with places and confidence, and how far they make sense."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"[(\[„“\"'‚‘»\-]?[A-Za-zÄÖÜäöüß]{3,}[\])“”\"'‘’«.,;:!?\-]*")
_SURE = 70.0
_LEGIBLE_SHARE = 0.35
_LEGIBLE_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Word:
    """One word: confidence 0–100, box in pixels (left, top, right, bottom), and the line it belongs to."""

    text: str
    confidence: float
    box: tuple[int, int, int, int]
    block: int
    paragraph: int
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a page in reading order."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words as lines, paragraphs set apart by an empty line."""
        parts: list[str] = []
        before: Word | None = None
        for word in self.words:
            if before is not None:
                parts.append(_separator(before, word))
            parts.append(word.text)
            before = word
        return "".join(parts)

    @property
    def confidence(self) -> float | None:
        """The mean over all characters, None for a page without words."""
        length = sum(len(word.text) for word in self.words)
        return round(sum(word.confidence * len(word.text) for word in self.words) / length, 1) if length else None

    @property
    def sensible_letters(self) -> int:
        """Letters in plain words read with certainty. Upside down there are next to none: measured, below 10 %."""
        return sum(len(w.text) for w in self.words if w.confidence >= _SURE and _WORD.fullmatch(w.text))

    @property
    def legible(self) -> bool:
        """Enough of it makes sense to be sure that the page was held the right way."""
        letters = sum(len(word.text) for word in self.words)
        return self.sensible_letters >= max(_LEGIBLE_LETTERS, _LEGIBLE_SHARE * letters)

    @property
    def has_words(self) -> bool:
        return any(w.confidence >= 50 and sum(c.isalnum() for c in w.text) >= 2 for w in self.words)


def _separator(before: Word, word: Word) -> str:
    if (word.block, word.paragraph) != (before.block, before.paragraph):
        return "\n\n"
    return " " if word.line == before.line else "\n"
