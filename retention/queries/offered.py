"""The records of a disposal list as messages show them: read while the message is written, never all at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access.models import OrganisationalUnit
from eakte.documents.models import Document, DocumentVersion, Rendition, RenditionKind
from eakte.foundation.clock import legal_day
from eakte.foundation.storage import Storage
from eakte.foundation.work import BeginWork
from eakte.records.models import Case, Dossier, Party, PartyRole, Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordState
from retention.adapters.stored_files import StoredFile
from retention.models.disposal import DisposalItem
from retention.models.rules import RecordRetention, RetentionRule
from retention.rules.disposal import ItemState
from retention.rules.nodes import (
    Children,
    Contact,
    ContactRole,
    ContainedFile,
    Decision,
    FilingUnit,
    FormatNode,
    NodeKind,
    RecordNode,
    VersionNode,
)
from retention.rules.offered import OfferedRecord
from retention.rules.periods import Outcome, Unit

_AT_A_TIME = 200
Forms = Literal["archival", "original", "both"]
_RECEIVER_ROLES = {PartyRole.SENDER: ContactRole.SENDER, PartyRole.RECIPIENT: ContactRole.RECEIVER}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items of a list a message shows: those in a state, and for a transfer those decided A.

    `forms` says which forms of each version go along; None shows no files, as in an offer.
    """

    list_id: UUID
    state: ItemState
    decision: DisposalCode | None = None
    forms: Forms | None = None


def offered_records(session: Session, selection: Selection) -> list[OfferedRecord]:
    """What a message shows, for comparison with what the archive says about it; documents are left out."""
    by_item = {item.id: item for item in shown_items(session, selection)}
    return [
        OfferedRecord(
            id=item.record_id,
            kind=NodeKind(item.record_kind.value),
            parent_id=by_item[item.parent_id].record_id if item.parent_id in by_item else None,
            reference=item.reference,
        )
        for item in by_item.values()
    ]


def handed_over_records(session: Session, selection: Selection, named: Collection[UUID]) -> list[OfferedRecord]:
    """What a transfer holds; its documents too if the archive names any of them, since not every archive does."""
    records = offered_records(session, selection)
    cases = [record.id for record in records if record.kind is NodeKind.CASE]
    statement = select(Document.id, Document.case_id, Document.reference).where(
        Document.case_id.in_(cases), Document.state != RecordState.CANCELLED
    )
    documents = [
        OfferedRecord(id=row.id, kind=NodeKind.DOCUMENT, parent_id=row.case_id, reference=row.reference)
        for row in session.execute(statement)
    ]
    return records + documents if any(document.id in named for document in documents) else records


