"""Requests, findings, answers and reports; only who manages data protection for the whole house gets at them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, delete, func, literal, or_, select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.jobs import is_queued
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.privacy.errors import FindingNotFound, SubjectReportNotFound, SubjectRequestNotFound
from eakte.privacy.messages import LookAfterPrivacy, MakeSubjectReport, SearchForPerson
from eakte.privacy.models import ErasureAnswer, SubjectFinding, SubjectReport, SubjectRequest
from eakte.privacy.rules import Judgement, Match, Outcome, Place, RequestKind, RequestState

_WAITING = (Outcome.ERASABLE, Outcome.OFFER, Outcome.LATER, Outcome.UNKNOWN)


def get_request(
    work: UnitOfWork, request_id: UUID, *, revision: int | None = None, change: bool = False
) -> SubjectRequest:
    """A request, locked when it is to be changed. Raises SubjectRequestNotFound, Stale, ActionForbidden."""
    require_unlimited(work, Permission.MANAGE_PRIVACY)
    statement = select(SubjectRequest).where(SubjectRequest.id == request_id)
    if change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = work.session.scalar(statement)
    if found is None:
        raise SubjectRequestNotFound
    must_be_at(found.revision, revision)
    return found


@dataclass(frozen=True, slots=True)
class WantedRequests:
    """Which requests: of a kind, in a state, and only those somebody has to see to by a day."""

    kind: RequestKind | None = None
    state: RequestState | None = None
    due_by: date | None = None


def requests(work: UnitOfWork, wanted: WantedRequests, *, cursor: str | None, limit: int) -> Page[SubjectRequest]:
    """Requests, the most urgent first. Raises ActionForbidden."""
    require_unlimited(work, Permission.MANAGE_PRIVACY)
    statement = select(SubjectRequest)
    if wanted.kind is not None:
        statement = statement.where(SubjectRequest.kind == wanted.kind)
    if wanted.state is not None:
        statement = statement.where(SubjectRequest.state == wanted.state)
    if wanted.due_by is not None:
        statement = statement.where(is_due(wanted.due_by))
    return page_of(work.session, statement, (SubjectRequest.due_on, SubjectRequest.id), cursor=cursor, limit=limit)


def is_due(day: date) -> ColumnElement[bool]:
    """SQL: whether the answer is due by a day, or something can be erased now that could not before."""
    unanswered = SubjectRequest.state.not_in((RequestState.ANSWERED, RequestState.CLOSED))
    erasable = (
        select(ErasureAnswer.record_id)
        .where(
            ErasureAnswer.request_id == SubjectRequest.id,
            ErasureAnswer.outcome.in_(_WAITING),
            ErasureAnswer.possible_from <= day,
            ErasureAnswer.listed_on.is_(None),
        )
        .exists()
    )
    closed = SubjectRequest.state == RequestState.CLOSED
    return or_(unanswered & (SubjectRequest.due_on <= day), ~closed & erasable)


def is_searching(session: Session, request_id: UUID) -> bool:
    """Whether a search for it waits or runs."""
    return bool(session.scalar(select(is_queued([SearchForPerson], request_id=literal(request_id)))))


class Progress(NamedTuple):
    """How far the search for a request is, and how many of its findings are judged how."""

    searching: bool
    searched_at: datetime | None
    found_more: bool
    open_findings: int
    confirmed_findings: int
    dismissed_findings: int


def progress_of(session: Session, request_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Where some requests stand, in one statement: what a search found that is over is in it."""
    counts = (
        func.count(SubjectFinding.id).filter(SubjectFinding.judgement == judgement)
        for judgement in (Judgement.OPEN, Judgement.CONFIRMED, Judgement.DISMISSED)
    )
    searching = is_queued([SearchForPerson], request_id=SubjectRequest.id)
    statement = (
        select(SubjectRequest.id, searching, SubjectRequest.searched_at, SubjectRequest.found_more, *counts)
        .outerjoin(SubjectFinding, SubjectFinding.request_id == SubjectRequest.id)
        .where(SubjectRequest.id.in_(request_ids))
        .group_by(SubjectRequest.id)
    )
    return {request_id: Progress(*progress) for request_id, *progress in session.execute(statement)}


