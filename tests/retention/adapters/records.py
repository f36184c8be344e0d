"""Records as a town has them, and a whole process about them, for messages to be written."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from eakte.access.rules import Confidentiality
from eakte.records.rules import Medium
from retention.adapters.xdomea import WrittenContainer, write_container
from retention.rules.exchange import (
    RECEIPTS,
    Agency,
    Appraisal,
    AppraisalMessage,
    Envelope,
    ImportMessage,
    ImportResult,
    Message,
    MessageType,
    OfferMessage,
    ReceiptMessage,
    TransferMessage,
    XdomeaVersion,
)
from retention.rules.nodes import (
    Contact,
    ContactRole,
    ContainedFile,
    Decision,
    FilingUnit,
    FormatNode,
    HistoryEntry,
    NodeKind,
    Readable,
    RecordNode,
    VersionNode,
    children_of,
)
from retention.rules.offered import OfferedRecord

CITY = Agency(name="Stadt Musterhausen", short_name="MH", unit="Bauordnungsamt", prefix="ags", key="05999999")
ARCHIVE = Agency(name="Stadtarchiv Musterhausen")
AT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PDFA = PDF + b'<pdfaid:part xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">2</pdfaid:part>'


def a_file(content: bytes = PDF, extension: str = "pdf", *, recorded: bytes | None = None) -> ContainedFile:
    """A file with `content`, of which `recorded` is what the house believes it to be."""
    recorded = content if recorded is None else recorded

    @contextmanager
    def opening() -> Iterator[Readable]:
        yield io.BytesIO(content)

    sha256 = hashlib.sha256(recorded).hexdigest()
    return ContainedFile(file_id=uuid4(), extension=extension, size=len(recorded), sha256=sha256, open=opening)


def a_version(number: str, *formats: FormatNode) -> VersionNode:
    return VersionNode(number=number, formats=formats or (FormatNode(file=a_file(), media_type="application/pdf"),))


def a_document(title: str = "Bescheid", **more: object) -> RecordNode:
    given = {"id": uuid4(), "kind": NodeKind.DOCUMENT, "title": title, "versions": (a_version("1"),), **more}
    return RecordNode(**given)  # type: ignore[arg-type]


def a_case(title: str = "Bauantrag", *below: RecordNode, **more: object) -> RecordNode:
    given = {"id": uuid4(), "kind": NodeKind.CASE, "title": title, "children": children_of(*below), **more}
    return RecordNode(**given)  # type: ignore[arg-type]


def a_dossier(title: str = "Bauvorhaben", *below: RecordNode, **more: object) -> RecordNode:
    given = {"id": uuid4(), "kind": NodeKind.DOSSIER, "title": title, "children": children_of(*below), **more}
    return RecordNode(**given)  # type: ignore[arg-type]


def everything() -> RecordNode:
    """A dossier with all that a record can have: sub-dossier, attachment, versions, signatures, umlauts."""
    annex = a_document(
        "Erläuterung zum Lageplan – Größe M 1:500",
        kind=NodeKind.ATTACHMENT,
        versions=(a_version("1", FormatNode(file=a_file("Größe".encode(), "txt"), media_type="text/plain")),),
    )
    versions = (
        a_version(
            "1",
            FormatNode(
                file=a_file(),
                media_type="application/pdf",
                format_version="1.7",
                original_name="Bauantrag Müller & Söhne.pdf",
                created_by="Erika Beispiel",
                created_at=AT,
                signatures=(a_file(b"signature", "p7s"),),
            ),
            FormatNode(file=a_file(PDFA), media_type="application/pdf", is_pdfa=True, format_version="2b"),
        ),
        a_version(
            "2",
            FormatNode(file=a_file(b"model", "ifc"), media_type="application/x-step", has_embedded_signature=True),
        ),
    )
    letter = a_document(
        "Bauantrag für „Lindenstraße 4“",
        reference="632.20-2014/17-1#1",
        number=1,
        children=children_of(annex),
        versions=versions,
        foreign_reference="AZ 7/14",
        received_on=date(2014, 5, 7),
        sent_on=date(2014, 5, 8),
        dated_on=date(2014, 5, 6),
        refers_to="Ihr Schreiben vom 3. Mai",
        subtitle="Nachforderung der Statik",
        clerk="Frau Öztürk",
        type="Antrag",
        remark="mit Plan",
        confidentiality=Confidentiality.RESTRICTED,
        medium=Medium.HYBRID,
        contacts=(
            Contact(
                role=ContactRole.SENDER, title="Dr.", first_name="Łucja", surname="Şahin", address=("Weg 1", "Ort")
            ),
            Contact(role=ContactRole.RECEIVER, organisation="Bauordnungsamt"),
            Contact(organisation="Architekten GmbH", address=tuple(f"Zeile {number}" for number in range(1, 9))),
        ),
        history=(HistoryEntry(at=AT, actor="Erika Beispiel", action="geändert", field="Betreff", old="a", new="b"),),
        details={"Flurstück": "12/7", "Gemarkung": "Musterhausen"},
    )
    closed = {
        "closed_on": date(2015, 11, 30),
        "runs_from": date(2014, 5, 6),
        "runs_until": date(2015, 11, 30),
        "retention_years": 10,
        "retention_ends": date(2025, 12, 31),
        "proposal": Decision.ARCHIVE,
        "proposal_reason": "Denkmal von örtlicher Bedeutung",
        "history": (HistoryEntry(at=AT, actor="Erika Beispiel", action="zu den Akten verfügt"),),
        "contacts": (Contact(surname="Müller", first_name="Änne"),),
    }
    case = a_case(
        "Bauantrag Lindenstraße 4", letter, a_document("Bescheid", number=2), reference="632.20-2014/17-1", **closed
    )
    part = RecordNode(id=uuid4(), kind=NodeKind.SUB_DOSSIER, title="Teilakte Außenanlagen", children=children_of(case))
    paper = a_case("Altablage", a_document("Plan", versions=(), medium=Medium.PAPER), medium=Medium.PAPER)
    return a_dossier(
        "Bauvorhaben Lindenstraße 4",
        part,
        paper,
        a_document("Übersicht"),
        reference="632.20-2014/17",
        filing_unit=FilingUnit(code="632.20", title="Baugenehmigungen"),
        lead_unit="Bauordnungsamt",
        keeping_unit="Registratur",
        confidentiality=Confidentiality.OPEN,
        medium=Medium.HYBRID,
        location="Keller, Regal 7",
        type="Sachakte",
        details={"Objekt": "Lindenstraße 4"},
        **closed,
    )


def many(count: int) -> RecordNode:
    """A dossier of `count` records: cases with nine documents each, in sub-dossiers of ten cases."""
    parts, left = [], count - 1
    while left > 0:
        cases: list[RecordNode] = []
        left -= 1
        while left > 0 and len(cases) < 10:
            letters = tuple(a_document(f"Schreiben {number} über Öffnungszeiten") for number in range(min(9, left - 1)))
            cases.append(a_case(f"Vorgang {len(cases)} – Straße", *letters, retention_years=10))
            left -= 1 + len(letters)
        parts.append(RecordNode(id=uuid4(), kind=NodeKind.SUB_DOSSIER, title="Jahrgang", children=children_of(*cases)))
    return a_dossier("Jahrgänge", *parts, retention_years=10)


def all_of(*records: RecordNode) -> list[RecordNode]:
    return [one for record in records for one in (record, *_below(record))]


def offered(*records: RecordNode) -> list[OfferedRecord]:
    """The records as their process remembers them."""
    found = []

    def note(record: RecordNode, parent: UUID | None) -> None:
        if not record.is_context:
            found.append(OfferedRecord(record.id, record.kind, parent, record.reference or ""))
        for kind in _handed_over(record):
            for below in record.children(kind):
                note(below, None if record.is_context else record.id)

    for record in records:
        note(record, None)
    return found


def keep(record: RecordNode, wanted: set[UUID]) -> RecordNode:
    """The same record with only those below it that are wanted."""

    def children(kind: NodeKind) -> Iterator[RecordNode]:
        return (keep(below, wanted) for below in record.children(kind) if below.id in wanted)

    return replace(record, children=children)


@dataclass
class Process:
    """All messages of one process, in one version."""

    version: XdomeaVersion
    folder: Path
    id: UUID = field(default_factory=uuid4)
    message_ids: dict[MessageType, UUID] = field(default_factory=lambda: {type_: uuid4() for type_ in MessageType})

    def head(self, type_: MessageType) -> Envelope:
        asks = type_ in (MessageType.OFFER, MessageType.TRANSFER, MessageType.APPRAISAL_RECEIVED)
        return Envelope(
            process_id=self.id,
            type=type_,
            version=self.version,
            created_at=AT,
            sender=CITY if asks else ARCHIVE,
            receiver=ARCHIVE if asks else CITY,
            message_id=self.message_ids[type_],
            answers=self.message_ids[type_.answers] if type_.answers else None,
        )

    def write(self, message: Message) -> WrittenContainer:
        return write_container(message, self.folder)

    def offer(self, *records: RecordNode) -> WrittenContainer:
        return self.write(OfferMessage(self.head(MessageType.OFFER), records))

    def transfer(self, *records: RecordNode) -> WrittenContainer:
        return self.write(TransferMessage(self.head(MessageType.TRANSFER), records))

    def whole(self, *records: RecordNode) -> list[Path]:
        """Every message from the offer to the import result, with A for everything."""
        found = all_of(*records)
        appraisals = tuple(
            Appraisal(record_id=one.id, decision=Decision.ARCHIVE)
            for one in found
            if one.kind.is_appraised and not one.is_context
        )
        results = tuple(
            ImportResult(record_id=one.id, succeeded=True, archive_reference="StAMH 1/2")
            for one in found
            if one.kind is not NodeKind.ATTACHMENT and not one.is_context
        )
        written = [
            self.offer(*records),
            self.write(AppraisalMessage(self.head(MessageType.APPRAISAL), appraisals)),
            self.transfer(*records),
            self.write(ImportMessage(self.head(MessageType.IMPORT_RESULT), results)),
            *(self.write(ReceiptMessage(self.head(type_))) for type_ in sorted(RECEIPTS)),
        ]
        return [one.path for one in written]


def _handed_over(record: RecordNode) -> list[NodeKind]:
    """What goes with a record: of a context object no documents."""
    return [kind for kind in record.kind.holds if kind.is_appraised or not record.is_context]


def _below(record: RecordNode) -> Iterator[RecordNode]:
    for kind in _handed_over(record):
        for one in record.children(kind):
            yield one
            yield from _below(one)
