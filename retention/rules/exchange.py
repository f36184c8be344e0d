"""What a disposal process says to an archive and hears from it (Aussonderung nach xdomea), free of any file format.

Envelope and agencies, what is offered (Anbietung) or handed over (Abgabe), and the answers; `rules.nodes` has the tree
of records in them. `retention.adapters.xdomea` writes and reads these as messages 0501 to 0507 of xdomea 3.0.0, 3.1.0
and 4.0.0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from retention.rules.nodes import Decision, RecordNode


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
