"""Writing XML piece by piece: elements with the prefix xdomea, the parts of codes without any."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol
from uuid import UUID

from eakte.foundation.errors import Finding
from retention.adapters.xdomea.text import Clean, composed
from retention.adapters.xdomea.vocabulary import CodeList

_MOST_CHANGES_TOLD = 1000


class XmlFile(Protocol):
    """What of lxml's incremental writer is used here."""

    def element(self, tag: str, attrib: Mapping[str, str] | None = ...) -> AbstractContextManager[None]: ...
    def write(self, text: str) -> None: ...


@dataclass(slots=True)
class Changes:
    """Where characters had to be replaced; the first thousand places, and how many there are."""

    count: int = 0
    told: list[Finding] = field(default_factory=list)

    def add(self, element: str, record: str) -> None:
        self.count += 1
        if len(self.told) < _MOST_CHANGES_TOLD:
            message = f"In „{element}“ stehen Zeichen, die xdomea nicht zulässt; sie sind ersetzt."
            self.told.append(Finding("characters-replaced", message, record))


class Elements:
    """A message while it is written; an element without content is left out."""

    def __init__(self, xml: XmlFile, namespace: str, clean: Clean, changes: Changes) -> None:
        self._xml, self._clean, self._changes = xml, clean, changes
        self._namespace = f"{{{namespace}}}"
        self.record = ""
        """The reference of the record that is being written, for what is told about it."""

    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> AbstractContextManager[None]:
        return self._xml.element(self._namespace + name, attributes)

    def plain_element(self, name: str, attributes: Mapping[str, str] | None = None) -> AbstractContextManager[None]:
        """One without namespace."""
        return self._xml.element(name, attributes)

    def text(self, name: str, text: str | None) -> None:
        if text is not None and text.strip():
            self.always(name, text)

    def always(self, name: str, text: str) -> None:
        """An element that must be there, even if it is empty."""
        with self.element(name):
            if text:
                self._xml.write(self.clean(name, text))

    def clean(self, name: str, text: str) -> str:
        """A text as the message can bear it."""
        cleaned = self._clean(text)
        if len(cleaned) != len(text) or cleaned != text:
            self._note(name, text, cleaned)
        return cleaned

    def uuid(self, name: str, value: UUID | None) -> None:
        if value is not None:
            with self.element(name):
                self._xml.write(str(value))

    def flag(self, name: str, value: bool) -> None:
        # Fixed values are compared as text by libxml2, so only 1 will do.
        with self.element(name):
            self._xml.write("1" if value else "0")

    def day(self, name: str, value: date | None) -> None:
        if value is not None:
            with self.element(name):
                self._xml.write(value.isoformat())

    def instant(self, name: str, value: datetime | None) -> None:
        if value is not None:
            with self.element(name):
                self._xml.write(instant(value))

    def plain_text(self, name: str, text: str) -> None:
        with self._xml.element(name):
            self._xml.write(self.clean(name, text))

    def code(self, name: str, code: str, from_list: CodeList | None = None) -> None:
        with self.element(name, _attributes(from_list)):
            self.plain_text("code", code)

    @contextmanager
    def about(self, record: str) -> Iterator[None]:
        """Within, what is told belongs to this record."""
        before, self.record = self.record, record
        try:
            yield
        finally:
            self.record = before

    def _note(self, name: str, text: str, cleaned: str) -> None:
        # Composing letters is no change anybody has to know of.
        if cleaned != composed(text):
            self._changes.add(name, self.record)


def instant(value: datetime) -> str:
    """An instant with milliseconds and zone: UTC, since the offsets of old local times have seconds."""
    if value.tzinfo is None:
        raise ValueError("an instant without zone")
    return value.astimezone(UTC).isoformat(timespec="milliseconds")


def _attributes(from_list: CodeList | None) -> dict[str, str] | None:
    return {"listURI": from_list.uri, "listVersionID": from_list.version} if from_list else None
