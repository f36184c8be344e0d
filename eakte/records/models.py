"""Filing plans, entries, and the records kept under them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.access import Confidentiality
from eakte.foundation.table import Table, words
from eakte.records.errors import (
    EntryCannotHoldEntries,
    EntryClosedDown,
    EntryNotALeaf,
    ParentClosedDown,
    RecordRestricted,
    RecordStateForbids,
)
from eakte.records.plan_rules import DisposalCode, EntryKind, covers
from eakte.records.rules import (
    TRANSITIONS,
    WHILE_RESTRICTED,
    Action,
    Medium,
    RecordKind,
    RecordState,
    RestrictionGround,
)


class FilingPlan(Table):
    """A version of a filing plan (Aktenplan) and how references are made under it."""

    __tablename__ = "filing_plans"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    version: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    dossier_pattern: Mapped[str]
    case_pattern: Mapped[str]
    document_pattern: Mapped[str]
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}

    def is_valid(self, today: date) -> bool:
        return covers(self.valid_from, self.valid_until, today)


class FilingPlanEntry(Table):
    """A node of the plan (Aktenplaneintrag). `path` holds the ids from the root down to this entry."""

    __tablename__ = "filing_plan_entries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("filing_plans.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("filing_plan_entries.id"), index=True)
    path: Mapped[list[UUID]] = mapped_column(ARRAY(PgUuid(as_uuid=True)))
    kind: Mapped[EntryKind] = mapped_column(words(EntryKind))
    code: Mapped[str]
    code_sort: Mapped[str]
    title: Mapped[str]
    short_title: Mapped[str | None]
    retention_years: Mapped[int | None]
    retention_unlimited: Mapped[bool] = mapped_column(default=False)
    disposal: Mapped[DisposalCode] = mapped_column(words(DisposalCode), default=DisposalCode.APPRAISE)
    log_reading: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Said by this entry or by one above; derived, so that reading a record needs to ask nobody.
    reading_logged: Mapped[bool] = mapped_column(default=False, server_default=false())
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    closed_down_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()

    plan: Mapped[FilingPlan] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        UniqueConstraint("plan_id", "code"),
        Index(None, "plan_id", "code_sort"),
        Index(None, "path", postgresql_using="gin"),
        CheckConstraint("retention_years between 0 and 110", name="retention_years"),
    )

    def must_take_dossiers(self, today: date) -> None:
        """Raises EntryNotALeaf, EntryClosedDown."""
        if self.kind is not EntryKind.SUBJECT_UNIT:
            raise EntryNotALeaf(entry=self.code)
        valid = covers(self.valid_from, self.valid_until, today)
        if self.closed_down_at is not None or not valid or not self.plan.is_valid(today):
            raise EntryClosedDown(entry=self.code)

    def must_take_entries(self) -> None:
        """Raises EntryCannotHoldEntries, ParentClosedDown."""
        if self.kind is EntryKind.SUBJECT_UNIT:
            raise EntryCannotHoldEntries(entry=self.code)
        if self.closed_down_at is not None:
            raise ParentClosedDown(entry=self.code)


class Counter(Table):
    """The last number given within one scope, i.e. a reference with its number left out."""

    __tablename__ = "reference_counters"
    scope: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Record(Table):
    """What dossiers, cases and documents have in common (Schriftgutobjekt, AllgemeineMetadaten)."""

    __tablename__ = "records"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    record_kind: Mapped[RecordKind] = mapped_column(words(RecordKind))
    reference: Mapped[str] = mapped_column(unique=True)
    reference_sort: Mapped[str] = mapped_column(index=True)
    number: Mapped[int]
    title: Mapped[str]
    remark: Mapped[str | None]
    keywords: Mapped[list[str]] = mapped_column(JSONB, default=list)
    state: Mapped[RecordState] = mapped_column(words(RecordState), default=RecordState.OPEN)
    confidentiality: Mapped[Confidentiality] = mapped_column(words(Confidentiality), default=Confidentiality.OPEN)
    medium: Mapped[Medium] = mapped_column(words(Medium), default=Medium.ELECTRONIC)
    location: Mapped[str | None]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisational_units.id"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    modified_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    # Whether a restriction of its own is in force: known with the row, since every reading asks.
    restricted: Mapped[bool] = mapped_column(default=False, server_default=false())
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"polymorphic_on": record_kind, "version_id_col": revision}
    __table_args__: Any = (
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed_at"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at is not null)", name="cancelled_at"),
    )

    @property
    def container(self) -> "Record | None":
        """What the record lies in: a case in its dossier, a document in its case."""
        return None

    @property
    def processing_restricted(self) -> bool:
        """Whether its processing is restricted, by itself or by what it lies in."""
        container = self.container
        return self.restricted or (container is not None and container.processing_restricted)

    @property
    def reading_logged(self) -> bool:
        """Whether it is noted who reads it: protected by name, restricted, or below an entry that says so."""
        container = self.container
        return self.restricted or (container is not None and container.reading_logged)

    def must_allow(self, action: Action) -> None:
        """Raises RecordStateForbids unless the transition table has `action` for this kind and state.

        Raises RecordRestricted while its processing is restricted.
        """
        if self.processing_restricted and action not in WHILE_RESTRICTED:
            raise RecordRestricted(reference=self.reference)
        transition = TRANSITIONS[action]
        if self.record_kind not in transition.kinds or self.state is not transition.source:
            raise RecordStateForbids(
                reference=self.reference, state=_STATE_WORDS[self.state], action=_ACTION_WORDS[action]
            )

    def pass_through(self, action: Action, at: datetime) -> None:
        """Take the state that `action` leads to. Raises RecordStateForbids, RecordRestricted."""
        self.must_allow(action)
        target = TRANSITIONS[action].target
        if target is not None:
            self.state = target
            self.closed_at = at if target is RecordState.CLOSED else None
            self.cancelled_at = at if target is RecordState.CANCELLED else None
        self.modified_at = at


_STATE_WORDS = {
    RecordState.OPEN: "in Bearbeitung",
    RecordState.CLOSED: "geschlossen (zdA)",
    RecordState.CANCELLED: "storniert",
}
_ACTION_WORDS = {
    Action.EDIT: "bearbeiten",
    Action.CREATE_CASE: "Vorgang anlegen",
    Action.FILE_DOCUMENT: "Dokument ablegen",
    Action.ADD_VERSION: "Version ablegen",
    Action.PROTECT: "Schutz ändern",
    Action.CLOSE: "schließen (zdA)",
    Action.REOPEN: "wieder öffnen (zdA aufheben)",
    Action.CANCEL: "stornieren",
    Action.RESTORE: "Stornierung aufheben",
    Action.REFILE: "umschreiben",
}


class Dossier(Record):
    """A dossier (Akte): the cases of one matter under one subject unit of the filing plan."""

    __tablename__ = "dossiers"
    id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("filing_plan_entries.id"), index=True)
    keeping_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisational_units.id"))
    dossier_type: Mapped[str | None]
    runs_from: Mapped[date | None]
    runs_until: Mapped[date | None]
    protected: Mapped[bool] = mapped_column(default=False)

    entry: Mapped[FilingPlanEntry] = relationship(lazy="joined", innerjoin=True)

    @property
    def reading_logged(self) -> bool:
        return self.protected or self.restricted or self.entry.reading_logged

    __mapper_args__ = {"polymorphic_identity": RecordKind.DOSSIER}


class Case(Record):
    """A case (Vorgang): the documents of one business matter in a dossier.

    Without a `keeping_unit_id` (Aktenführung) of its own, the dossier's keeps it.
    """

    __tablename__ = "cases"
    id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossiers.id"), index=True)
    keeping_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisational_units.id"))
    case_type: Mapped[str | None]
    runs_from: Mapped[date | None]
    runs_until: Mapped[date | None]

    dossier: Mapped[Dossier] = relationship(lazy="joined", innerjoin=True, foreign_keys=dossier_id)

    @property
    def container(self) -> Dossier:
        return self.dossier

    __mapper_args__ = {
        "polymorphic_identity": RecordKind.CASE,
        "inherit_condition": id == Record.id,
    }


class ReferenceAlias(Table):
    """A reference a record once had; it keeps finding the record and is never given again."""

    __tablename__ = "reference_aliases"
    reference: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), index=True)
    retired_at: Mapped[datetime]


class Reader(Table):
    """Somebody admitted to a protected dossier by name."""

    __tablename__ = "readers"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), primary_key=True, index=True)


class Restriction(Table):
    """A restriction of processing (Einschränkung der Verarbeitung, Art. 18 DSGVO), in force until it is lifted.

    It covers what lies in the record. `until` is the day on which somebody looks at it again; nothing ends by itself.
    """

    __tablename__ = "restrictions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), index=True)
    ground: Mapped[RestrictionGround] = mapped_column(words(RestrictionGround))
    reason: Mapped[str]
    until: Mapped[date | None]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None]
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "(lifted_by is null) = (lifted_at is null) and (lifted_by is null) = (lift_reason is null)", name="lifted"
        ),
        Index("uq_restrictions_in_force", "record_id", unique=True, postgresql_where=text("lifted_at is null")),
    )


class PartyRole(StrEnum):
    """Absender, Empfänger, Antragsteller, Beteiligter."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    APPLICANT = "applicant"
    PARTICIPANT = "participant"


class Party(Table):
    """A person or organisation a record concerns (Kontakt, Absender, Empfänger)."""

    __tablename__ = "parties"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), index=True)
    role: Mapped[PartyRole] = mapped_column(words(PartyRole))
    name: Mapped[str]
    organisation: Mapped[str | None]
    street: Mapped[str | None]
    postal_code: Mapped[str | None]
    city: Mapped[str | None]
    email: Mapped[str | None]
    external_id: Mapped[str | None] = mapped_column(index=True)


class BusinessDatum(Table):
    """One value of the specialist system (Fachdatum), by name."""

    __tablename__ = "business_data"
    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]

    # Values may be longer than a B-tree's entries.
    __table_args__ = (Index(None, "value", postgresql_using="hash"),)


class RecordLink(Table):
    """A cross reference (Verweis) from one record to another."""

    __tablename__ = "record_links"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"))
    target_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), index=True)
    note: Mapped[str | None]

    __table_args__ = (UniqueConstraint("source_id", "target_id"),)
