"""Writing the tree of records, one after the other: what lies below a record is asked for when it is its turn."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from eakte.foundation.errors import Finding
from eakte.records.rules import Medium
from retention.adapters.xdomea.dialect import Dialect
from retention.adapters.xdomea.documents import write_document
from retention.adapters.xdomea.elements import Elements
from retention.adapters.xdomea.errors import NothingToSend, RecordMisplaced, RecordsTooDeep, RecordTwice
from retention.adapters.xdomea.metadata import write_common, write_contacts, write_details, write_history
from retention.adapters.xdomea.vocabulary import DECISIONS
from retention.rules.nodes import ContainedFile, Decision, NodeKind, RecordNode

_DOSSIERS = (NodeKind.DOSSIER, NodeKind.SUB_DOSSIER)
_ELEMENTS = {
    NodeKind.SUB_DOSSIER: "Teilakte",
    NodeKind.CASE: "Vorgang",
    NodeKind.SUB_CASE: "Teilvorgang",
}
_MOST_TOLD = 1000


@dataclass(slots=True)
class Written:
    """What went into a message."""

    counts: Counter[NodeKind] = field(default_factory=Counter)
    without_file: list[Finding] = field(default_factory=list)


class RecordWriter:
    """Writes records into an offer, or into a transfer, where `add_file` takes each file when it is its turn."""

    def __init__(
        self,
        xml: Elements,
        dialect: Dialect,
        deepest: int | None,
        add_file: Callable[[ContainedFile], None] | None,
    ) -> None:
        self._xml, self._dialect = xml, dialect
        self._deepest, self._add_file = deepest, add_file
        self._seen: set[int] = set()
        self.written = Written()

    def write(self, records: Iterable[RecordNode]) -> None:
        for record, dossier in self._top(records, None):
            with self._xml.element("Schriftgutobjekt"):
                name = "Akte" if record.kind in _DOSSIERS else "Vorgang"
                self._record(record, self._xml.element(name), 1, dossier)
        if not self._seen:
            raise NothingToSend

    def _top(self, records: Iterable[RecordNode], dossier: str | None) -> Iterator[tuple[RecordNode, str | None]]:
        """What stands at the top, each with the title of its dossier if that is not shown."""
        for record in records:
            if not record.kind.is_appraised:
                raise RecordMisplaced(reference=_named(record))
            if not record.is_context or self._dialect.has_context:
                yield record, dossier
            else:
                title = record.title if record.kind in _DOSSIERS else dossier
                for kind in _shown(record):
                    yield from self._top(record.children(kind), title)

    def _record(
        self, record: RecordNode, element: AbstractContextManager[None], depth: int, dossier: str | None
    ) -> None:
        self._check(record, depth)
        with self._xml.about(_named(record)), element:
            if record.kind in _DOSSIERS:
                self._dossier(record, depth)
            else:
                self._case(record, depth, dossier)

    def _dossier(self, record: RecordNode, depth: int) -> None:
        xml = self._xml
        self._beginning(record)
        xml.text("Standort", record.location)
        xml.text("Typ", record.type)
        self._runtime(record)
        write_history(xml, record)
        with xml.element("Akteninhalt"):
            self._below(record, depth, record.title)
        write_contacts(xml, self._dialect, record)
        self._closing(record)
        write_details(xml, record)

    def _case(self, record: RecordNode, depth: int, dossier: str | None) -> None:
        xml = self._xml
        self._beginning(record)
        xml.text("Aktenbetreff", dossier)
        xml.text("Typ", record.type)
        self._closing(record)
        self._runtime(record)
        write_history(xml, record)
        self._documents(record, NodeKind.DOCUMENT, depth)
        write_contacts(xml, self._dialect, record)
        self._cases(record, NodeKind.SUB_CASE, depth, dossier)
        write_details(xml, record)

    def _below(self, record: RecordNode, depth: int, title: str) -> None:
        self._documents(record, NodeKind.DOCUMENT, depth)
        self._cases(record, NodeKind.CASE, depth, title)
        self._cases(record, NodeKind.SUB_DOSSIER, depth, title)

    def _cases(self, record: RecordNode, kind: NodeKind, depth: int, dossier: str | None) -> None:
        for below in record.children(kind):
            self._must_be(below, kind)
            self._record(below, self._xml.element(_ELEMENTS[kind]), depth + 1, dossier)

    def _documents(self, record: RecordNode, kind: NodeKind, depth: int) -> None:
        if not record.is_context:
            for below in record.children(kind):
                self._must_be(below, kind)
                self._document(below, depth + 1, record.medium)

    def _document(self, record: RecordNode, depth: int, medium: Medium | None) -> None:
        self._check(record, depth)
        medium = record.medium or medium
        around = self._dialect.attachment if record.kind is NodeKind.ATTACHMENT else self._dialect.document
        with self._xml.about(_named(record)), around(self._xml):
            attachments = partial(self._attachments, record, depth, medium)
            write_document(self._xml, self._dialect, record, self._add_file, attachments)
        if self._add_file and not record.versions and medium in (None, Medium.ELECTRONIC):
            self._tell_missing_file(record)

    def _attachments(self, record: RecordNode, depth: int, medium: Medium | None) -> None:
        for below in record.children(NodeKind.ATTACHMENT):
            self._must_be(below, NodeKind.ATTACHMENT)
            self._document(below, depth + 1, medium)

    def _beginning(self, record: RecordNode) -> None:
        context = record.is_context if self._dialect.has_context else None
        write_common(self._xml, self._dialect, record, context)
        if not record.is_context:
            self._retention(record)

    def _retention(self, record: RecordNode) -> None:
        xml = self._xml
        with xml.element(self._dialect.retention_name):
            if record.kept_for_ever or record.retention_years is not None:
                with xml.element("Aufbewahrungsdauer"):
                    if record.kept_for_ever:
                        xml.flag("Unbefristet", value=True)
                    else:
                        xml.always("AnzahlJahre", str(record.retention_years))
            with xml.element("Aussonderungsart"):
                decision = Decision.ARCHIVE if self._add_file else record.decision or Decision.APPRAISE
                xml.code("Aussonderungsart", decision, DECISIONS)
            xml.text("Kennung", record.archive_reference)
            if record.proposal in (Decision.ARCHIVE, Decision.DESTROY):
                self._dialect.proposal(xml, record.proposal, record.proposal_reason)
            xml.day("Aufbewahrungsende", record.retention_ends)

    def _runtime(self, record: RecordNode) -> None:
        if record.runs_from or record.runs_until:
            with self._xml.element("Laufzeit"):
                self._xml.day("Beginn", record.runs_from)
                self._xml.day("Ende", record.runs_until)

    def _closing(self, record: RecordNode) -> None:
        if record.closed_on:
            self._xml.flag("ZdA", value=True)
            self._xml.day("ZdADatum", record.closed_on)

    def _check(self, record: RecordNode, depth: int) -> None:
        if self._deepest is not None and depth > self._deepest:
            raise RecordsTooDeep(reference=_named(record), depth=depth, limit=self._deepest)
        if record.id.int in self._seen:
            raise RecordTwice(id=record.id)
        self._seen.add(record.id.int)
        self.written.counts[record.kind] += 1

    def _must_be(self, record: RecordNode, kind: NodeKind) -> None:
        if record.kind is not kind:
            raise RecordMisplaced(reference=_named(record))

    def _tell_missing_file(self, record: RecordNode) -> None:
        if len(self.written.without_file) < _MOST_TOLD:
            message = "Das Dokument wird ohne Datei abgegeben."
            self.written.without_file.append(Finding("document-without-file", message, _named(record)))


def _shown(record: RecordNode) -> tuple[NodeKind, ...]:
    """The kinds below a context object that are written: its own documents are not handed over."""
    return tuple(kind for kind in record.kind.holds if kind.is_appraised)


def _named(record: RecordNode) -> str:
    return record.reference or str(record.id)
