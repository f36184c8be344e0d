"""What a disposal process says to an archive and hears from it (Aussonderung nach xdomea), free of any file format.

Envelope and agencies, the tree of records that is offered (Anbietung) or handed over (Abgabe), and the answers.
`retention.adapters.xdomea` writes and reads these as messages 0501 to 0507 of xdomea 3.0.0, 3.1.0 and 4.0.0.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from eakte.access.rules import Confidentiality
from eakte.records.rules import Medium


class MessageType(StrEnum):
    """The messages of a disposal process (Nachrichtentyp)."""

    OFFER = "0501"
    """Anbieteverzeichnis: agency to archive, metadata only."""
    APPRAISAL = "0502"
    """Bewertungsverzeichnis: archive to agency."""
    TRANSFER = "0503"
    """Aussonderung: agency to archive, records with their files."""
    OFFER_RECEIVED = "0504"
    APPRAISAL_RECEIVED = "0505"
    """Agency to archive, as the only receipt."""
    IMPORT_RESULT = "0506"
    """Importbestätigung: what of a transfer is in the archive; the only thing that allows deletion."""
    TRANSFER_RECEIVED = "0507"

    @property
    def answers(self) -> "MessageType | None":
        """The message this one answers; none for an offer or a transfer."""
        return _ANSWERS.get(self)


_ANSWERS: Mapping[MessageType, MessageType] = MappingProxyType(
    {
        MessageType.APPRAISAL: MessageType.OFFER,
        MessageType.OFFER_RECEIVED: MessageType.OFFER,
        MessageType.APPRAISAL_RECEIVED: MessageType.APPRAISAL,
        MessageType.IMPORT_RESULT: MessageType.TRANSFER,
        MessageType.TRANSFER_RECEIVED: MessageType.TRANSFER,
    }
)

RECEIPTS = frozenset({MessageType.OFFER_RECEIVED, MessageType.APPRAISAL_RECEIVED, MessageType.TRANSFER_RECEIVED})


class XdomeaVersion(StrEnum):
    """The version an archive speaks; 3.0.0 is the one that every known archive reads."""

    V3_0_0 = "3.0.0"
    V3_1_0 = "3.1.0"
    V4_0_0 = "4.0.0"


class Decision(StrEnum):
    """What becomes of a record (Aussonderungsart, Bewertung)."""

    ARCHIVE = "A"
    APPRAISE = "B"
    """Still to be appraised: never an answer."""
    DESTROY = "V"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A sender or receiver (Behörde, Archiv).

    `prefix` and `key` are the agency key that the archive may have on file (Behördenkennung, as `ags` and `05999999`);
    they are written as they are, and an archive compares them letter by letter.
    """

    name: str
    short_name: str | None = None
    unit: str | None = None
    """Organisational unit within it."""
    prefix: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The head of a message (Nachrichtenkopf).

    `message_id` and what is said about numbers and answers travels in 4.0.0 only. Before 4.0.0 a process has each type
    of message at most once. A message that is sent again keeps its ids.
    """

    process_id: UUID
    type: MessageType
    version: XdomeaVersion
    created_at: datetime
    sender: Agency
    receiver: Agency
    message_id: UUID | None = None
    answers: UUID | None = None
    """`message_id` of the message this one answers."""
    number: int = 1
    """Among the messages of this type in the process, from 1; an answer bears the number of what it answers."""
    total: int = 1
    wants_receipt: bool = True
    """Empfangsbestätigung asked for; only in 0501, 0502 and 0503."""
    wants_archive_reference: bool = True
    """Archivkennung asked for; only in 0503."""
    note: str | None = None


# --- the records ---------------------------------------------------------------------------------------------


class NodeKind(StrEnum):
    """Schriftgutobjekte as xdomea nests them."""

    DOSSIER = "dossier"
    SUB_DOSSIER = "sub_dossier"
    """Teilakte."""
    CASE = "case"
    SUB_CASE = "sub_case"
    """Teilvorgang."""
    DOCUMENT = "document"
    ATTACHMENT = "attachment"
    """Anlage of a document, a document itself."""

    @property
    def is_appraised(self) -> bool:
        """Whether an archive decides about it; documents and attachments follow what they lie in."""
        return self not in (NodeKind.DOCUMENT, NodeKind.ATTACHMENT)

    @property
    def holds(self) -> "tuple[NodeKind, ...]":
        """The kinds that may lie right below, in the order of xdomea."""
        return _HOLDS[self]


_HOLDS: Mapping[NodeKind, tuple[NodeKind, ...]] = MappingProxyType(
    {
        NodeKind.DOSSIER: (NodeKind.DOCUMENT, NodeKind.CASE, NodeKind.SUB_DOSSIER),
        NodeKind.SUB_DOSSIER: (NodeKind.DOCUMENT, NodeKind.CASE, NodeKind.SUB_DOSSIER),
        NodeKind.CASE: (NodeKind.DOCUMENT, NodeKind.SUB_CASE),
        NodeKind.SUB_CASE: (NodeKind.DOCUMENT, NodeKind.SUB_CASE),
        NodeKind.DOCUMENT: (NodeKind.ATTACHMENT,),
        NodeKind.ATTACHMENT: (NodeKind.ATTACHMENT,),
    }
)


class Readable(Protocol):
    """Bytes, read from the start in pieces of at most `size`."""

    def read(self, size: int, /) -> bytes: ...


_NAMEABLE = re.compile("[0-9a-z]")
_LONGEST_EXTENSION = 16

OpenFile = Callable[[], AbstractContextManager[Readable]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainedFile:
    """A file in the container, called `<file_id>.<extension>` there.

    `file_id` is the file's own (the rendition's, not the document's). `sha256` (64 hex digits) and `size` are what is
    recorded: other bytes are never handed over. In a message that was read they say what the sender says, if he does.
    """

    file_id: UUID
    extension: str
    """Without a dot; what of it is no ASCII letter or digit is left out of the name in the container."""
    size: int | None
    sha256: str | None
    open: OpenFile

    @property
    def name(self) -> str:
        extension = "".join(_NAMEABLE.findall(self.extension.lower()))[:_LONGEST_EXTENSION]
        return f"{self.file_id}.{extension}" if extension else str(self.file_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatNode:
    """One form of a version (Format, Primärdokument): the original, or the archival rendition."""

    file: ContainedFile
    media_type: str
    """From it, `extension` and `is_pdfa` follows the code of the format."""
    is_pdfa: bool = False
    format_version: str = ""
    """Of the format, as `1.7` of PDF or `2b` of PDF/A; may be unknown."""
    original_name: str | None = None
    created_by: str | None = None
    created_at: datetime | None = None
    has_embedded_signature: bool = False
    signatures: tuple[ContainedFile, ...] = ()
    """Signatures and seals in files of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionNode:
    """A numbered state of a document; an offer shows none, a transfer at least one format of each."""

    number: str
    formats: tuple[FormatNode, ...]


