"""What a file says that has no pages of its own: e-mails, texts, office files before they are laid out."""

from dataclasses import dataclass

from eakte.foundation.errors import Finding


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file inside a file (Anlage), listed and not opened: its own name, what it is by content, size and hash."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Content:
    """The words of a file in reading order.

    `facts` are names and values that stand before the text, as the header of an e-mail does. `sections` are the
    parts that belong together: the body of a message and each message inside it, a sheet, a slide.
    """

    title: str
    sections: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(section.strip() for section in self.sections) and not self.facts and not self.enclosures
