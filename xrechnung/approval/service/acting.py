"""Acts (Bearbeitungsschritte): whether somebody may do one now, what it changes, and that it is written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from eakte.access.queries import get_unit
from eakte.foundation.ids import new_id
from eakte.foundation.work import SYSTEM, UnitOfWork
from xrechnung.approval.errors import (
    ActNotPossible,
    ActNotYours,
    ClaimedByNobody,
    ClaimedBySomebodyElse,
    InvoiceNotAcceptable,
    OriginalInvoiceMissing,
    ReasonMissing,
    SignatureForbidden,
    TargetUnitMissing,
)
from xrechnung.approval.messages import InvoiceActed
from xrechnung.approval.models.flow import Approval, Hand, InvoiceAct
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.signing import IN_WORDS, SIDES, Obstacle, Permit, Side
from xrechnung.approval.rules.workflow import STEP_WORDS, TRANSITIONS, Act, Step, Who, acts_at, is_complete, target_of
from xrechnung.approval.service import bank_accounts, ordering
from xrechnung.approval.service.entitlement import Entitlement, entitlement
from xrechnung.approval.service.hindrances import HINDRANCES, can_be_accepted
from xrechnung.approval.service.rejecting import letter_to_supplier
from xrechnung.approval.service.telling import have_mailed, must_have_mail_server


@dataclass(frozen=True, slots=True)
class Wish:
    """What goes with an act: why, to which unit (assigning), of what (duplicates), whom to mail (rejecting)."""

    reason: str | None = None
    unit_id: UUID | None = None
    original_id: UUID | None = None
    mail_to: str | None = None


@dataclass(frozen=True, slots=True)
class PossibleAct:
    """An act the step allows, and what stands against it for this actor, if anything."""

    act: Act
    needs_reason: bool
    obstacle: str | None

    @property
    def allowed(self) -> bool:
        return self.obstacle is None


def possible_acts(work: UnitOfWork, approval: Approval) -> list[PossibleAct]:
    """What this actor may do with an invoice now (allowedActions), and why not the rest. Callers load it first."""
    return acts_open_to(work, approval, entitlement(work, approval))


def acts_open_to(work: UnitOfWork, approval: Approval, position: Entitlement) -> list[PossibleAct]:
    """The same for a position that is known already."""
    return [
        PossibleAct(act, _needs_reason(work, approval, act), _obstacle(work, approval, act, position))
        for act in sorted(acts_at(approval.step), key=list(Act).index)
        if TRANSITIONS[act].who not in (Who.HOUSE, Who.FINANCE_SYSTEM)
    ]


def _needs_reason(work: UnitOfWork, approval: Approval, act: Act) -> bool:
    return TRANSITIONS[act].needs_reason or (act is Act.ORDER and ordering.needs_reason(work, approval))


def act_on(
    work: UnitOfWork, invoice_id: UUID, act: Act, wish: Wish | None = None, *, revision: int | None = None
) -> InvoiceAct:
    """Do something with an invoice that the actor sees.

    Raises InvoiceNotFound, ApprovalNotBegun, Stale, ActNotPossible, ActNotYours, SignatureForbidden, ReasonMissing,
    TargetUnitMissing, UnitNotFound, OriginalInvoiceMissing, ClaimedBySomebodyElse, ClaimedByNobody,
    InvoiceNotAcceptable, MailNotSetUp, NotOrderable.
    """
    wish = wish or Wish()
    approval = get_approval(work, invoice_id, lock=True, revision=revision)
    permit = _must_be_allowed(work, approval, act, wish)
    if TRANSITIONS[act].needs_reason and not (wish.reason or "").strip():
        raise ReasonMissing
    before = _BEFORE.get(act)
    details = before(work, approval, wish) if before is not None else {}
    done = perform(work, approval, act, permit=permit, reason=wish.reason, details=details)
    after = _AFTER.get(act)
    if after is not None:
        after(work, approval, done)
    if TRANSITIONS[act].certifies and is_complete(approval.kind, approval.certified):
        perform(work, approval, Act.COMPLETE, by_house=True)
    return done


def perform(
    work: UnitOfWork,
    approval: Approval,
    act: Act,
    *,
    by_house: bool = False,
    permit: Permit | None = None,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> InvoiceAct:
    """Write down an act on a locked approval and take the step it leads to; whoever calls has asked who may.

    Raises ActNotPossible.
    """
    before = approval.step
    target = target_of(act, before, held_from=approval.held_from)
    if target is None:
        raise ActNotPossible(step=STEP_WORDS[before])
    side = SIDES.get(act)
    person = SYSTEM.id if by_house else work.actor.id
    principal = permit.principal if permit is not None else None
    if side is not None:
        _lend_hands(work, approval, side, person, principal)
    done = InvoiceAct(
        id=new_id(),
        invoice_id=approval.invoice_id,
        act=act,
        from_step=before,
        to_step=target,
        round=approval.round,
        person_id=person,
        principal_id=principal,
        side=side,
        unit_id=approval.unit_id,
        at=work.now,
        reason=reason,
        rights=list(permit.rights) if permit is not None else [],
        amount=approval.amount if permit is not None else None,
        details=dict(details or {}),
    )
    work.session.add(done)
    _take_step(work, approval, act, target)
    work.session.flush()
    changes: dict[str, tuple[Any, Any]] = {"act": (None, act), "step": (before, target)}
    if principal is not None:
        changes["principal"] = (None, str(principal))
    if reason:
        changes["reason"] = (None, reason)
    record_id = approval.invoice.document_id
    work.publish(
        InvoiceActed(record_id=record_id, invoice_id=approval.invoice_id, act=act, act_id=done.id, changes=changes)
    )
    return done


def _take_step(work: UnitOfWork, approval: Approval, act: Act, target: Step) -> None:
    transition, before = TRANSITIONS[act], approval.step
    if target is not before:
        approval.step_since = work.now
        approval.held_from = before if target is Step.ON_HOLD else None
        approval.step = target
    if transition.voids:
        approval.round += 1
        approval.certificates = []
    elif transition.certifies:
        approval.certificates = sorted({*approval.certificates, *transition.certifies})
    if act is Act.RETURN and target is Step.CHECKED:
        approval.unit_id = approval.claimed_by = approval.assigned_on = None


def _lend_hands(work: UnitOfWork, approval: Approval, side: Side, *people: UUID | None) -> None:
    """Note on which side somebody signs; that nobody is on two, the key of the table sees to."""
    rows = [
        {"invoice_id": approval.invoice_id, "round": approval.round, "person_id": person, "side": side}
        for person in people
        if person is not None
    ]
    work.session.execute(insert(Hand).on_conflict_do_nothing(), rows)


# --- who may ------------------------------------------------------------------------------------------------


def _must_be_allowed(work: UnitOfWork, approval: Approval, act: Act, wish: Wish) -> Permit | None:
    """Raises ActNotPossible, ActNotYours, SignatureForbidden, NotOrderable."""
    if act not in acts_at(approval.step):
        raise ActNotPossible(step=STEP_WORDS[approval.step])
    position = entitlement(work, approval)
    permit = _permit(act, position)
    if isinstance(permit, Obstacle):
        raise SignatureForbidden(obstacle=IN_WORDS[permit])
    if permit is None and not _is_theirs(act, position):
        raise ActNotYours
    if act is Act.ORDER:
        ordering.must_be_orderable(work, approval, wish.reason)
    return permit


def _obstacle(work: UnitOfWork, approval: Approval, act: Act, position: Entitlement) -> str | None:
    permit = _permit(act, position)
    if isinstance(permit, Obstacle):
        return IN_WORDS[permit]
    if permit is None and not _is_theirs(act, position):
        return ActNotYours.__doc__
    hindrance = HINDRANCES.get(act)
    return hindrance(work, approval) if hindrance is not None else None


def _permit(act: Act, position: Entitlement) -> Permit | Obstacle | None:
    """By which right somebody signs; None for what is not signed by a signing right."""
    if TRANSITIONS[act].who is Who.SIGNATORY:
        return position.permit(act)
    return position.obstacle(act)


def _is_theirs(act: Act, position: Entitlement) -> bool:
    match TRANSITIONS[act].who:
        case Who.ACCOUNTING:
            return position.is_accounting
        case Who.UNIT:
            return position.is_accounting or position.works_in_unit or position.may_sign_something
        case _:
            return False


# --- what an act does besides ---------------------------------------------------------------------------------


def _assign(work: UnitOfWork, approval: Approval, wish: Wish) -> dict[str, Any]:
    if wish.unit_id is None:
        raise TargetUnitMissing
    get_unit(work.session, wish.unit_id)
    before = approval.unit_id
    lay_before(work, approval, wish.unit_id, because=None)
    return {"from_unit": str(before) if before else None, "to_unit": str(wish.unit_id)}


def lay_before(work: UnitOfWork, approval: Approval, unit_id: UUID, *, because: str | None) -> None:
    """Put an invoice into a unit's pool."""
    approval.unit_id, approval.claimed_by = unit_id, None
    approval.assigned_because, approval.assigned_on = because, legal_day(work.now)


