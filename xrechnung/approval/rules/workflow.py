"""The steps of an invoice and the acts that lead from one to the next: one table, from which everything follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from xrechnung.rules import is_credit_note


class Step(StrEnum):
    """Where an invoice stands (Bearbeitungsstand)."""

    RECEIVED = "received"
    """Eingegangen."""
    CHECKED = "checked"
    """Formell geprüft."""
    ASSIGNED = "assigned"
    """Einer Stelle zugewiesen; hier wird festgestellt."""
    CERTIFIED = "certified"
    """Alle Feststellungen liegen vor."""
    ORDERED = "ordered"
    """Zur Zahlung angeordnet."""
    HANDED_OVER = "handed_over"
    """Vom Finanzverfahren abgeholt."""
    RECALLED = "recalled"
    """Rückruf läuft: the finance system has it, and has been asked to give it back."""
    BOOKED = "booked"
    """Gebucht."""
    FILED = "filed"
    """Zur Akte genommen."""
    ON_HOLD = "on_hold"
    """Zurückgestellt."""
    REJECTED = "rejected"
    """Zurückgewiesen an den Lieferanten."""
    DUPLICATE = "duplicate"
    """Als Dublette erkannt."""
    CANCELLED = "cancelled"
    """Storniert."""


STEP_WORDS: Mapping[Step, str] = MappingProxyType(
    {
        Step.RECEIVED: "eingegangen",
        Step.CHECKED: "formal geprüft",
        Step.ASSIGNED: "zugewiesen",
        Step.CERTIFIED: "sachlich und rechnerisch richtig",
        Step.ORDERED: "angeordnet",
        Step.HANDED_OVER: "übergeben",
        Step.RECALLED: "zurückgerufen",
        Step.BOOKED: "gebucht",
        Step.FILED: "zur Akte genommen",
        Step.ON_HOLD: "zurückgestellt",
        Step.REJECTED: "zurückgewiesen",
        Step.DUPLICATE: "Dublette",
        Step.CANCELLED: "storniert",
    }
)


class Act(StrEnum):
    """What somebody does with an invoice."""

    CHECK = "check"
    ACCEPT = "accept"
    """Trotz Beanstandung annehmen."""
    REJECT = "reject"
    MARK_DUPLICATE = "mark_duplicate"
    ASSIGN = "assign"
    CLAIM = "claim"
    HAND_BACK = "hand_back"
    CERTIFY_TECHNICAL = "certify_technical"
    CERTIFY_FACTUAL = "certify_factual"
    CERTIFY_ARITHMETIC = "certify_arithmetic"
    CERTIFY_COMBINED = "certify_combined"
    CONFIRM_ACCOUNT = "confirm_account"
    """Abweichende Bankverbindung bestätigen, by a second person."""
    COMPLETE = "complete"
    RETURN = "return"
    ORDER = "order"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand_over"
    RECALL = "recall"
    ACKNOWLEDGE_BOOKED = "acknowledge_booked"
    ACKNOWLEDGE_FAILED = "acknowledge_failed"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"
    FILE = "file"


ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.CHECK: "formal geprüft",
        Act.ACCEPT: "trotz Beanstandung angenommen",
        Act.REJECT: "an den Lieferanten zurückgewiesen",
        Act.MARK_DUPLICATE: "als Dublette gekennzeichnet",
        Act.ASSIGN: "zugewiesen",
        Act.CLAIM: "übernommen",
        Act.HAND_BACK: "zurückgelegt",
        Act.CERTIFY_TECHNICAL: "fachtechnisch richtig festgestellt",
        Act.CERTIFY_FACTUAL: "sachlich richtig festgestellt",
        Act.CERTIFY_ARITHMETIC: "rechnerisch richtig festgestellt",
        Act.CERTIFY_COMBINED: "sachlich und rechnerisch richtig festgestellt",
        Act.CONFIRM_ACCOUNT: "Bankverbindung bestätigt",
        Act.COMPLETE: "vollständig festgestellt",
        Act.RETURN: "zurückgegeben",
        Act.ORDER: "zur Zahlung angeordnet",
        Act.WITHDRAW: "Anordnung zurückgezogen",
        Act.HAND_OVER: "an das Finanzverfahren übergeben",
        Act.RECALL: "vom Finanzverfahren zurückgerufen",
        Act.ACKNOWLEDGE_BOOKED: "als gebucht gemeldet",
        Act.ACKNOWLEDGE_FAILED: "als nicht buchbar gemeldet",
        Act.HOLD: "zurückgestellt",
        Act.RESUME: "wieder aufgenommen",
        Act.CANCEL: "storniert",
        Act.REOPEN: "wieder aufgenommen nach Abschluss",
        Act.FILE: "zur Akte genommen",
    }
)


class Who(StrEnum):
    """Who may do an act, before any signing right is asked."""

    HOUSE = "house"
    """The system itself."""
    ACCOUNTING = "accounting"
    """Central accounting (Zentrale Rechnungsstelle, Geschäftsbuchhaltung)."""
    UNIT = "unit"
    """Members of the unit the invoice is assigned to."""
    SIGNATORY = "signatory"
    """Who holds the signing right for this act."""
    FINANCE_SYSTEM = "finance_system"


class Certificate(StrEnum):
    """What is certified (Feststellung)."""

    TECHNICAL = "technical"
    """Fachtechnisch richtig."""
    FACTUAL = "factual"
    """Sachlich richtig."""
    ARITHMETIC = "arithmetic"
    """Rechnerisch richtig."""


@dataclass(frozen=True, slots=True)
class Transition:
    """From which steps an act leads where, and who may do it.

    `certifies` are the certificates the act gives; `voids` says that those given so far no longer count.
    """

    paths: Mapping[Step, Step]
    who: Who
    needs_reason: bool = False
    certifies: frozenset[Certificate] = frozenset()
    voids: bool = False


def _to(target: Step, *sources: Step) -> Mapping[Step, Step]:
    return MappingProxyType(dict.fromkeys(sources, target))


def _certifying(*certificates: Certificate) -> Transition:
    return Transition(_to(Step.ASSIGNED, Step.ASSIGNED), Who.SIGNATORY, certifies=frozenset(certificates))


_BEFORE_ORDER = (Step.RECEIVED, Step.CHECKED, Step.ASSIGNED, Step.CERTIFIED)
_ENDED_WITHOUT_PAYMENT = (Step.REJECTED, Step.DUPLICATE, Step.CANCELLED)

TRANSITIONS: Mapping[Act, Transition] = MappingProxyType(
    {
        Act.CHECK: Transition(_to(Step.CHECKED, Step.RECEIVED), Who.HOUSE),
        Act.ACCEPT: Transition(_to(Step.CHECKED, Step.RECEIVED), Who.ACCOUNTING, needs_reason=True),
        Act.REJECT: Transition(_to(Step.REJECTED, *_BEFORE_ORDER), Who.ACCOUNTING, needs_reason=True, voids=True),
        Act.MARK_DUPLICATE: Transition(
            _to(Step.DUPLICATE, *_BEFORE_ORDER), Who.ACCOUNTING, needs_reason=True, voids=True
        ),
        Act.ASSIGN: Transition(_to(Step.ASSIGNED, Step.CHECKED, Step.ASSIGNED), Who.ACCOUNTING, voids=True),
        Act.CLAIM: Transition(_to(Step.ASSIGNED, Step.ASSIGNED), Who.UNIT),
        Act.HAND_BACK: Transition(_to(Step.ASSIGNED, Step.ASSIGNED), Who.UNIT),
        Act.CERTIFY_TECHNICAL: _certifying(Certificate.TECHNICAL),
        Act.CERTIFY_FACTUAL: _certifying(Certificate.FACTUAL),
        Act.CERTIFY_ARITHMETIC: _certifying(Certificate.ARITHMETIC),
        Act.CERTIFY_COMBINED: _certifying(Certificate.FACTUAL, Certificate.ARITHMETIC),
        Act.CONFIRM_ACCOUNT: Transition(
            MappingProxyType({Step.ASSIGNED: Step.ASSIGNED, Step.CERTIFIED: Step.CERTIFIED}),
            Who.ACCOUNTING,
            needs_reason=True,
        ),
        Act.COMPLETE: Transition(_to(Step.CERTIFIED, Step.ASSIGNED), Who.HOUSE),
        Act.RETURN: Transition(
            MappingProxyType({Step.ASSIGNED: Step.CHECKED, Step.CERTIFIED: Step.ASSIGNED}),
            Who.UNIT,
            needs_reason=True,
            voids=True,
        ),
        Act.ORDER: Transition(_to(Step.ORDERED, Step.CERTIFIED), Who.SIGNATORY),
        Act.WITHDRAW: Transition(_to(Step.CERTIFIED, Step.ORDERED), Who.SIGNATORY, needs_reason=True),
        Act.HAND_OVER: Transition(_to(Step.HANDED_OVER, Step.ORDERED), Who.FINANCE_SYSTEM),
        Act.RECALL: Transition(_to(Step.RECALLED, Step.HANDED_OVER), Who.SIGNATORY, needs_reason=True),
        Act.ACKNOWLEDGE_BOOKED: Transition(_to(Step.BOOKED, Step.HANDED_OVER, Step.RECALLED), Who.FINANCE_SYSTEM),
        Act.ACKNOWLEDGE_FAILED: Transition(
            _to(Step.CERTIFIED, Step.HANDED_OVER, Step.RECALLED), Who.FINANCE_SYSTEM, needs_reason=True
        ),
        Act.HOLD: Transition(_to(Step.ON_HOLD, *_BEFORE_ORDER), Who.UNIT, needs_reason=True),
        # Where it leads back to is the step it was put on hold at; the table names what is possible.
        Act.RESUME: Transition(_to(Step.ASSIGNED, Step.ON_HOLD), Who.UNIT),
        Act.CANCEL: Transition(_to(Step.CANCELLED, *_BEFORE_ORDER), Who.ACCOUNTING, needs_reason=True, voids=True),
        Act.REOPEN: Transition(_to(Step.RECEIVED, *_ENDED_WITHOUT_PAYMENT), Who.ACCOUNTING, needs_reason=True),
        Act.FILE: Transition(_to(Step.FILED, Step.BOOKED, *_ENDED_WITHOUT_PAYMENT), Who.HOUSE),
    }
)

END = Step.FILED
OPEN = frozenset((*_BEFORE_ORDER, Step.ON_HOLD))
"""Steps at which somebody of the house has something to do."""


def target_of(act: Act, step: Step, *, held_from: Step | None = None) -> Step | None:
    """Where an act leads from a step; None where it is not possible."""
    target = TRANSITIONS[act].paths.get(step)
    if act is Act.RESUME and target is not None:
        return held_from
    return target


def acts_at(step: Step) -> frozenset[Act]:
    """Everything that can be done at a step, by whomever."""
    return frozenset(act for act, transition in TRANSITIONS.items() if step in transition.paths)


class InvoiceClass(StrEnum):
    """Kinds of invoices that go different ways (Rechnungsart)."""

    PURCHASE_ORDER = "purchase_order"
    CONTRACT = "contract"
    UTILITY_BILL = "utility_bill"
    CREDIT_NOTE = "credit_note"
    CORRECTED_INVOICE = "corrected_invoice"
    ADVANCE_PAYMENT = "advance_payment"
    FINAL_CONSTRUCTION = "final_construction"
    OTHER = "other"


# UNTDID 1001 (BT-3): credit notes aside, which `is_credit_note` knows.
_CLASS_OF_TYPE: Mapping[str, InvoiceClass] = MappingProxyType(
    {
        "384": InvoiceClass.CORRECTED_INVOICE,
        "386": InvoiceClass.ADVANCE_PAYMENT,
        "875": InvoiceClass.ADVANCE_PAYMENT,
        "876": InvoiceClass.FINAL_CONSTRUCTION,
        "877": InvoiceClass.FINAL_CONSTRUCTION,
    }
)


def class_of(type_code: str | None, *, order: str | None, contract: str | None) -> InvoiceClass:
    """The class an invoice is of by what it says; people and assignment rules may say otherwise."""
    if is_credit_note(type_code):
        return InvoiceClass.CREDIT_NOTE
    by_type = _CLASS_OF_TYPE.get(type_code or "")
    if by_type is not None:
        return by_type
    if order:
        return InvoiceClass.PURCHASE_ORDER
    return InvoiceClass.CONTRACT if contract else InvoiceClass.OTHER


REQUIRED: Mapping[InvoiceClass, frozenset[Certificate]] = MappingProxyType(
    {
        kind: frozenset(Certificate)
        if kind in (InvoiceClass.ADVANCE_PAYMENT, InvoiceClass.FINAL_CONSTRUCTION)
        else frozenset({Certificate.FACTUAL, Certificate.ARITHMETIC})
        for kind in InvoiceClass
    }
)
"""Certificates a class needs before payment can be ordered; construction work is judged technically too."""


def is_complete(kind: InvoiceClass, given: frozenset[Certificate]) -> bool:
    """Whether everything is certified that this class of invoice needs."""
    return REQUIRED[kind] <= given
