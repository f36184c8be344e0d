"""What the page of an invoice says of its approval (Rechnungslauf): where it stands, what one may do, what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eakte.access import Permission
from eakte.access.models import OrganisationalUnit
from eakte.foundation.mail import DigestState
from eakte.foundation.work import UnitOfWork
from eakte.web import queries
from eakte.web.invoice_wording import BUTTONS
from eakte.web.wording import word_for
from xrechnung.approval.errors import ApprovalNotBegun
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.models.payment import AccountLine
from xrechnung.approval.queries.orders import lines_of
from xrechnung.approval.queries.seeing import units_where
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.rules.signing import NEEDED
from xrechnung.approval.rules.workflow import REQUIRED, TRANSITIONS, Act
from xrechnung.approval.service.accounting import may_account
from xrechnung.approval.service.assignment import rememberable
from xrechnung.approval.service.filing import stays_open_because
from xrechnung.approval.service.standing import History, Offer, Standing, history_of, offers_for, standing_of

_GRAVE = frozenset({Act.REJECT, Act.CANCEL, Act.MARK_DUPLICATE})
_NEXT = (Act.ORDER, Act.CERTIFY_COMBINED, Act.CERTIFY_TECHNICAL, Act.CLAIM, Act.RESUME)
"""What leads an invoice on, the most important first; the first that one may do is the main button."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something one may do: at once by a button, or by a form that asks for what is needed."""

    act: Act
    label: str
    grave: bool
    main: bool
    asks_reason: bool
    asks_unit: bool
    asks_original: bool
    asks_address: bool

    @property
    def at_once(self) -> bool:
        return not (self.asks_reason or self.asks_unit or self.asks_original)


@dataclass(frozen=True, slots=True)
class Barred:
    """Something the step allows, but not to this person now: why not, and who could."""

    label: str
    why: str
    who_could: tuple[str, ...]
    signing: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A line of the history: by whom, for whom, when and why."""

    word: str
    person: str
    principal: str | None
    at: datetime
    reason: str | None
    letter: str | None
    mailed_to: str | None
    mail: DigestState | None


@dataclass(frozen=True, slots=True)
class FlowView:
    """The approval of one invoice, for one person."""

    standing: Standing
    choices: Sequence[Choice]
    barred: Sequence[Barred]
    history: Sequence[Done]
    lines: Sequence[AccountLine]
    stays_open_because: Sequence[str]
    """What keeps the case of a filed invoice open."""
    units: Sequence[OrganisationalUnit]
    may_account: bool
    rememberable: Mapping[Criterion, str]
    """By what invoices like this one could find the same unit from now on, where somebody assigned it by hand."""

    @property
    def buttons(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.at_once]

    @property
    def forms(self) -> list[Choice]:
        return [choice for choice in self.choices if not choice.at_once]


def flow_of(work: UnitOfWork, invoice_id: UUID) -> FlowView | None:
    """The approval of an invoice that the actor sees; None while it is still under check."""
    try:
        standing = standing_of(work, invoice_id)
    except ApprovalNotBegun:
        return None
    offers = offers_for(work, standing.approval)
    choices = _choices(standing.approval, offers, sends_mail=bool(work.settings.smtp.host))
    history = history_of(work, invoice_id)
    return FlowView(
        standing=standing,
        choices=choices,
        barred=[
            _barred(offer) for offer in offers if not offer.possible.allowed and _concerns(standing.approval, offer)
        ],
        history=[_done(act, history) for act in history.acts],
        lines=lines_of(work.session, invoice_id),
        stays_open_because=stays_open_because(work, standing.approval),
        units=queries.all_units(work.session) if any(choice.asks_unit for choice in choices) else [],
        may_account=may_account(work, standing.approval),
        rememberable=_rememberable(work, standing.approval),
    )


def _rememberable(work: UnitOfWork, approval: Approval) -> Mapping[Criterion, str]:
    by_hand = approval.unit_id is not None and approval.assigned_because is None
    makes_rules = units_where(work.actor, Permission.HANDLE_INVOICES) is None
    return rememberable(approval) if by_hand and makes_rules else {}


def _choices(approval: Approval, offers: Sequence[Offer], *, sends_mail: bool) -> list[Choice]:
    possible = {offer.possible.act: offer.possible for offer in offers if _concerns(approval, offer)}
    allowed = [act for act, one in possible.items() if one.allowed]
    if Act.CERTIFY_COMBINED in allowed:
        # Both at once is what people do; one after the other stays possible where only one is theirs.
        allowed = [act for act in allowed if act not in (Act.CERTIFY_FACTUAL, Act.CERTIFY_ARITHMETIC)]
    first = next((act for act in _NEXT if act in allowed), None)
    ordered = sorted(allowed, key=lambda act: (act is not first, list(BUTTONS).index(act)))
    return [
        Choice(
            act=act,
            label=BUTTONS[act],
            grave=act in _GRAVE,
            main=act is first,
            asks_reason=possible[act].needs_reason,
            asks_unit=act is Act.ASSIGN,
            asks_original=act is Act.MARK_DUPLICATE,
            asks_address=act is Act.REJECT and sends_mail,
        )
        for act in ordered
    ]


def _concerns(approval: Approval, offer: Offer) -> bool:
    """Whether an act is worth a word: nobody certifies what is certified, or what this class does not need."""
    certifies = TRANSITIONS[offer.possible.act].certifies
    return not certifies or bool((certifies & REQUIRED[approval.kind]) - approval.certified)


def _barred(offer: Offer) -> Barred:
    act = offer.possible.act
    who = tuple(one.name for one in offer.who_could)
    return Barred(BUTTONS[act], offer.possible.obstacle or "", who, signing=act in NEEDED)


def _done(act: InvoiceAct, history: History) -> Done:
    person = history.people.get(act.person_id)
    principal = history.people.get(act.principal_id) if act.principal_id is not None else None
    return Done(
        word=word_for(act.act),
        person=person.name if person is not None else "E-Akte",
        principal=principal.name if principal is not None else None,
        at=act.at,
        reason=act.reason,
        letter=act.details.get("letter"),
        mailed_to=act.details.get("mail_to"),
        mail=history.mails.get(act.id),
    )
