"""Disposal lists, what is on them, the messages to and from the archive, and what stays of what is gone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.mail import DigestState
from eakte.foundation.table import Table, words
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind
from retention.rules.disposal import Direction, ItemState, ListState, Procedure
from retention.rules.exchange import MessageType, XdomeaVersion


class DisposalList(Table):
    """A list of records that are disposed of together (Aussonderungsverzeichnis).

    `archive` is the key of the partner archive in the operator's file. `process_id` is the ProzessID of every message
    about it. Destruction begins on `destroy_from`, after somebody else than its author released it. `undecided_by`
    confirmed that what the archive left undecided is destroyed. `report_into` is the reference of the dossier or case
    the report is filed in, where it is another than the operator's; `report_id` is the document it was filed as.
    `unwritten` is a message that could not be written the last time, and `unwritten_why` says why.
    """

    __tablename__ = "disposal_lists"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    procedure: Mapped[Procedure] = mapped_column(words(Procedure))
    state: Mapped[ListState] = mapped_column(words(ListState), default=ListState.DRAFT)
    archive: Mapped[str | None]
    process_id: Mapped[UUID] = mapped_column(unique=True)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    undecided_by: Mapped[UUID | None]
    undecided_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    destroy_from: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    report_into: Mapped[str | None]
    report_id: Mapped[UUID | None]
    report_sha256: Mapped[str | None]
    unwritten: Mapped[MessageType | None] = mapped_column(words(MessageType, "unwritten"))
    unwritten_why: Mapped[str | None]
    revision: Mapped[int] = mapped_column()

    def may_begin(self, today: date) -> bool:
        """Whether what is on it may be destroyed: released, and the waiting period is over."""
        return self.state is ListState.APPRAISED and self.destroy_from is not None and self.destroy_from <= today

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        CheckConstraint("(procedure = 'destruction') = (archive is null)", name="archive"),
        CheckConstraint("reviewed_by is null or reviewed_by <> created_by", name="reviewed_by_another"),
        CheckConstraint("released_by is null or released_by <> created_by", name="released_by_another"),
        CheckConstraint("(released_by is null) = (destroy_from is null)", name="released"),
        CheckConstraint("state <> 'closed' or report_id is not null", name="report"),
        Index("ix_disposal_lists_running", "state", postgresql_where=text("state not in ('closed', 'cancelled')")),
    )


class DisposalItem(Table):
    """A dossier or case on a list. The record may be gone, so its id points nowhere.

    `parent_id` is the dossier's item where that is on the list too. `title` is emptied when the report is stored.
    `position` is the order in which the list is worked off.
    """

    __tablename__ = "disposal_items"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("disposal_lists.id"))
    position: Mapped[int]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("disposal_items.id"))
    record_id: Mapped[UUID] = mapped_column(index=True)
    record_kind: Mapped[RecordKind] = mapped_column(words(RecordKind))
    reference: Mapped[str]
    title: Mapped[str | None]
    entry_code: Mapped[str]
    proposal: Mapped[DisposalCode | None] = mapped_column(words(DisposalCode, "proposal"))
    proposal_reason: Mapped[str | None]
    decision: Mapped[DisposalCode | None] = mapped_column(words(DisposalCode, "decision"))
    decided_by_default: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ItemState] = mapped_column(words(ItemState), default=ItemState.LISTED)
    archive_reference: Mapped[str | None]
    failure: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("list_id", "record_id"),
        Index(None, "list_id", "position", unique=True),
        # A record is on one list at a time.
        Index(
            "uq_disposal_items_active_record",
            "record_id",
            unique=True,
            postgresql_where=text("state not in ('withdrawn', 'destroyed', 'handed_over')"),
        ),
        CheckConstraint("decision is null or decision <> 'B'", name="decided"),
        CheckConstraint("proposal is null or proposal <> 'B'", name="proposed"),
        CheckConstraint("(state in ('destroyed', 'handed_over')) = (finished_at is not null)", name="finished"),
    )


class DisposalMessage(Table):
    """A message to or from the archive; its bytes are kept under `object_id`.

    `envelope_id` is the message's own id, as the one of 4.0.0 names that it answers. `stamp` tells a file at the place
    of exchange from another one of its name. `findings` say what was wrong with it, as far as it could be used; one
    that could not be read has no `version`. After `receipt_deadline` and `deadline` a silent archive is told of;
    `reminders` is how often it was.
    """

    __tablename__ = "disposal_messages"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("disposal_lists.id"), index=True)
    direction: Mapped[Direction] = mapped_column(words(Direction))
    message_type: Mapped[MessageType] = mapped_column(words(MessageType))
    version: Mapped[XdomeaVersion | None] = mapped_column(words(XdomeaVersion))
    envelope_id: Mapped[UUID | None]
    file_name: Mapped[str]
    stamp: Mapped[str | None]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    object_id: Mapped[UUID]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    receipt_deadline: Mapped[date | None]
    deadline: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    findings: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)

    __table_args__ = (
        UniqueConstraint("list_id", "file_name", "sha256"),
        CheckConstraint("direction = 'sent' or sent_at is null", name="sent_at"),
        CheckConstraint("direction = 'received' or version is not null", name="version"),
    )


class SilenceNotice(Table):
    """The one e-mail a person gets on a day because archives are silent."""

    __tablename__ = "silence_notices"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[DigestState] = mapped_column(words(DigestState))
    compiled_at: Mapped[datetime]


class Tombstone(Table):
    """What stays of a record that is gone: number, class, dates, decision, persons, list. No content, no title.

    `taken_with` is the dossier or case of the list that took it along: itself for those. Unit, entry, levels and
    `protected` say who could have seen it, since nobody else is told that it ever was. It refers to nothing, so that
    it outlives everything, also a restore from before its list.
    """

    __tablename__ = "tombstones"
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    taken_with: Mapped[UUID] = mapped_column(index=True)
    record_kind: Mapped[RecordKind] = mapped_column(words(RecordKind))
    reference: Mapped[str] = mapped_column(unique=True)
    former_references: Mapped[list[str]] = mapped_column(JSONB, default=list)
    entry_code: Mapped[str]
    entry_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    levels: Mapped[list[str]] = mapped_column(JSONB)
    protected: Mapped[bool]
    created_on: Mapped[date]
    closed_on: Mapped[date | None]
    retained_until: Mapped[date | None]
    decision: Mapped[DisposalCode] = mapped_column(words(DisposalCode))
    archive_reference: Mapped[str | None]
    list_id: Mapped[UUID] = mapped_column(index=True)
    list_reference: Mapped[str]
    persons: Mapped[dict[str, Any]] = mapped_column(JSONB)
    erased_at: Mapped[datetime]

    __table_args__ = (Index(None, "former_references", postgresql_using="gin"),)