def request_to_search(session: Session, request_id: UUID, *, lock: bool = False) -> SubjectRequest | None:
    """A request the queue searches for; None when it ended meanwhile."""
    statement = select(SubjectRequest).where(
        SubjectRequest.id == request_id, SubjectRequest.state != RequestState.CLOSED
    )
    return session.scalar(statement.with_for_update() if lock else statement)


# --- findings -----------------------------------------------------------------------------------------


def _strength() -> ColumnElement[int]:
    return case({match.value: place for place, match in enumerate(Match)}, value=SubjectFinding.match)


def findings(
    work: UnitOfWork, request: SubjectRequest, judgement: Judgement | None, *, cursor: str | None, limit: int
) -> Page[SubjectFinding]:
    """Findings of a request by what they stand in."""
    statement = select(SubjectFinding).where(SubjectFinding.request_id == request.id)
    if judgement is not None:
        statement = statement.where(SubjectFinding.judgement == judgement)
    return page_of(work.session, statement, (SubjectFinding.label, SubjectFinding.id), cursor=cursor, limit=limit)


def all_findings(session: Session, request_id: UUID, *, with_open: bool | None) -> list[SubjectFinding]:
    """What goes into a report: what is confirmed; with it what nobody judged, all of it or (None) what is strong."""
    statement = select(SubjectFinding).where(
        SubjectFinding.request_id == request_id, SubjectFinding.judgement.in_(_taken(with_open))
    )
    if with_open is None:
        strong = SubjectFinding.match != Match.NAME
        statement = statement.where(or_(SubjectFinding.judgement == Judgement.CONFIRMED, strong))
    return list(session.scalars(statement.order_by(SubjectFinding.label, _strength(), SubjectFinding.id)))


def _taken(with_open: bool | None) -> tuple[Judgement, ...]:
    return (Judgement.CONFIRMED,) if with_open is False else (Judgement.CONFIRMED, Judgement.OPEN)


def findings_to_judge(
    session: Session, request_id: UUID, ids: Collection[UUID], record_ids: Collection[UUID]
) -> list[SubjectFinding]:
    """Findings named by themselves, or by the record they belong to. Raises FindingNotFound for an unknown one."""
    named = or_(SubjectFinding.id.in_(ids), SubjectFinding.record_id.in_(record_ids))
    statement = select(SubjectFinding).where(SubjectFinding.request_id == request_id, named)
    found = list(session.scalars(statement.order_by(SubjectFinding.id).with_for_update()))
    known = {one.id for one in found}, {one.record_id for one in found}
    if not (set(ids) <= known[0] and set(record_ids) <= known[1]):
        raise FindingNotFound
    return found


def judged_marks(session: Session, request_id: UUID) -> set[str]:
    statement = select(SubjectFinding.mark).where(
        SubjectFinding.request_id == request_id, SubjectFinding.judgement != Judgement.OPEN
    )
    return set(session.scalars(statement))


def delete_unjudged(session: Session, request_id: UUID) -> None:
    session.execute(
        delete(SubjectFinding).where(
            SubjectFinding.request_id == request_id, SubjectFinding.judgement == Judgement.OPEN
        )
    )


def delete_findings(session: Session, request_id: UUID) -> None:
    session.execute(delete(SubjectFinding).where(SubjectFinding.request_id == request_id))


def confirmed_records(session: Session, request_id: UUID) -> list[tuple[UUID, str]]:
    """Ids and labels of the records of which a finding is confirmed; what only the audit trail says is none."""
    statement = (
        select(SubjectFinding.record_id, func.min(SubjectFinding.label))
        .where(
            SubjectFinding.request_id == request_id,
            SubjectFinding.judgement == Judgement.CONFIRMED,
            SubjectFinding.record_id.is_not(None),
            SubjectFinding.place != Place.AUDIT,
        )
        .group_by(SubjectFinding.record_id)
        .order_by(func.min(SubjectFinding.label))
    )
    return [(record_id, label) for record_id, label in session.execute(statement) if record_id is not None]