def _claim(work: UnitOfWork, approval: Approval, wish: Wish) -> dict[str, Any]:
    if approval.claimed_by is not None and approval.claimed_by != work.actor.id:
        raise ClaimedBySomebodyElse
    approval.claimed_by = work.actor.id
    return {}


def _hand_back(work: UnitOfWork, approval: Approval, wish: Wish) -> dict[str, Any]:
    if approval.claimed_by is None:
        raise ClaimedByNobody
    approval.claimed_by = None
    return {}


def _mark_duplicate(work: UnitOfWork, approval: Approval, wish: Wish) -> dict[str, Any]:
    if wish.original_id is None or wish.original_id == approval.invoice_id:
        raise OriginalInvoiceMissing
    get_approval(work, wish.original_id)
    return {"original": str(wish.original_id)}


def _reject(work: UnitOfWork, approval: Approval, wish: Wish) -> dict[str, Any]:
    if wish.mail_to is not None:
        must_have_mail_server(work)
    return {"letter": letter_to_supplier(approval, wish.reason), "mail_to": wish.mail_to}


def _accept(work: UnitOfWork, approval: Approval, wish: Wish) -> dict[str, Any]:
    if not can_be_accepted(approval):
        raise InvoiceNotAcceptable
    return {}


def _confirm_account(work: UnitOfWork, approval: Approval, wish: Wish) -> dict[str, Any]:
    if not bank_accounts.bank_check(work, approval).stops_the_flow:
        raise ActNotPossible(step=STEP_WORDS[approval.step])
    bank_accounts.must_have_account(approval)
    return {"iban": bank_accounts.account_to_pay(approval)}


_BEFORE: Mapping[Act, Callable[[UnitOfWork, Approval, Wish], dict[str, Any]]] = {
    Act.ASSIGN: _assign,
    Act.CLAIM: _claim,
    Act.HAND_BACK: _hand_back,
    Act.MARK_DUPLICATE: _mark_duplicate,
    Act.ACCEPT: _accept,
    Act.REJECT: _reject,
    Act.CONFIRM_ACCOUNT: _confirm_account,
}

_AFTER: Mapping[Act, Callable[[UnitOfWork, Approval, InvoiceAct], object]] = {
    Act.REJECT: lambda work, _, done: have_mailed(work, done),
    Act.ORDER: ordering.issue,
    Act.WITHDRAW: lambda work, approval, _: ordering.withdraw(work, approval),
    Act.RECALL: lambda work, approval, _: ordering.recall(work, approval),
    Act.CONFIRM_ACCOUNT: lambda work, approval, _: bank_accounts.trust_account(work, approval),
}
