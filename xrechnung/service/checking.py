"""Checking invoices (formale Prüfung): an attempt is claimed, what came of it is kept, nothing of it twice."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import structlog
from pydantic import TypeAdapter

from eakte.access.queries import BERLIN
from eakte.documents.models import Document, Withheld
from eakte.foundation.work import UnitOfWork
from eakte.records.models import PartyRole
from eakte.records.queries import parties_of
from eakte.records.service.details import PartyDetails, add_party
from eakte.records.service.filing import change_record
from xrechnung import queries
from xrechnung.errors import InvoiceWithheld
from xrechnung.examining.kept import Original
from xrechnung.examining.results import Examination, Facts, PayAccount, SkontoTerm, VatShare
from xrechnung.judging.telling import finding_as_json
from xrechnung.judging.verdict import Severity, Verdict
from xrechnung.messages import InvoiceChecked, InvoiceRefused, InvoiceSetAside, SeekSecondOpinion, ShowInvoice
from xrechnung.models import Invoice
from xrechnung.rules import InvoiceState, state_of, title_of_invoice, type_word
from xrechnung.service.patience import patience_now
from xrechnung.service.products import record_of
from xrechnung.service.twins import note_twins

log = structlog.get_logger()

_LONGEST = 1000
_LISTS: Mapping[str, TypeAdapter[Any]] = {
    "ibans": TypeAdapter(tuple[str, ...]),
    "skonto": TypeAdapter(tuple[SkontoTerm, ...]),
    "accounts": TypeAdapter(tuple[PayAccount, ...]),
    "vat": TypeAdapter(tuple[VatShare, ...]),
}
_IN_QUARANTINE = "Die Datei liegt in Quarantäne; sie wird gelesen, wenn sie freigegeben ist."
_GIVEN_UP = "Die Prüfung ist mehrfach abgebrochen. Das Original ist erhalten; bitte die Datei prüfen."


@dataclass(frozen=True, slots=True)
class Claim:
    """An invoice somebody checks, in its n-th attempt; what an outdated attempt found is not taken."""

    invoice_id: UUID
    attempt: int
    file_name: str
    original: Original


def claim_check(work: UnitOfWork, invoice_id: UUID) -> Claim | None:
    """Begin to check an invoice; None when that is done, or came to no end too often.

    Raises InvoiceWithheld.
    """
    found = queries.waiting_for_check(work.session, invoice_id)
    if found is None:
        return None
    invoice, version, original = found
    if version.withheld is Withheld.UNSCANNED:
        raise InvoiceWithheld
    if version.withheld is Withheld.MALWARE:
        _set_aside(work, invoice, _IN_QUARANTINE)
        return None
    invoice.attempts += 1
    if invoice.attempts > work.settings.xrechnung.attempts:
        _set_aside(work, invoice, _GIVEN_UP)
        return None
    received_on = invoice.received_at.astimezone(BERLIN).date()
    return Claim(invoice.id, invoice.attempts, original.file_name, Original(original.key, original.digest, received_on))


def give_back(work: UnitOfWork, claim: Claim) -> None:
    """End an attempt that never really began, so that it does not count."""
    invoice = _claimed(work, claim)
    if invoice is not None:
        invoice.attempts -= 1


def give_up(work: UnitOfWork, invoice_id: UUID, reason: str) -> None:
    """Leave an invoice that cannot be checked to a person; it is kept as it came."""
    invoice = queries.lock_invoice(work.session, invoice_id)
    if invoice is not None and invoice.state is InvoiceState.RECEIVED:
        _set_aside(work, invoice, reason)


def note_examination(work: UnitOfWork, claim: Claim, examination: Examination) -> None:
    """Keep what was found: columns, verdict and twins, all in one work, and let the rest be made later."""
    facts = examination.facts
    keys = queries.keys_of_number(facts.number)
    # Before all other locks: see there.
    queries.hold_numbers(work.session, keys)
    invoice = _claimed(work, claim)
    if invoice is None:
        return
    document, case = record_of(work, invoice)
    _take_facts(invoice, facts, keys)
    _take_verdict(work, invoice, examination.verdict)
    _describe(work, document, claim.file_name, facts)
    if invoice.opened_case and facts.number:
        title = title_of_invoice(facts.type_code, facts.number, facts.seller_name)
        change_record(work, case, {"title": title}, dossier_id=case.dossier_id)
    # What is like another one goes to nobody by rule.
    note_twins(work, invoice)
    work.session.flush()
    _publish(work, invoice)
    work.defer(ShowInvoice(invoice_id=invoice.id), after=patience_now(work))
    if work.settings.xrechnung.kosit_bundle is not None:
        work.defer(SeekSecondOpinion(invoice_id=invoice.id))


def _claimed(work: UnitOfWork, claim: Claim) -> Invoice | None:
    invoice = queries.lock_invoice(work.session, claim.invoice_id)
    if invoice is None or (invoice.state, invoice.attempts) != (InvoiceState.RECEIVED, claim.attempt):
        return None
    return invoice


def _take_facts(invoice: Invoice, facts: Facts, keys: list[str]) -> None:
    for each in fields(facts):
        value = getattr(facts, each.name)
        setattr(invoice, each.name, _LISTS[each.name].dump_python(value, mode="json") if each.name in _LISTS else value)
    invoice.number_keys = keys


def _take_verdict(work: UnitOfWork, invoice: Invoice, verdict: Verdict) -> None:
    invoice.state, invoice.judged_at = state_of(accepted=verdict.accepted, disputed=False), work.now
    invoice.release, invoice.syntax, invoice.scenario = verdict.release, verdict.syntax, verdict.scenario
    invoice.specification = verdict.specification[:_LONGEST] if verdict.specification else None
    invoice.accepted, invoice.refusal, invoice.embedded = verdict.accepted, verdict.refusal, verdict.embedded
    invoice.findings = [finding_as_json(finding) for finding in verdict.findings]
    severities = [finding.severity for finding in verdict.findings]
    invoice.errors = sum(severity.refuses for severity in severities)
    invoice.hints = severities.count(Severity.HINT)
    invoice.warnings = len(severities) - invoice.errors - invoice.hints


def _describe(work: UnitOfWork, document: Document, file_name: str, facts: Facts) -> None:
    """What the record says of the document follows from the invoice, where nobody said something else."""
    fields: dict[str, Any] = {}
    if facts.number and document.title in (file_name, _stem(file_name)):
        fields["title"] = title_of_invoice(facts.type_code, facts.number, facts.seller_name)
    if document.document_type in (None, type_word(None)):
        fields["document_type"] = type_word(facts.type_code)
    if document.foreign_reference is None and facts.number:
        fields["foreign_reference"] = facts.number
    if document.letter_date is None and facts.issue_date is not None:
        fields["letter_date"] = facts.issue_date
    change_record(work, document, fields, dossier_id=document.case.dossier_id)
    senders = {party.name for party in parties_of(work.session, document.id) if party.role is PartyRole.SENDER}
    if facts.seller_name and facts.seller_name not in senders:
        details = PartyDetails(PartyRole.SENDER, facts.seller_name, external_id=facts.seller_vat_id)
        add_party(work, document.id, details)


def _stem(file_name: str) -> str:
    return PurePosixPath(file_name).stem.replace("_", " ").strip()


def _publish(work: UnitOfWork, invoice: Invoice) -> None:
    rules = [finding["rule"] for finding in invoice.findings if Severity(finding["severity"]).refuses]
    event = InvoiceChecked if invoice.accepted else InvoiceRefused
    changes = {
        "state": (InvoiceState.RECEIVED, invoice.state),
        "release": (None, invoice.release),
        "refusal": (None, invoice.refusal),
        "rules": (None, rules),
    }
    work.publish(event(record_id=invoice.document_id, invoice_id=invoice.id, changes=changes))
    log.info("invoice_checked", invoice=str(invoice.id), accepted=invoice.accepted, refusal=invoice.refusal)


def _set_aside(work: UnitOfWork, invoice: Invoice, reason: str) -> None:
    before = invoice.state
    invoice.give_up(reason, work.now)
    work.session.flush()
    changes = {"state": (before, invoice.state), "reason": (None, reason)}
    work.publish(InvoiceSetAside(record_id=invoice.document_id, invoice_id=invoice.id, changes=changes))
    log.warning("invoice_set_aside", invoice=str(invoice.id))
