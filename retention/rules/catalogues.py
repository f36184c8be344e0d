"""A catalogue of retention rules (Regelkatalog) as its file has it."""

from dataclasses import dataclass
from datetime import date

from eakte.foundation.storage import LockMode
from eakte.records.plan_rules import DisposalCode
from retention.rules.periods import Event, Rounding, Unit


@dataclass(frozen=True, slots=True)
class CatalogueRule:
    """One rule; the fields are those of the table, `key` is what it is known by within its catalogue."""

    key: str
    name: str
    source: str
    event: Event
    event_key: str | None
    length: int | None
    unit: Unit | None
    rounding: Rounding
    fiscal_month: int
    fiscal_day: int
    disposal: DisposalCode | None
    transfer_months: int | None
    buffer_days: int
    correction_days: int
    lock_mode: LockMode
    protection: str
    valid_from: date | None
    valid_until: date | None
    example: bool


@dataclass(frozen=True, slots=True)
class RuleCatalogue:
    """All rules of one catalogue."""

    key: str
    name: str
    rules: tuple[CatalogueRule, ...]
