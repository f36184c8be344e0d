"""What is not kept for ever: reports, which are personal data themselves, and who asked."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from eakte.documents.models import object_key
from eakte.foundation.clock import legal_day
from eakte.foundation.work import UnitOfWork
from eakte.privacy.messages import LookAfterPrivacy, SubjectForgotten, SubjectReportErased
from eakte.privacy.models import SubjectReport, SubjectRequest
from eakte.privacy.queries import requests as queries
from eakte.privacy.rules import Outcome

_YEAR = timedelta(days=366)


def resume_privacy(work: UnitOfWork) -> None:
    """Have the queue see to what was kept long enough."""
    if queries.is_overdue(work.session, legal_day(work.now), _forgettable(work)):
        work.defer(LookAfterPrivacy())


def look_after_privacy(work: UnitOfWork) -> None:
    """Erase reports that were kept long enough, and forget who asked, years after a request was closed.

    Some at a time; raises StorageUnavailable.
    """
    for report in queries.reports_to_erase(work.session, legal_day(work.now)):
        erase_report(work, report)
    for request in queries.requests_to_forget(work.session, _forgettable(work)):
        _forget(work, request)


def _forgettable(work: UnitOfWork) -> datetime:
    return work.now - work.settings.privacy.forget_after_years * _YEAR


def erase_report(work: UnitOfWork, report: SubjectReport) -> None:
    """Erase the bytes of a report; the row stays and says that there was one."""
    work.storage.erase(object_key(report.object_id))
    report.erased_at = work.now
    work.session.flush()
    work.publish(SubjectReportErased(record_id=report.request_id))


def _forget(work: UnitOfWork, request: SubjectRequest) -> None:
    for report in queries.kept_reports(work.session, request.id):
        erase_report(work, report)
    queries.delete_findings(work.session, request.id)
    request.person, request.forgotten_at = None, work.now
    request.identity_check = request.note = request.extended_for = request.extended_at = None
    work.session.flush()
    work.publish(SubjectForgotten(record_id=request.id))


def forget_contents(work: UnitOfWork, record_ids: Collection[UUID]) -> None:
    """Take what destroyed records said out of the findings, and answer them as gone."""
    for finding in queries.findings_of_records(work.session, record_ids):
        finding.excerpt = None
    for answer in queries.answers_about(work.session, record_ids):
        answer.outcome, answer.possible_from, answer.reasons = Outcome.GONE, None, []
    work.session.flush()
