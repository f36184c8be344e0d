"""Retention rules, where they hang, the dates that start them, and until when each closed record is kept."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.foundation.storage import LockMode
from eakte.foundation.table import Table, words
from eakte.records.plan_rules import DisposalCode
from retention.rules.inheritance import Inheritance
from retention.rules.periods import Event, Outcome, Period, Rounding, Rule, Trigger, Unit


class ProtectionNeed(StrEnum):
    """Schutzbedarf, as BSI 200-2 has it."""

    NORMAL = "normal"
    HIGH = "high"
    VERY_HIGH = "very_high"


class RetentionRule(Table):
    """One rule of a catalogue (Aufbewahrungsregel). No `length` keeps for ever.

    `buffer_days` pass after the last day before anything is due; for `correction_days` after the closing the storage
    is not locked yet. `transfer_months` after its event a record may move to the interim archive (Transferfrist).
    `example` marks rules shipped as examples, which nobody has checked for this city.
    """

    __tablename__ = "retention_rules"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    catalogue: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    event: Mapped[Event] = mapped_column(words(Event))
    event_key: Mapped[str | None]
    length: Mapped[int | None]
    unit: Mapped[Unit | None] = mapped_column(words(Unit))
    rounding: Mapped[Rounding] = mapped_column(words(Rounding))
    fiscal_month: Mapped[int] = mapped_column(default=12)
    fiscal_day: Mapped[int] = mapped_column(default=31)
    disposal: Mapped[DisposalCode | None] = mapped_column(words(DisposalCode))
    transfer_months: Mapped[int | None]
    buffer_days: Mapped[int] = mapped_column(default=0)
    correction_days: Mapped[int] = mapped_column(default=0)
    lock_mode: Mapped[LockMode] = mapped_column(words(LockMode), default=LockMode.GOVERNANCE)
    protection: Mapped[ProtectionNeed] = mapped_column(words(ProtectionNeed), default=ProtectionNeed.NORMAL)
    example: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        UniqueConstraint("catalogue", "key"),
        CheckConstraint("(length is null) = (unit is null)", name="period"),
        CheckConstraint("length > 0", name="length"),
        CheckConstraint("(event in ('entered', 'business_data')) = (event_key is not null)", name="event_key"),
        CheckConstraint("fiscal_month between 1 and 12 and fiscal_day between 1 and 31", name="fiscal_year"),
        CheckConstraint("buffer_days >= 0 and correction_days >= 0", name="days"),
    )

    def rule(self) -> Rule:
        """The rule as the law has it, without where it hangs."""
        period = Period(self.length, self.unit) if self.length is not None and self.unit is not None else None
        return Rule(
            self.name,
            self.source,
            Trigger(self.event, self.event_key),
            period,
            self.rounding,
            (self.fiscal_month, self.fiscal_day),
            disposal=self.disposal,
            transfer_months=self.transfer_months,
            buffer_days=self.buffer_days,
            correction_days=self.correction_days,
            lock_mode=self.lock_mode,
            id=self.id,
        )


class RuleAssignment(Table):
    """A rule hung on a filing plan entry, or on a dossier or case as a local exception with its reason."""

    __tablename__ = "rule_assignments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("retention_rules.id"), index=True)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("filing_plan_entries.id"), index=True)
    record_id: Mapped[UUID | None] = mapped_column(ForeignKey("records.id"), index=True)
    inheritance: Mapped[Inheritance] = mapped_column(words(Inheritance))
    reason: Mapped[str | None]
    assigned_by: Mapped[UUID]
    assigned_at: Mapped[datetime]

    rule: Mapped[RetentionRule] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        CheckConstraint("(entry_id is null) <> (record_id is null)", name="one_place"),
        CheckConstraint("record_id is null or reason is not null", name="reason"),
        Index(None, "rule_id", "entry_id", "record_id", unique=True, postgresql_nulls_not_distinct=True),
    )


class EnteredDate(Table):
    """A date that starts periods and that somebody entered: for a fiscal year, or for one record.

    A record's own date goes before that of its fiscal year, and before the business datum of the same name.
    """

    __tablename__ = "entered_dates"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    fiscal_year: Mapped[int | None]
    record_id: Mapped[UUID | None] = mapped_column(ForeignKey("records.id"), index=True)
    day: Mapped[date]
    source: Mapped[str]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        CheckConstraint("(fiscal_year is null) <> (record_id is null)", name="one_place"),
        Index(None, "key", "fiscal_year", "record_id", unique=True, postgresql_nulls_not_distinct=True),
    )


class RecordRetention(Table):
    """Until when a closed dossier or case is kept, and why; there is a row as long as it is closed.

    `due_on` is the first day on which it may be offered or destroyed; None as long as nobody can say. `rule_name` and
    `rule_source` are what was valid when it was computed, also for periods of the plan, which have no rule.
    `missing_key` is the date that is waited for. `locked_until` is what the storage was told; by which mode it keeps is
    decided when it is told first, and stays.
    """

    __tablename__ = "record_retentions"
    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    last_day: Mapped[date | None]
    due_on: Mapped[date | None]
    transfer_from: Mapped[date | None]
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_rules.id"))
    rule_name: Mapped[str | None]
    rule_source: Mapped[str | None]
    event_day: Mapped[date | None]
    missing_key: Mapped[str | None]
    disposal: Mapped[DisposalCode] = mapped_column(words(DisposalCode))
    lock_mode: Mapped[LockMode] = mapped_column(words(LockMode))
    lock_from: Mapped[datetime | None]
    locked_until: Mapped[date | None]
    computed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(outcome = 'ends') = (last_day is not null)", name="last_day"),
        CheckConstraint("outcome <> 'open'", name="closed"),
        CheckConstraint("due_on > last_day", name="due_on"),
        Index(None, "due_on", "record_id", postgresql_where=text("due_on is not null")),
        Index("ix_record_retentions_missing_key", "missing_key", postgresql_where=text("missing_key is not null")),
    )
