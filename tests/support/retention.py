"""Rules, closings and computed periods that tests of retention need."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from retention.models.rules import RecordRetention, RetentionRule
from retention.queries.periods import period_of
from retention.rules.periods import Event, Rounding, Unit
from tests.support.factories import unique


def a_rule(work: UnitOfWork, **fields: Any) -> RetentionRule:
    """Ten years from the closing, unless said otherwise; `years` is a short way to say how long, None for ever."""
    years = fields.pop("years", 10)
    values: dict[str, Any] = {
        "id": new_id(),
        "catalogue": "test",
        "key": unique("regel-"),
        "name": "Regel",
        "source": "§ 1 Muster",
        "event": Event.CLOSING,
        "length": years,
        "unit": None if years is None else Unit.YEARS,
        "rounding": Rounding.EXACT,
        "fiscal_month": 12,
        "fiscal_day": 31,
        **fields,
    }
    rule = RetentionRule(**values)
    work.session.add(rule)
    work.session.flush()
    return rule


def at(text: str) -> datetime:
    """An instant in UTC: `at("2026-06-30 22:30")`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def later(work: UnitOfWork, instant: datetime) -> UnitOfWork:
    """The same work at another instant."""
    return UnitOfWork(work.session, work.actor, instant, work.storage, work.settings)


def recognised(work: UnitOfWork) -> None:
    """As if everything that came in were recognised and filed, so that it can be closed; no worker is asked."""
    work.session.flush()
    filed = "state = 'filed', failure_code = null, failure_message = null"
    work.session.execute(text(f"update ingest_items set {filed} where document_id is not null"))


def close(work: UnitOfWork, record: Dossier | Case, on: str | None = None) -> None:
    """Close a dossier or case, at an instant of that time if one is given."""
    recognised(work)
    _change(work if on is None else later(work, at(on)), record, Action.CLOSE)


def reopen(work: UnitOfWork, record: Dossier | Case) -> None:
    _change(work, record, Action.REOPEN)


def _change(work: UnitOfWork, record: Dossier | Case, action: Action) -> None:
    change = change_dossier_state if isinstance(record, Dossier) else change_case_state
    change(work, record.id, action, revision=None)


def period(work: UnitOfWork, record_id: UUID) -> RecordRetention | None:
    return period_of(work.session, record_id)


def last_day(work: UnitOfWork, record_id: UUID) -> date | None:
    found = period(work, record_id)
    assert found is not None
    return found.last_day
