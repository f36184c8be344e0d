"""Assignment (Zuweisung): the house sends an invoice to the unit its rules name; people make the rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import get_unit, require_unlimited
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import AssignmentRuleExists, AssignmentRuleInvalid
from xrechnung.approval.messages import AssignmentRuleMade, AssignmentRuleRemoved, InvoiceLeftToAccounting
from xrechnung.approval.models.assignment import AssignmentRule
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.assignment import get_assignment_rule, reads_texts, rule_of_pattern, rules_for
from xrechnung.approval.queries.flow import acts_of, approval_of, get_approval
from xrechnung.approval.rules.assignment import (
    SUSPECTED_TWIN,
    Assigned,
    Criterion,
    Rule,
    Said,
    Unassigned,
    decide,
    kept_pattern,
)
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.workflow import Act, InvoiceClass, Step
from xrechnung.approval.service.acting import lay_before, perform
from xrechnung.examining.kept import Original
from xrechnung.judging.hints.duplicates import supplier_key
from xrechnung.models import Invoice
from xrechnung.service.products import showing_of

USUAL_POSITION = 100
"""Where rules stand whose order nobody minds: of those the more precise one decides."""


@dataclass(frozen=True, slots=True)
class WantedRule:
    """A rule as somebody enters it."""

    criterion: Criterion
    pattern: str
    unit_id: UUID
    position: int = USUAL_POSITION
    kind: InvoiceClass | None = None
    valid_from: date | None = None
    valid_until: date | None = None


# --- the house assigns --------------------------------------------------------------------------------------


def words_to_read(work: UnitOfWork, invoice_id: UUID) -> Original | None:
    """What of an invoice has to be read before it can be assigned; None where no rule looks for words."""
    approval = approval_of(work.session, invoice_id)
    if approval is None or not _waits(work, approval) or not reads_texts(work.session, legal_day(work.now)):
        return None
    return showing_of(work, approval.invoice).original


def assign_at_once(work: UnitOfWork, approval: Approval) -> bool:
    """Send a locked invoice that was just found in order to its unit; False where a rule wants to read it first."""
    if approval.step is not Step.CHECKED or approval.unit_id is not None:
        return True
    decision = _decision(work, approval.invoice, None)
    if decision is not None:
        _obey(work, approval, decision)
    return decision is not None


def assign_by_rules(work: UnitOfWork, invoice_id: UUID, texts: Collection[str] = ()) -> Approval | None:
    """Send an invoice to the unit the rules name, or note why it stays with central accounting.

    Once: what a person has touched since is left alone, and None answered.
    """
    approval = approval_of(work.session, invoice_id, lock=True)
    if approval is None or not _waits(work, approval):
        return None
    decision = _decision(work, approval.invoice, texts)
    assert decision is not None
    _obey(work, approval, decision)
    return approval


def _obey(work: UnitOfWork, approval: Approval, decision: Assigned | Unassigned) -> None:
    match decision:
        case Unassigned(because):
            _leave(work, approval, because)
        case Assigned(unit_id, because, kind):
            approval.kind = kind or approval.kind
            lay_before(work, approval, unit_id, because=because)
            perform(work, approval, Act.ASSIGN, by_house=True, reason=because, details={"to_unit": str(unit_id)})


def _leave(work: UnitOfWork, approval: Approval, because: str) -> None:
    if approval.assigned_because == because:
        return
    approval.assigned_because = because
    work.session.flush()
    record_id, changes = approval.invoice.document_id, {"reason": (None, because)}
    work.publish(InvoiceLeftToAccounting(record_id=record_id, invoice_id=approval.invoice_id, changes=changes))


def _waits(work: UnitOfWork, approval: Approval) -> bool:
    """Whether nobody did anything with an invoice since it was found in order, or was accepted."""
    if approval.step is not Step.CHECKED or approval.unit_id is not None:
        return False
    return acts_of(work.session, approval.invoice_id)[-1].act in (Act.CHECK, Act.ACCEPT)


def _decision(work: UnitOfWork, invoice: Invoice, texts: Collection[str] | None) -> Assigned | Unassigned | None:
    """None where nobody has read the `texts` of an invoice and a rule looks for words in them."""
    if invoice.twins:
        return Unassigned(SUSPECTED_TWIN)
    said = said_by(invoice, texts or ())
    rows = rules_for(work.session, said, legal_day(work.now))
    if texts is None and any(row.criterion is Criterion.TEXT for row in rows):
        return None
    return decide([Rule(row.position, row.criterion, row.pattern, row.unit_id, row.kind) for row in rows], said)


def said_by(invoice: Invoice, texts: Collection[str] = ()) -> Said:
    """What rules look at."""
    suppliers = (
        supplier_key(invoice.seller_vat_id, None, None),
        supplier_key(None, invoice.seller_tax_number, None),
        supplier_key(None, None, invoice.seller_name),
    )
    return Said(
        leitweg_id=invoice.buyer_reference,
        order_number=invoice.order_number,
        contract=invoice.contract_number,
        suppliers=tuple(one for one in suppliers if one is not None),
        texts=texts,
    )


# --- people make rules --------------------------------------------------------------------------------------


def make_rule(work: UnitOfWork, wanted: WantedRule) -> AssignmentRule:
    """Let invoices that say something go to a unit from now on.

    Raises ActionForbidden, UnitNotFound, AssignmentRuleInvalid, AssignmentRuleExists.
    """
    require_unlimited(work, Permission.HANDLE_INVOICES)
    get_unit(work.session, wanted.unit_id)
    pattern = kept_pattern(wanted.criterion, wanted.pattern)
    if pattern is None:
        raise AssignmentRuleInvalid(obstacle="Ein Muster hat Buchstaben oder Ziffern, höchstens 200 Zeichen.")
    if wanted.valid_from is not None and wanted.valid_until is not None and wanted.valid_until < wanted.valid_from:
        raise AssignmentRuleInvalid(obstacle="Das Ende liegt vor dem Anfang.")
    if rule_of_pattern(work.session, wanted.criterion, pattern) is not None:
        raise AssignmentRuleExists
    rule = AssignmentRule(
        id=new_id(),
        position=wanted.position,
        criterion=wanted.criterion,
        pattern=pattern,
        unit_id=wanted.unit_id,
        kind=wanted.kind,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        created_by=work.actor.id,
        created_at=work.now,
    )
    work.session.add(rule)
    work.session.flush()
    work.publish(AssignmentRuleMade(record_id=rule.id, changes=_described(rule, new=True)))
    return rule


def remove_rule(work: UnitOfWork, rule_id: UUID) -> None:
    """Take a rule back; what it assigned stays where it is. Raises ActionForbidden, AssignmentRuleNotFound."""
    rule = get_assignment_rule(work, rule_id)
    work.session.delete(rule)
    work.session.flush()
    work.publish(AssignmentRuleRemoved(record_id=rule.id, changes=_described(rule, new=False)))


def rememberable(approval: Approval) -> dict[Criterion, str]:
    """What of an invoice its assignment can be remembered by, the most telling first."""
    invoice = approval.invoice
    offers = {
        Criterion.CONTRACT: invoice.contract_number,
        Criterion.LEITWEG_ID: invoice.buyer_reference,
        Criterion.SUPPLIER: approval.supplier_key,
    }
    kept = {criterion: kept_pattern(criterion, said) for criterion, said in offers.items() if said}
    return {criterion: pattern for criterion, pattern in kept.items() if pattern is not None}


def remember_rule(work: UnitOfWork, invoice_id: UUID, criterion: Criterion) -> AssignmentRule:
    """Let invoices like this one go where this one was assigned to by hand.

    Raises InvoiceNotFound, ApprovalNotBegun, ActionForbidden, AssignmentRuleInvalid, AssignmentRuleExists.
    """
    approval = get_approval(work, invoice_id)
    require_unlimited(work, Permission.HANDLE_INVOICES)
    pattern = rememberable(approval).get(criterion)
    if pattern is None:
        raise AssignmentRuleInvalid(obstacle="Dazu sagt die Rechnung nichts.")
    if approval.unit_id is None:
        raise AssignmentRuleInvalid(obstacle="Die Rechnung ist noch keiner Stelle zugewiesen.")
    return make_rule(work, WantedRule(criterion, pattern, approval.unit_id))


def _described(rule: AssignmentRule, *, new: bool) -> dict[str, tuple[object, object]]:
    said = {
        "criterion": rule.criterion.value,
        "pattern": rule.pattern,
        "unit": str(rule.unit_id),
        "position": rule.position,
        "kind": rule.kind,
        "valid_from": rule.valid_from and str(rule.valid_from),
        "valid_until": rule.valid_until and str(rule.valid_until),
    }
    return {name: (None, value) if new else (value, None) for name, value in said.items() if value is not None}
