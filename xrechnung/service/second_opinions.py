"""The second opinion (Zweitprüfung): kept with the invoice; where it differs, a person has to look."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from eakte.access import Permission
from eakte.documents.models import RenditionKind
from eakte.documents.queries import rendition
from eakte.foundation.storage import Digest
from eakte.foundation.work import UnitOfWork
from xrechnung import queries
from xrechnung.adapters.kosit import Disagreement
from xrechnung.judging.verdict import Finding, Severity, Verdict
from xrechnung.messages import InvoiceDisputed
from xrechnung.models import Invoice
from xrechnung.rules import state_of

log = structlog.get_logger()

_NO_OPINION = "Die Zweitprüfung nach der amtlichen Konfiguration kam zu keinem Ergebnis."


@dataclass(frozen=True, slots=True)
class Question:
    """An invoice about which a second opinion is sought, and our verdict on it."""

    invoice_id: UUID
    original_id: UUID
    digest: Digest
    verdict: Verdict


def question_about(work: UnitOfWork, invoice_id: UUID) -> Question | None:
    """What to ask; None when an opinion is there already, or there is no verdict to compare it with."""
    invoice = queries.get_invoice(work, invoice_id, to=Permission.READ_CONTENT)
    if invoice.accepted is None or invoice.second_release is not None:
        return None
    original = rendition(work.session, invoice.version_id, RenditionKind.ORIGINAL, None)
    return Question(invoice.id, original.object_id, original.digest, _verdict(invoice))


def note_opinion(work: UnitOfWork, question: Question, release: str, disagreement: Disagreement | None) -> None:
    """Keep a second opinion. One that differs is told and leads to a person."""
    invoice = _asked_about(work, question)
    if invoice is None:
        return
    invoice.second_release = release
    if disagreement is None:
        return
    invoice.disagreement = disagreement.as_json()
    before, invoice.state = invoice.state, state_of(accepted=question.verdict.accepted, disputed=True)
    work.session.flush()
    changes = {"state": (before, invoice.state), "release": (invoice.release, release)}
    work.publish(InvoiceDisputed(record_id=invoice.document_id, invoice_id=invoice.id, changes=changes))
    log.warning("invoice_disputed", invoice=str(invoice.id), about_acceptance=disagreement.is_about_acceptance)


def note_no_opinion(work: UnitOfWork, question: Question) -> None:
    """Keep that the official configuration gave no answer; our verdict stands."""
    invoice = _asked_about(work, question)
    if invoice is not None and _NO_OPINION not in invoice.remarks:
        invoice.remarks = [*invoice.remarks, _NO_OPINION]


def _asked_about(work: UnitOfWork, question: Question) -> Invoice | None:
    """The invoice, locked, unless it has an opinion or another verdict meanwhile."""
    invoice = queries.get_invoice(work, question.invoice_id, to=Permission.READ_CONTENT, lock=True)
    same = (invoice.release, invoice.refusal) == (question.verdict.release, question.verdict.refusal)
    return invoice if same and invoice.second_release is None else None


def _verdict(invoice: Invoice) -> Verdict:
    """The verdict as far as opinions are compared with it."""
    assert invoice.release is not None
    findings = (
        Finding(one["rule"], Severity(one["severity"]), one["message"], official=one["official"])
        for one in invoice.findings
    )
    return Verdict(invoice.release, refusal=invoice.refusal, findings=tuple(findings))
