"""Who may certify and who may order payment (Feststellungs- und Anordnungsbefugnis): rights as data.

Certification and order are never in one hand; a deputy acts only while the principal is absent, within a limit of
the deputy's own and under the deputy's own name. Source: § 41 KommHV-Kameralistik and the service instructions
that follow it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from xrechnung.approval.rules.workflow import Act


class SigningAct(StrEnum):
    """What a signing right allows."""

    CERTIFY_TECHNICAL = "certify_technical"
    CERTIFY_FACTUAL = "certify_factual"
    CERTIFY_ARITHMETIC = "certify_arithmetic"
    ORDER = "order"


class Side(StrEnum):
    """Where somebody stands who signs: one person is on one side only."""

    CERTIFIER = "certifier"
    ORDERER = "orderer"
    BANK = "bank"
    """Who confirmed a bank account."""


SIDES: Mapping[Act, Side] = {
    Act.CERTIFY_TECHNICAL: Side.CERTIFIER,
    Act.CERTIFY_FACTUAL: Side.CERTIFIER,
    Act.CERTIFY_ARITHMETIC: Side.CERTIFIER,
    Act.CERTIFY_COMBINED: Side.CERTIFIER,
    Act.ORDER: Side.ORDERER,
    Act.CONFIRM_ACCOUNT: Side.BANK,
}
"""The acts that are signatures."""

NEEDED: Mapping[Act, frozenset[SigningAct]] = {
    Act.CERTIFY_TECHNICAL: frozenset({SigningAct.CERTIFY_TECHNICAL}),
    Act.CERTIFY_FACTUAL: frozenset({SigningAct.CERTIFY_FACTUAL}),
    Act.CERTIFY_ARITHMETIC: frozenset({SigningAct.CERTIFY_ARITHMETIC}),
    Act.CERTIFY_COMBINED: frozenset({SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC}),
    Act.ORDER: frozenset({SigningAct.ORDER}),
    Act.WITHDRAW: frozenset({SigningAct.ORDER}),
    Act.RECALL: frozenset({SigningAct.ORDER}),
}
"""The signing rights an act asks for, all of them."""


@dataclass(frozen=True, slots=True)
class Right:
    """Who may do what, for which unit and budgets, up to which amount in euros, from when to when."""

    id: UUID
    person: UUID
    act: SigningAct
    units: frozenset[UUID] | None
    """Units whose invoices it covers, with those below them; None for all."""
    budgets: frozenset[str] | None
    """Budget codes (Produkt, Haushaltsstelle) it covers; None for all."""
    limit: Decimal | None
    """The highest amount in euros, itself included; None for any."""
    valid_from: date
    valid_until: date | None

    def covers(self, act: SigningAct, demand: "Demand") -> bool:
        return (
            self.act is act
            and self.valid_from <= demand.day
            and (self.valid_until is None or demand.day <= self.valid_until)
            and (self.units is None or demand.unit in self.units)
            and (self.budgets is None or demand.budgets <= self.budgets)
            and (self.limit is None or demand.amount <= self.limit)
        )


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be signed."""

    unit: UUID
    budgets: frozenset[str]
    amount: Decimal
    """In euros and without sign: to give back 10,000 euros takes the same right as to spend them."""
    day: date


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away, and somebody stands in (Abwesenheit, Vertretung)."""

    principal: UUID
    deputy: UUID
    first_day: date
    last_day: date

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


class Obstacle(StrEnum):
    """Why somebody may not sign, as a stable code."""

    NO_RIGHT = "no-signing-right"
    CERTIFIED_IT = "certifier-may-not-order"
    ORDERED_IT = "orderer-may-not-certify"
    CONFIRMED_ACCOUNT = "account-confirmer-may-not-sign"
    OWN_PAYMENT = "own-payment"


IN_WORDS: Mapping[Obstacle, str] = {
    Obstacle.NO_RIGHT: "Für diese Handlung, diesen Betrag und dieses Budget liegt keine gültige Befugnis vor.",
    Obstacle.CERTIFIED_IT: "Wer die Richtigkeit festgestellt hat, darf die Zahlung nicht anordnen; das gilt auch für "
    "die Person, für die in Vertretung festgestellt wurde.",
    Obstacle.ORDERED_IT: "Wer die Zahlung angeordnet hat, darf ihre Richtigkeit nicht feststellen.",
    Obstacle.CONFIRMED_ACCOUNT: "Wer die abweichende Bankverbindung bestätigt hat, darf weder feststellen noch "
    "anordnen.",
    Obstacle.OWN_PAYMENT: "Niemand ordnet Zahlungen an sich selbst an.",
}


@dataclass(frozen=True, slots=True)
class Permit:
    """A way in which somebody may sign: by own right, or standing in for a principal."""

    rights: tuple[UUID, ...]
    principal: UUID | None = None


_AGAINST: Mapping[Side, Obstacle] = {
    Side.CERTIFIER: Obstacle.CERTIFIED_IT,
    Side.ORDERER: Obstacle.ORDERED_IT,
    Side.BANK: Obstacle.CONFIRMED_ACCOUNT,
}


def permit_for(
    act: Act,
    person: UUID,
    demand: Demand,
    *,
    rights: Sequence[Right],
    absences: Iterable[Absence],
    hands: Mapping[UUID, Side],
    payees: frozenset[UUID] = frozenset(),
) -> Permit | Obstacle:
    """How somebody may do this act now, or what stands against it.

    `rights` are those of everybody concerned, `hands` says on which side everybody stands who signed so far, in
    their own name or another's, `payees` are the persons the money would go to. A deputy needs the principal's
    absence, a right of the principal and a right of the deputy's own for the same act and amount; the rights' scopes
    may differ.
    """
    if act is Act.ORDER and person in payees:
        return Obstacle.OWN_PAYMENT
    obstacle: Obstacle | None = None
    for permit in _permits(act, person, demand, rights, absences):
        own = {person} if permit.principal is None else {person, permit.principal}
        against = obstacle_for(act, own, hands)
        if against is None:
            return permit
        obstacle = obstacle or against
    return obstacle or Obstacle.NO_RIGHT


def obstacle_for(act: Act, own: Iterable[UUID], hands: Mapping[UUID, Side]) -> Obstacle | None:
    """What stands against signing in these names, after what was signed so far; acts that are no signatures may."""
    side = SIDES.get(act)
    taken = [hands[one] for one in own if one in hands and hands[one] is not side]
    return _AGAINST[taken[0]] if taken and side is not None else None


def _permits(
    act: Act, person: UUID, demand: Demand, rights: Sequence[Right], absences: Iterable[Absence]
) -> Iterable[Permit]:
    own = _held(act, person, demand, rights, any_scope=False)
    if own is not None:
        yield Permit(own)
    within_limit = _held(act, person, demand, rights, any_scope=True)
    if within_limit is None:
        return
    for absence in absences:
        if absence.deputy == person and absence.holds_on(demand.day):
            lent = _held(act, absence.principal, demand, rights, any_scope=False)
            if lent is not None:
                yield Permit((*lent, *within_limit), absence.principal)


def _held(
    act: Act, person: UUID, demand: Demand, rights: Sequence[Right], *, any_scope: bool
) -> tuple[UUID, ...] | None:
    """One right of the person for each thing the act asks for; None if one is missing."""
    found = []
    for needed in sorted(NEEDED[act]):
        for right in rights:
            scoped = right if not any_scope else _everywhere(right)
            if right.person == person and scoped.covers(needed, demand):
                found.append(right.id)
                break
        else:
            return None
    return tuple(found)


def _everywhere(right: Right) -> Right:
    return Right(right.id, right.person, right.act, None, None, right.limit, right.valid_from, right.valid_until)


def who_could(
    act: Act,
    demand: Demand,
    *,
    rights: Sequence[Right],
    absences: Sequence[Absence],
    hands: Mapping[UUID, Side],
    payees: frozenset[UUID] = frozenset(),
) -> list[UUID]:
    """Everybody who may do this act now, those with the lowest sufficient limit first (Eskalation)."""
    people = {right.person for right in rights}
    able = [
        person
        for person in people
        if isinstance(
            permit_for(act, person, demand, rights=rights, absences=absences, hands=hands, payees=payees), Permit
        )
    ]
    return sorted(able, key=lambda person: (_reach(person, act, rights), str(person)))


def _reach(person: UUID, act: Act, rights: Sequence[Right]) -> Decimal:
    limits = [right.limit for right in rights if right.person == person and right.act in NEEDED[act]]
    return max((Decimal("Infinity") if limit is None else limit for limit in limits), default=Decimal(0))


def amount_to_sign(gross: Decimal, currency: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    """The amount in euros that limits are compared with; None where no rate for the currency is known.

    `rates` say how many euros one unit of a currency is worth. A fraction of a cent counts as a whole one, so that
    no limit is undercut by rounding.
    """
    if currency == "EUR":
        return abs(gross)
    rate = rates.get(currency)
    if rate is None:
        return None
    cents = abs(gross) * rate * 100
    whole = cents.to_integral_value(rounding="ROUND_CEILING")
    return whole / 100