class RecordTree:
    """The tree below a list. Each level is read in works of its own, since a message may take hours to write.

    What is on a list changes no more, so that all of these works see the same.
    """

    def __init__(self, begin: BeginWork, selection: Selection) -> None:
        self._begin, self._selection = begin, selection

    def records(self) -> Iterator[RecordNode]:
        """What stands at the top: dossiers with those of their cases that are listed, and cases by themselves.

        A case whose dossier is not listed shows it as context.
        """
        with self._begin() as work:
            items = shown_items(work.session, self._selection)
        ids = {item.id for item in items}
        inside: dict[UUID, list[DisposalItem]] = defaultdict(list)
        for item in items:
            if item.parent_id in ids and item.parent_id is not None:
                inside[item.parent_id].append(item)
        for item in items:
            if item.parent_id not in ids:
                yield self._top(item, inside[item.id])

    def _top(self, item: DisposalItem, inside: list[DisposalItem]) -> RecordNode:
        with self._begin() as work:
            record = work.session.get_one(Record, item.record_id)
            if isinstance(record, Dossier):
                return self._dossier(work.session, record, item, inside)
            assert isinstance(record, Case)
            return self._dossier(work.session, record.dossier, None, [item])

    def _dossier(
        self, session: Session, dossier: Dossier, item: DisposalItem | None, inside: list[DisposalItem]
    ) -> RecordNode:
        def children(kind: NodeKind) -> Iterator[RecordNode]:
            if kind is NodeKind.CASE:
                yield from self._cases(inside)

        node = _container_node(session, dossier, dossier, item, NodeKind.DOSSIER)
        return replace(
            node,
            children=children,
            is_context=item is None,
            type=dossier.dossier_type,
            runs_from=dossier.runs_from,
            runs_until=dossier.runs_until,
            keeping_unit=_unit_name(session, dossier.keeping_unit_id),
            location=dossier.location,
        )

    def _cases(self, items: Sequence[DisposalItem]) -> Iterator[RecordNode]:
        for item in items:
            with self._begin() as work:
                case = work.session.get_one(Case, item.record_id)
                node = _container_node(work.session, case, case.dossier, item, NodeKind.CASE)
                node = replace(
                    node,
                    children=self._documents_of(case.id),
                    type=case.case_type,
                    keeping_unit=_unit_name(work.session, case.keeping_unit_id or case.dossier.keeping_unit_id),
                    runs_from=case.runs_from,
                    runs_until=case.runs_until,
                )
            yield node

    def _documents_of(self, case_id: UUID) -> Children:
        def children(kind: NodeKind) -> Iterator[RecordNode]:
            if kind is NodeKind.DOCUMENT:
                yield from self._documents(case_id)

        return children

    def _documents(self, case_id: UUID) -> Iterator[RecordNode]:
        after = UUID(int=0)
        while True:
            with self._begin() as work:
                statement = select(Document).where(
                    Document.case_id == case_id, Document.id > after, Document.state != RecordState.CANCELLED
                )
                found = work.session.scalars(statement.order_by(Document.id).limit(_AT_A_TIME)).all()
                nodes = list(_document_nodes(work.session, work.storage, found, self._selection.forms))
            yield from nodes
            if len(found) < _AT_A_TIME:
                return
            after = found[-1].id


# --- one record -----------------------------------------------------------------------------------------------


def shown_items(session: Session, selection: Selection) -> list[DisposalItem]:
    """The items a message shows; a dossier before its cases, otherwise in the order of the list."""
    statement = select(DisposalItem).where(
        DisposalItem.list_id == selection.list_id, DisposalItem.state == selection.state
    )
    if selection.decision is not None:
        statement = statement.where(DisposalItem.decision == selection.decision)
    return list(session.scalars(statement.order_by(DisposalItem.position)))


def _container_node(
    session: Session, record: Record, dossier: Dossier, item: DisposalItem | None, kind: NodeKind
) -> RecordNode:
    """What dossiers and cases say alike; without an item it is context only."""
    node = RecordNode(
        id=record.id,
        kind=kind,
        title=record.title,
        reference=record.reference,
        filing_unit=FilingUnit(code=dossier.entry.code, title=dossier.entry.title),
        lead_unit=_unit_name(session, record.unit_id),
        confidentiality=record.confidentiality,
        medium=record.medium,
        remark=record.remark,
        closed_on=legal_day(record.closed_at) if record.closed_at is not None else None,
        contacts=tuple(_contacts(session, [record.id])[record.id]),
    )
    if item is None:
        return node
    node = replace(
        node,
        decision=Decision(item.decision.value) if item.decision is not None else None,
        proposal=Decision(item.proposal.value) if item.proposal is not None else None,
        proposal_reason=item.proposal_reason,
        archive_reference=item.archive_reference,
    )
    kept = session.get(RecordRetention, record.id)
    if kept is None:
        return node
    if kept.outcome is Outcome.FOR_EVER:
        return replace(node, kept_for_ever=True)
    rule = session.get(RetentionRule, kept.rule_id) if kept.rule_id is not None else None
    years = rule.length if rule is not None and rule.unit is Unit.YEARS else None
    return replace(
        node,
        retention_years=dossier.entry.retention_years if rule is None else years,
        retention_ends=kept.last_day,
    )


def _unit_name(session: Session, unit_id: UUID | None) -> str | None:
    return None if unit_id is None else session.get_one(OrganisationalUnit, unit_id).name


