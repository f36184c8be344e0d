"""The records a disposal process speaks of (Schriftgutobjekte), as a tree, free of any file format.

They are offered (Anbietung) without their files and handed over (Abgabe) with them; `rules.exchange` has the messages.
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


class Decision(StrEnum):
    """What becomes of a record (Aussonderungsart, Bewertung)."""

    ARCHIVE = "A"
    APPRAISE = "B"
    """Still to be appraised: never an answer."""
    DESTROY = "V"


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
    refers_to: str | None = None
    """Bezug."""
    subtitle: str | None = None
    """Hier."""
    clerk: str | None = None
    """Bearbeiter."""
    versions: tuple[VersionNode, ...] = ()

    contacts: tuple[Contact, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    """What xdomea has no element for, by its German name (anwendungsspezifische Erweiterung)."""