class ContactRole(StrEnum):
    SENDER = "sender"
    RECEIVER = "receiver"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or organisation a record has to do with (Kontakt); at least one of both names.

    Only documents tell senders and receivers apart; with dossiers and cases the role is lost.
    """

    role: ContactRole = ContactRole.OTHER
    organisation: str | None = None
    surname: str | None = None
    """The whole name of a person, where it is not known in parts."""
    first_name: str | None = None
    title: str | None = None
    address: tuple[str, ...] = ()
    """Lines as on an envelope, at most six."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """Who did what to a record (Historien- und Protokollinformation)."""

    at: datetime
    actor: str
    action: str
    field: str | None = None
    old: str | None = None
    new: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingUnit:
    """The entry of the filing plan a record lies under (Aktenplaneinheit)."""

    code: str
    title: str


Children = Callable[[NodeKind], Iterable["RecordNode"]]
"""Gives the records of one kind right below, freshly made at each call and one after the other."""


def no_children(_: NodeKind, /) -> "Iterable[RecordNode]":
    return ()


def children_of(*nodes: "RecordNode") -> Children:
    """Children that lie in memory already."""
    return lambda kind: (node for node in nodes if node.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNode:
    """A record (Schriftgutobjekt) as a message shows it.

    `id` is the same in 0501, 0502, 0503 and 0506. `children` is asked once for each kind in `kind.holds`, while the
    message is written, so that what lies below is never in memory together; it must not answer differently between
    the messages of a process.
    """

    id: UUID
    kind: NodeKind
    title: str
    reference: str | None = None
    """Aktenzeichen, Geschäftszeichen."""
    children: Children = no_children
    number: int | None = None
    """Place within what it lies in (NummerImUebergeordnetenContainer): for all siblings of a kind or for none."""
    is_context: bool = False
    """Kontextobjekt: only shows where something lies, and is neither offered nor handed over.

    Written in 4.0.0. Before, where there is no such thing, what lies below it goes to the top.
    """

    filing_unit: FilingUnit | None = None
    lead_unit: str | None = None
    """Federführung."""
    keeping_unit: str | None = None
    """Aktenführung."""
    confidentiality: Confidentiality | None = None
    medium: Medium | None = None
    location: str | None = None
    """Of the paper (Standort); dossiers only."""
    remark: str | None = None
    type: str | None = None
    """As `Sachakte`, `Bescheid`."""
    runs_from: date | None = None
    runs_until: date | None = None
    closed_on: date | None = None
    """Day of the zdA; dossiers and cases only."""

    retention_years: int | None = None
    kept_for_ever: bool = False
    retention_ends: date | None = None
    decision: Decision | None = None
    """Aussonderungsart: B in an offer where nothing is said, always A in a transfer; documents have none."""
    proposal: Decision | None = None
    """A or V (Bewertungsvorschlag)."""
    proposal_reason: str | None = None
    """Written in 4.0.0 only."""
    archive_reference: str | None = None

    foreign_reference: str | None = None
    """Fremdes Geschäftszeichen; this and all below is said of documents and attachments only."""
    received_on: date | None = None
    sent_on: date | None = None
    dated_on: date | None = None
    editor: str | None = None
    versions: tuple[VersionNode, ...] = ()

    contacts: tuple[Contact, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    """What xdomea has no element for, by its German name (anwendungsspezifische Erweiterung)."""


# --- the messages --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfferMessage:
    """0501; `records` is gone through once."""

    envelope: Envelope
    records: Iterable[RecordNode]


@dataclass(frozen=True, slots=True)
class TransferMessage:
    """0503; `records` is gone through once, and each file is opened once."""

    envelope: Envelope
    records: Iterable[RecordNode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What an archive says about one record.

    An agreed word of the archive's own (AussonderungsartKonfigurierbar) is in `configured`, and then there is no
    decision. `id_as_written` is how the archive spells the id; ours are lower case.
    """

    record_id: UUID
    decision: Decision | None
    configured: str | None = None
    id_as_written: str = ""


@dataclass(frozen=True, slots=True)
class AppraisalMessage:
    """0502."""

    envelope: Envelope
    appraisals: tuple[Appraisal, ...]


@dataclass(frozen=True, slots=True)
class ReceiptMessage:
    """0504, 0505 and 0507."""

    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """Whether one record is in the archive; `reasons` are the archive's words, `codes` its own codes."""

    record_id: UUID
    succeeded: bool
    reasons: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    archive_reference: str | None = None
    id_as_written: str = ""


@dataclass(frozen=True, slots=True)
class ImportMessage:
    """0506. `succeeded` and `reasons` speak for the whole transfer and are said in 4.0.0 only."""

    envelope: Envelope
    results: tuple[ImportResult, ...]
    succeeded: bool | None = None
    reasons: tuple[str, ...] = ()


Message = OfferMessage | TransferMessage | AppraisalMessage | ReceiptMessage | ImportMessage
