"""Dates that start periods and come later: per fiscal year, or for one record (fristauslösende Daten)."""

from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import RecordNotFound
from eakte.records.queries import get_record
from eakte.records.rules import RecordKind
from retention.errors import DateAlreadyEntered, DateImplausible, DateNotFound, DatePlaceInvalid, NotKeptByItself
from retention.messages import DateEntered
from retention.models.rules import EnteredDate
from retention.queries.rules import date_at, get_date
from retention.rules.days import EARLIEST, LATEST


def enter_date(
    work: UnitOfWork,
    key: str,
    day: date,
    *,
    source: str,
    fiscal_year: int | None = None,
    record_id: UUID | None = None,
) -> EnteredDate:
    """Enter a date: for a fiscal year by who manages retention, for a record by who may override it.

    `source` says where it is written, as the council's decision. The one of a record goes before the one of its fiscal
    year, and both before its business data, so that a date that was filed wrong can be put right after the closing.
    Raises DatePlaceInvalid, DateImplausible, DateAlreadyEntered, RecordNotFound, NotKeptByItself, ActionForbidden.
    """
    _must_be_allowed_at(work, fiscal_year, record_id)
    _must_be_meant(day)
    if date_at(work.session, key, fiscal_year=fiscal_year, record_id=record_id) is not None:
        raise DateAlreadyEntered
    entered = EnteredDate(
        id=new_id(),
        key=key,
        fiscal_year=fiscal_year,
        record_id=record_id,
        day=day,
        source=source,
        entered_by=work.actor.id,
        entered_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.session.add(entered)
    except IntegrityError as error:
        raise DateAlreadyEntered from error
    _tell(work, entered, {"day": (None, str(day)), "source": (None, source)})
    return entered


def change_date(work: UnitOfWork, date_id: UUID, day: date, *, source: str, revision: int | None) -> EnteredDate:
    """Correct a date. Raises DateNotFound, Stale, DateImplausible, ActionForbidden."""
    entered = _changeable(work, date_id, revision)
    _must_be_meant(day)
    changes: dict[str, tuple[object, object]] = {}
    if entered.day != day:
        changes["day"] = (str(entered.day), str(day))
    if entered.source != source:
        changes["source"] = (entered.source, source)
    if changes:
        entered.day, entered.source = day, source
        entered.entered_by, entered.entered_at = work.actor.id, work.now
        work.session.flush()
        _tell(work, entered, changes)
    return entered


def take_back_date(work: UnitOfWork, date_id: UUID, *, revision: int | None) -> None:
    """Take a date back; what counted from it waits again. Raises DateNotFound, Stale, ActionForbidden."""
    entered = _changeable(work, date_id, revision)
    work.session.delete(entered)
    work.session.flush()
    _tell(work, entered, {"day": (str(entered.day), None), "source": (entered.source, None)})


def _changeable(work: UnitOfWork, date_id: UUID, revision: int | None) -> EnteredDate:
    entered = get_date(work.session, date_id, revision=revision)
    try:
        _must_be_allowed_at(work, entered.fiscal_year, entered.record_id)
    except RecordNotFound as error:
        raise DateNotFound from error
    return entered


def _must_be_allowed_at(work: UnitOfWork, fiscal_year: int | None, record_id: UUID | None) -> None:
    if (fiscal_year is None) == (record_id is None):
        raise DatePlaceInvalid
    if record_id is None:
        require_unlimited(work, Permission.MANAGE_RETENTION)
    elif get_record(work, record_id, to=Permission.OVERRIDE_RETENTION).record_kind is RecordKind.DOCUMENT:
        raise NotKeptByItself


def _must_be_meant(day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise DateImplausible(earliest=f"{EARLIEST:%d.%m.%Y}", latest=f"{LATEST:%d.%m.%Y}")


def _tell(work: UnitOfWork, entered: EnteredDate, changes: dict[str, tuple[object, object]]) -> None:
    work.publish(
        DateEntered(
            record_id=entered.record_id or entered.id,
            key=entered.key,
            of_record=entered.record_id,
            fiscal_year=entered.fiscal_year,
            changes=changes,
        )
    )
