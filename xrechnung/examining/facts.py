"""What lists and work lists need of an invoice, taken from its model; absurdly long values are cut."""

import re
from datetime import date
from decimal import Decimal

from eakte.foundation.mail import ADDRESS
from xrechnung.examining.results import Facts, PayAccount, SkontoTerm, VatShare
from xrechnung.judging.hints.skonto import PaymentTerms, parse_terms, skonto_offers
from xrechnung.model import Invoice
from xrechnung.model.money import PaymentInstructions
from xrechnung.model.parties import Seller

_LONGEST = 500
_MOST = 20
_LARGEST = Decimal(10) ** 18
_EMAIL_SCHEME = "EM"
"""Electronic Address Scheme list (CEF EAS): an e-mail address."""


def facts_of(invoice: Invoice) -> Facts:
    """The facts; a value nobody could mean is left out, the data of the invoice (`to_json`) still have it."""
    seller, buyer, totals = invoice.seller, invoice.buyer, invoice.totals
    payment = invoice.payment or PaymentInstructions()
    debit, accounts = payment.direct_debit, _accounts(payment)
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
        seller_email=_email(seller),
        buyer_name=_text(buyer.name if buyer is not None else None),
        buyer_reference=_text(invoice.buyer_reference),
        order_number=_text(invoice.purchase_order),
        contract_number=_text(invoice.contract),
        ibans=tuple(dict.fromkeys(account.iban for account in accounts)),
        skonto=_skonto(parse_terms(invoice.payment_terms or ""), invoice.issue_date, gross),
        payment_means=_text(payment.means_code),
        remittance=_text(payment.remittance),
        payee_name=_text(invoice.payee.name if invoice.payee is not None else None),
        mandate=_text(debit.mandate if debit is not None else None),
        creditor_id=_text(debit.creditor if debit is not None else None),
        accounts=accounts,
        vat=_vat(invoice),
    )


def _text(value: str | None) -> str | None:
    plain = " ".join((value or "").split())
    if not plain:
        return None
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _email(seller: Seller | None) -> str | None:
    """Where to write to: the seller's contact (BT-43), else its electronic address (BT-34) where that is for e-mail."""
    if seller is None:
        return None
    contact = seller.contact.email if seller.contact is not None else None
    endpoint = seller.electronic_address
    electronic = endpoint.value if endpoint is not None and endpoint.scheme == _EMAIL_SCHEME else None
    plain = ((one or "").strip() for one in (contact, electronic))
    return next((one for one in plain if re.fullmatch(ADDRESS, one)), None)


def _amount(value: Decimal | None) -> Decimal | None:
    return value if value is not None and value.is_finite() and abs(value) < _LARGEST else None


def _accounts(payment: PaymentInstructions) -> tuple[PayAccount, ...]:
    """Each account once, as the invoice first names it."""
    accounts: dict[str, PayAccount] = {}
    for transfer in payment.credit_transfers:
        iban = "".join((transfer.account or "").split()).upper()[:_LONGEST]
        if iban:
            bic = _text("".join((transfer.service_provider or "").split()).upper())
            accounts.setdefault(iban, PayAccount(iban, _text(transfer.account_name), bic))
    return tuple(accounts.values())[:_MOST]


def _vat(invoice: Invoice) -> tuple[VatShare, ...]:
    return tuple(
        VatShare(_text(one.category), _amount(one.rate), _amount(one.taxable_amount), _amount(one.tax_amount))
        for one in invoice.vat_breakdown[:_MOST]
    )


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