def findings_of_records(session: Session, record_ids: Collection[UUID]) -> list[SubjectFinding]:
    return list(session.scalars(select(SubjectFinding).where(SubjectFinding.record_id.in_(record_ids))))


# --- answers and reports ------------------------------------------------------------------------------


def answers_of(session: Session, request_id: UUID) -> list[ErasureAnswer]:
    statement = select(ErasureAnswer).where(ErasureAnswer.request_id == request_id)
    return list(session.scalars(statement.order_by(ErasureAnswer.reference, ErasureAnswer.record_id)))


def answers_about(session: Session, record_ids: Collection[UUID]) -> list[ErasureAnswer]:
    return list(session.scalars(select(ErasureAnswer).where(ErasureAnswer.record_id.in_(record_ids))))


def reports_of(session: Session, request_id: UUID) -> list[tuple[SubjectReport, bool]]:
    """Reports of a request, and whether each waits to be made or is.

    One statement: asked one after the other, a report made in between would be neither there nor on its way, as only
    one that failed is.
    """
    queued = is_queued([MakeSubjectReport], report_id=SubjectReport.id)
    statement = select(SubjectReport, queued).where(SubjectReport.request_id == request_id)
    newest_first = statement.order_by(SubjectReport.asked_at.desc(), SubjectReport.id.desc())
    return [(report, making) for report, making in session.execute(newest_first)]


def get_report(work: UnitOfWork, report_id: UUID) -> SubjectReport:
    """A report that is there. Raises SubjectReportNotFound, ActionForbidden."""
    require_unlimited(work, Permission.MANAGE_PRIVACY)
    found = work.session.get(SubjectReport, report_id)
    if found is None or found.made_at is None or found.erased_at is not None:
        raise SubjectReportNotFound
    return found


def report_to_make(session: Session, report_id: UUID) -> SubjectReport | None:
    """A report that was asked for and is not there yet, locked."""
    statement = select(SubjectReport).where(SubjectReport.id == report_id, SubjectReport.made_at.is_(None))
    return session.scalar(statement.with_for_update())


def _kept() -> Select[SubjectReport]:
    return select(SubjectReport).where(SubjectReport.made_at.is_not(None), SubjectReport.erased_at.is_(None))


def is_overdue(session: Session, today: date, closed_before: datetime) -> bool:
    """Whether anything was kept long enough, and nobody is asked to see to it."""
    report = _kept().where(SubjectReport.erase_on <= today)
    request = _unforgotten(closed_before)
    return bool(session.scalar(select((report.exists() | request.exists()) & ~is_queued([LookAfterPrivacy]))))


def reports_to_erase(session: Session, today: date) -> Sequence[SubjectReport]:
    """Reports that were kept as long as they are; locked, passing over those another machine is at."""
    statement = _kept().where(SubjectReport.erase_on <= today).limit(20)
    return session.scalars(statement.with_for_update(skip_locked=True)).all()


def kept_reports(session: Session, request_id: UUID) -> Sequence[SubjectReport]:
    return session.scalars(_kept().where(SubjectReport.request_id == request_id)).all()


def requests_to_forget(session: Session, closed_before: datetime) -> Iterator[SubjectRequest]:
    """Requests closed before an instant that still say who asked."""
    statement = _unforgotten(closed_before).order_by(SubjectRequest.id).limit(100)
    yield from session.scalars(statement.with_for_update(skip_locked=True)).all()


def _unforgotten(closed_before: datetime) -> Select[SubjectRequest]:
    return select(SubjectRequest).where(SubjectRequest.closed_at < closed_before, SubjectRequest.forgotten_at.is_(None))
