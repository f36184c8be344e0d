"""How an invoice is booked, and what is decided about paying it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from eakte.foundation.http import Shape
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import AccountLine
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.payment import BankCheck, BudgetState, PaymentType, TaxTreatment
from xrechnung.approval.service.accounting import PaymentTerms, WantedLine, amount_due
from xrechnung.approval.service.bank_accounts import payment_type
from xrechnung.approval.service.proposals import Proposal
from xrechnung.schemas import Amount

_Code = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^\S(.*\S)?$")]
_Share = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
_Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]


class AccountLineFields(Shape):
    """Kontierungszeile, wie sie eingegeben wird: mit Betrag oder mit Prozentsatz"""

    product: _Code = Field(title="Produkt oder Haushaltsstelle", examples=["55101"])
    ledger_account: _Code = Field(title="Sachkonto", examples=["5241"])
    cost_centre: _Code | None = Field(default=None, title="Kostenstelle")
    investment: _Code | None = Field(default=None, title="Investitionsmaßnahme")
    amount: _Share | None = Field(default=None, title="Betrag, ohne Vorzeichen", examples=["19.00"])
    percent: _Share | None = Field(default=None, title="Prozent dessen, was die Beträge übrig lassen", examples=["100"])
    tax: TaxTreatment = Field(default=TaxTreatment.INCLUDED, title="Steuerkennzeichen")
    tax_rate: _Percent | None = Field(default=None, title="Steuersatz in Prozent, für Vorsteuer und § 13b UStG")
    deductible_percent: _Percent = Field(default=Decimal(100), title="Abziehbarer Teil der Vorsteuer in Prozent")
    text: str | None = Field(default=None, max_length=200, title="Buchungstext")


class AccountLineShape(Shape):
    """Kontierungszeile"""

    position: int = Field(title="Zeile", examples=[1])
    product: str = Field(title="Produkt oder Haushaltsstelle")
    ledger_account: str = Field(title="Sachkonto")
    cost_centre: str | None = Field(title="Kostenstelle")
    investment: str | None = Field(title="Investitionsmaßnahme")
    amount: Amount | None = Field(title="Eingegebener Betrag")
    percent: Amount | None = Field(title="Eingegebener Prozentsatz")
    booked: Amount = Field(title="Anteil am fälligen Betrag, auf den Cent", examples=["119.00"])
    tax: TaxTreatment = Field(title="Steuerkennzeichen")
    tax_rate: Amount | None = Field(title="Steuersatz in Prozent")
    deductible_percent: Amount = Field(title="Abziehbarer Teil der Vorsteuer in Prozent")
    tax_amount: Amount = Field(title="Abziehbare Vorsteuer, oder nach § 13b UStG geschuldete Steuer")
    cost: Amount = Field(title="Was das Konto trägt")
    budget: BudgetState = Field(title="Ergebnis der Mittelprüfung")
    budget_left: Amount | None = Field(title="Was dort noch frei war")
    text: str | None = Field(title="Buchungstext")


class AccountLinesFields(Shape):
    """Kontierung einer Rechnung; sie ersetzt die frühere ganz"""

    lines: list[AccountLineFields] = Field(min_length=1, max_length=500, title="Zeilen")
    pay_to: str | None = Field(default=None, max_length=50, title="Konto, auf das gezahlt wird, wenn es mehrere gibt")
    takes_skonto: bool = Field(default=True, title="Skonto wird gezogen")
    retained_percent: Annotated[Decimal, Field(ge=0, lt=100, max_digits=9, decimal_places=6)] = Field(
        default=Decimal(0), title="Sicherheitseinbehalt in Prozent"
    )
    retained_until: date | None = Field(default=None, title="Tag, an dem der Sicherheitseinbehalt frei wird")


class AccountLinesShape(Shape):
    """Kontierung einer Rechnung und was über die Zahlung entschieden ist"""

    invoice_id: UUID = Field(title="Kennung der Rechnung")
    due: Amount = Field(title="Zu kontierender Betrag (BT-115); negativ: der Lieferant schuldet")
    currency: str | None = Field(title="Währung")
    lines: list[AccountLineShape] = Field(title="Zeilen; ihre Summe ist der fällige Betrag")
    payment_type: PaymentType = Field(title="Zahlungsart")
    accounts: list[str] = Field(title="Konten, die die Rechnung nennt")
    pay_to: str | None = Field(title="Gewähltes Konto")
    bank_check: BankCheck = Field(title="Vergleich mit dem bekannten Konto des Lieferanten")
    takes_skonto: bool = Field(title="Skonto wird gezogen")
    retained_percent: Amount = Field(title="Sicherheitseinbehalt in Prozent")
    retained_until: date | None = Field(title="Tag, an dem der Sicherheitseinbehalt frei wird")


class ProposalShape(Shape):
    """Vorschlag zur Kontierung, aus früheren Anordnungen an diesen Lieferanten"""

    lines: list[AccountLineFields] = Field(title="Zeilen, mit Prozentsätzen")
    used: int = Field(title="So oft zuletzt verwendet")
    last_used: date = Field(title="Zuletzt verwendet am")


class ProposalsShape(Shape):
    """Vorschläge, der beste zuerst"""

    items: list[ProposalShape] = Field(title="Einträge")


def wanted_lines(fields: AccountLinesFields) -> list[WantedLine]:
    return [
        WantedLine(
            Share(Account(one.product, one.ledger_account, one.cost_centre, one.investment), one.amount, one.percent),
            one.tax,
            one.text,
            one.tax_rate,
            one.deductible_percent,
        )
        for one in fields.lines
    ]


def payment_terms(fields: AccountLinesFields) -> PaymentTerms:
    return PaymentTerms(fields.pay_to, fields.takes_skonto, fields.retained_percent, fields.retained_until)


def account_lines_shape(approval: Approval, lines: Sequence[AccountLine], bank_check: BankCheck) -> AccountLinesShape:
    return AccountLinesShape(
        invoice_id=approval.invoice_id,
        due=amount_due(approval.invoice),
        currency=approval.invoice.currency,
        lines=[AccountLineShape.model_validate(line) for line in lines],
        payment_type=payment_type(approval),
        accounts=list(approval.invoice.ibans),
        pay_to=approval.pay_to,
        bank_check=bank_check,
        takes_skonto=approval.takes_skonto,
        retained_percent=approval.retained_percent,
        retained_until=approval.retained_until,
    )


def proposal_shape(proposal: Proposal) -> ProposalShape:
    return ProposalShape(
        lines=[_fields(line) for line in proposal.lines], used=proposal.used, last_used=proposal.last_used
    )


def _fields(line: WantedLine) -> AccountLineFields:
    account = line.share.account
    return AccountLineFields(
        product=account.product,
        ledger_account=account.ledger_account,
        cost_centre=account.cost_centre,
        investment=account.investment,
        amount=line.share.amount,
        percent=line.share.percent,
        tax=line.tax,
        tax_rate=line.tax_rate,
        deductible_percent=line.deductible_percent,
        text=line.text,
    )
