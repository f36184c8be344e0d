"""What lists and work lists need of an invoice, taken from its model; absurdly long values are cut."""

from datetime import date
from decimal import Decimal

from xrechnung.examining.results import Facts, SkontoTerm
from xrechnung.judging.hints.skonto import PaymentTerms, parse_terms, skonto_offers
from xrechnung.model import Invoice

_LONGEST = 500
_MOST = 20
_LARGEST = Decimal(10) ** 18


def facts_of(invoice: Invoice) -> Facts:
    """The facts; a value nobody could mean is left out, the data of the invoice (`to_json`) still have it."""
    seller, buyer, totals = invoice.seller, invoice.buyer, invoice.totals
    gross = _amount(totals.gross if totals is not None else None)
    return Facts(
        number=_text(invoice.number),
        type_code=_text(invoice.type_code),
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        currency=_text(invoice.currency),
        gross=gross,
        payable=_amount(totals.payable if totals is not None else None),
        seller_name=_text(seller.name if seller is not None else None),
        seller_vat_id=_text(seller.vat_id if seller is not None else None),
        seller_tax_number=_text(seller.tax_number if seller is not None else None),
        buyer_name=_text(buyer.name if buyer is not None else None),
        buyer_reference=_text(invoice.buyer_reference),
        order_number=_text(invoice.purchase_order),
        contract_number=_text(invoice.contract),
        ibans=_accounts(invoice),
        skonto=_skonto(parse_terms(invoice.payment_terms or ""), invoice.issue_date, gross),
    )


def _text(value: str | None) -> str | None:
    plain = " ".join((value or "").split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _amount(value: Decimal | None) -> Decimal | None:
    return value if value is not None and value.is_finite() and abs(value) < _LARGEST else None


def _accounts(invoice: Invoice) -> tuple[str, ...]:
    transfers = invoice.payment.credit_transfers if invoice.payment is not None else ()
    accounts = ("".join((transfer.account or "").split()).upper() for transfer in transfers)
    return tuple(dict.fromkeys(account[:_LONGEST] for account in accounts if account))[:_MOST]


def _skonto(terms: PaymentTerms, issue_date: date | None, gross: Decimal | None) -> tuple[SkontoTerm, ...]:
    """The offers, the earliest first; without date or total only days and percent are known."""
    if issue_date is None or gross is None:
        plain = sorted(terms.skonto, key=lambda one: one.days)[:_MOST]
        return tuple(SkontoTerm(one.days, one.percent, None, None, None) for one in plain)
    offers = skonto_offers(terms, issue_date, gross)[:_MOST]
    return tuple(
        SkontoTerm((offer.until - issue_date).days, offer.percent, offer.until, offer.amount, offer.pay)
        for offer in offers
    )