def _contacts(session: Session, record_ids: Sequence[UUID]) -> dict[UUID, list[Contact]]:
    found: dict[UUID, list[Contact]] = defaultdict(list)
    for party in session.scalars(select(Party).where(Party.record_id.in_(record_ids)).order_by(Party.id)):
        place = " ".join(part for part in (party.postal_code, party.city) if part)
        found[party.record_id].append(
            Contact(
                role=_RECEIVER_ROLES.get(party.role, ContactRole.OTHER),
                organisation=party.organisation,
                surname=party.name,
                address=tuple(line for line in (party.street, place) if line),
            )
        )
    return found


def _document_nodes(
    session: Session, storage: Storage, documents: Sequence[Document], forms: Forms | None
) -> Iterator[RecordNode]:
    ids = [document.id for document in documents]
    contacts = _contacts(session, ids)
    versions = _versions(session, storage, ids, forms) if forms is not None else {}
    for document in documents:
        yield RecordNode(
            id=document.id,
            kind=NodeKind.DOCUMENT,
            title=document.title,
            reference=document.reference,
            type=document.document_type,
            confidentiality=document.confidentiality,
            medium=document.medium,
            remark=document.remark,
            foreign_reference=document.foreign_reference,
            received_on=document.received_on,
            sent_on=document.sent_on,
            dated_on=document.letter_date,
            refers_to=document.refers_to,
            subtitle=document.subtitle,
            clerk=document.clerk,
            # An Anlage of xdomea is a document with an id of its own; these are only named.
            details={f"Anlage {number}": name for number, name in enumerate(document.enclosures, 1)},
            versions=versions.get(document.id, ()),
            contacts=tuple(contacts[document.id]),
        )


def _versions(
    session: Session, storage: Storage, document_ids: Sequence[UUID], forms: Forms
) -> dict[UUID, tuple[VersionNode, ...]]:
    statement = (
        select(DocumentVersion, Rendition)
        .join(Rendition, Rendition.version_id == DocumentVersion.id)
        .where(
            DocumentVersion.document_id.in_(document_ids),
            Rendition.kind.in_([RenditionKind.ORIGINAL, RenditionKind.ARCHIVAL]),
        )
        .order_by(DocumentVersion.document_id, DocumentVersion.number, Rendition.kind)
    )
    rows = session.execute(statement).all()
    found: dict[UUID, list[VersionNode]] = defaultdict(list)
    for version, group in groupby(rows, key=lambda row: row[0]):
        formats = tuple(_format(storage, one) for one in wanted([row[1] for row in group], forms))
        found[version.document_id].append(VersionNode(number=str(version.number), formats=formats))
    return {document_id: tuple(versions) for document_id, versions in found.items()}


def wanted(renditions: Iterable[Rendition], forms: Forms) -> list[Rendition]:
    """The forms of a version an archive wants, the archival one first.

    Where there is no archival one the original goes, so that no version is without a file. An original that is the
    archival rendition itself goes once.
    """
    by_kind = {rendition.kind: rendition for rendition in renditions}
    original, archival = by_kind.get(RenditionKind.ORIGINAL), by_kind.get(RenditionKind.ARCHIVAL)
    if archival is None or original is None:
        return [one for one in (archival, original) if one is not None]
    if forms == "archival" or original.object_id == archival.object_id:
        return [archival]
    return [original] if forms == "original" else [archival, original]


def _format(storage: Storage, rendition: Rendition) -> FormatNode:
    _, _, extension = rendition.file_name.rpartition(".")
    return FormatNode(
        file=ContainedFile(
            file_id=rendition.id,
            extension=extension if extension != rendition.file_name else "",
            size=rendition.size,
            sha256=rendition.sha256,
            open=StoredFile(storage, rendition.key, rendition.digest),
        ),
        media_type=rendition.media_type,
        is_pdfa=rendition.pdfa_level is not None,
        format_version=rendition.pdfa_level or "",
        original_name=rendition.file_name,
        created_at=rendition.created_at,
    )
