"""Splitting an amount over accounts (Kontierung), to the cent, and what of it is paid now."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from xrechnung.approval.rules.payment import TaxTreatment

CENT = Decimal("0.01")
_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Account:
    """Where an amount is booked (Buchungsstelle)."""

    product: str
    """Produkt or Haushaltsstelle."""
    ledger_account: str
    """Sachkonto."""
    cost_centre: str | None = None
    """Kostenstelle."""
    investment: str | None = None
    """Investitionsmaßnahme."""


@dataclass(frozen=True, slots=True)
class Share:
    """What goes to one account: a fixed amount, or a percentage of what the fixed amounts leave."""

    account: Account
    amount: Decimal | None = None
    percent: Decimal | None = None


class SplitFault(StrEnum):
    """Why shares cannot be booked, as a stable code."""

    NONE = "no-account"
    AMOUNT_OR_PERCENT = "amount-or-percent"
    NOT_CENTS = "not-cents"
    NOT_POSITIVE = "not-positive"
    NOT_WHOLE = "percentages-not-100"
    REST_LEFT = "rest-left"
    TOO_MUCH = "too-much"


IN_WORDS = {
    SplitFault.NONE: "Es ist noch kein Konto angegeben.",
    SplitFault.AMOUNT_OR_PERCENT: "Jede Zeile braucht entweder einen Betrag oder einen Prozentsatz.",
    SplitFault.NOT_CENTS: "Beträge werden auf den Cent genau angegeben.",
    SplitFault.NOT_POSITIVE: "Anteile sind größer als null; das Vorzeichen gibt die Rechnung vor.",
    SplitFault.NOT_WHOLE: "Die Prozentsätze ergeben zusammen nicht 100 %.",
    SplitFault.REST_LEFT: "Die Beträge ergeben zusammen weniger als den Rechnungsbetrag.",
    SplitFault.TOO_MUCH: "Die Beträge ergeben zusammen mehr als den Rechnungsbetrag.",
}


def split(total: Decimal, shares: Sequence[Share]) -> tuple[Decimal, ...] | SplitFault:
    """The amount of each share, in their order; their sum is always the total.

    Amounts are given without sign and take that of the total. Percentages divide what the fixed amounts leave; each
    is cut to the cent, and the cents left over go to the shares that lost most, the earlier first where equal
    (largest remainder). What cannot be reconciled is a fault.
    """
    fault = _fault_in(shares)
    if fault is not None:
        return fault
    sign = -1 if total < 0 else 1
    fixed = sum((share.amount for share in shares if share.amount is not None), Decimal(0))
    rest = abs(total) - fixed
    if rest < 0:
        return SplitFault.TOO_MUCH
    percentages = [share.percent for share in shares if share.percent is not None]
    if not percentages and rest:
        return SplitFault.REST_LEFT
    divided = iter(_divide(rest, percentages))
    return tuple(sign * (next(divided) if share.amount is None else share.amount.quantize(CENT)) for share in shares)


def _fault_in(shares: Sequence[Share]) -> SplitFault | None:
    if not shares:
        return SplitFault.NONE
    if any((share.amount is None) == (share.percent is None) for share in shares):
        return SplitFault.AMOUNT_OR_PERCENT
    given = [share.amount if share.amount is not None else share.percent or Decimal(0) for share in shares]
    if any(value <= 0 for value in given):
        return SplitFault.NOT_POSITIVE
    if any(share.amount is not None and share.amount != share.amount.quantize(CENT) for share in shares):
        return SplitFault.NOT_CENTS
    percentages = [share.percent for share in shares if share.percent is not None]
    return SplitFault.NOT_WHOLE if percentages and sum(percentages) != _WHOLE else None


def _divide(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount without sign in proportion to weights, to the cent (largest remainder)."""
    whole = sum(weights)
    exact = [amount * weight / whole for weight in weights]
    cut = [value.quantize(CENT, rounding="ROUND_FLOOR") for value in exact]
    left = int((amount - sum(cut)) / CENT) if exact else 0
    most_lost = sorted(range(len(exact)), key=lambda place: (cut[place] - exact[place], place))
    for place in most_lost[:left]:
        cut[place] += CENT
    return cut


@dataclass(frozen=True, slots=True)
class Payment:
    """What becomes of an amount due when payment is ordered."""

    due: Decimal
    skonto: Decimal
    """Taken off for paying early."""
    retained: Decimal
    """Held back as security (Sicherheitseinbehalt), owed later."""

    @property
    def paid_now(self) -> Decimal:
        return self.due - self.skonto - self.retained


def payment_of(
    due: Decimal,
    *,
    skonto_percent: Decimal = Decimal(0),
    skonto_base: Decimal | None = None,
    retained_percent: Decimal = Decimal(0),
) -> Payment:
    """Skonto and retention of an amount due, both of the full amount, each rounded half up to the cent.

    Skonto counts from `skonto_base` where the terms name one. The retention is not lessened by Skonto.
    """
    skonto = _part(due if skonto_base is None else skonto_base, skonto_percent)
    return Payment(due, skonto, _part(due, retained_percent))


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """What is booked to an account, and what becomes of the VAT of it; rate and part in percent."""

    booked: Decimal
    treatment: TaxTreatment
    rate: Decimal | None
    deductible_percent: Decimal = _WHOLE


def taxes_of(lines: Sequence[TaxedAmount]) -> tuple[Decimal, ...]:
    """The VAT of each line that may be deducted or is owed to the tax office, in their order; zero for the others.

    It is computed once for all lines that are taxed alike, then divided among them (largest remainder), so that the
    lines together have exactly the tax of their sum.
    """
    taxes = [Decimal(0)] * len(lines)
    for alike in {(line.treatment, line.rate, line.deductible_percent) for line in lines}:
        places = [
            place
            for place, line in enumerate(lines)
            if (line.treatment, line.rate, line.deductible_percent) == alike and line.booked
        ]
        booked = sum((lines[place].booked for place in places), Decimal(0))
        total = _tax_of(TaxedAmount(booked, *alike))
        divided = _divide(abs(total), [abs(lines[place].booked) for place in places]) if places else []
        for place, tax in zip(places, divided, strict=True):
            taxes[place] = tax if total >= 0 else -tax
    return tuple(taxes)


def _tax_of(line: TaxedAmount) -> Decimal:
    rate = line.rate or Decimal(0)
    match line.treatment:
        case TaxTreatment.INCLUDED:
            return Decimal(0)
        case TaxTreatment.DEDUCTIBLE:
            return deductible_tax(line.booked * rate / (_WHOLE + rate), line.deductible_percent)
        case TaxTreatment.REVERSE_CHARGE:
            return tax_owed_by_recipient(line.booked, rate)


def in_percent(amounts: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Shares of a whole in percent, with at most four places; together they are exactly 100."""
    return tuple(part / 100 for part in _divide(_WHOLE * 100, [abs(amount) for amount in amounts]))


def tax_owed_by_recipient(net: Decimal, rate: Decimal) -> Decimal:
    """VAT the recipient owes to the tax office under reverse charge (§ 13b UStG); it is not paid to the supplier."""
    return _part(net, rate)


def deductible_tax(tax: Decimal, percent: Decimal) -> Decimal:
    """The part of the VAT that a municipal business may deduct (Vorsteuer); the rest is cost like the net amount."""
    return _part(tax, percent)


def _part(amount: Decimal, percent: Decimal) -> Decimal:
    return (amount * percent / _WHOLE).quantize(CENT, rounding=ROUND_HALF_UP)
