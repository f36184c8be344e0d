"""How an invoice wants to be paid and where its seller is written to, as far as the house keeps it in columns."""

from decimal import Decimal

import pytest

from xrechnung.examining.facts import facts_of
from xrechnung.examining.results import PayAccount, VatShare
from xrechnung.model import Invoice
from xrechnung.model.money import CreditTransfer, DirectDebit, PaymentInstructions, VatBreakdown
from xrechnung.model.parties import Contact, Payee, Seller
from xrechnung.model.values import Identifier

IBAN = "DE02120300000000202051"


def test_each_account_is_named_once_with_its_holder_and_bank() -> None:
    transfers = (
        CreditTransfer("DE02 1203 0000 0000 2020 51", "Grünau", "byladem 1001"),
        CreditTransfer(IBAN.lower(), "Anders"),
        CreditTransfer(None, "ohne Konto"),
        CreditTransfer("DE89370400440532013000"),
    )
    facts = facts_of(Invoice(payment=PaymentInstructions("58", None, "Kunde 5", credit_transfers=transfers)))
    assert facts.accounts == (
        PayAccount(IBAN, "Grünau", "BYLADEM1001"),
        PayAccount("DE89370400440532013000", None, None),
    )
    assert facts.ibans == tuple(account.iban for account in facts.accounts)
    assert (facts.payment_means, facts.remittance) == ("58", "Kunde 5")


def test_a_direct_debit_has_mandate_and_creditor_and_no_account_to_pay_to() -> None:
    debit = DirectDebit("M-17", "DE98ZZZ09999999999", IBAN)
    facts = facts_of(Invoice(payment=PaymentInstructions("59", direct_debit=debit), payee=Payee(name="Factoring AG")))
    assert (facts.mandate, facts.creditor_id, facts.accounts) == ("M-17", "DE98ZZZ09999999999", ())
    assert facts.payee_name == "Factoring AG"


def test_the_vat_breakdown_is_kept_as_it_is() -> None:
    vat = VatBreakdown(Decimal("100.00"), Decimal("0.00"), "AE", Decimal(0), "Reverse charge")
    assert facts_of(Invoice(vat_breakdown=(vat,))).vat == (
        VatShare("AE", Decimal(0), Decimal("100.00"), Decimal("0.00")),
    )


@pytest.mark.parametrize(
    ("contact", "electronic", "known"),
    [
        ("rechnung@gruenau.example", Identifier("post@gruenau.example", "EM"), "rechnung@gruenau.example"),
        (" rechnung@gruenau.example\n", None, "rechnung@gruenau.example"),
        ("siehe Briefkopf", Identifier("post@gruenau.example", "EM"), "post@gruenau.example"),
        (None, Identifier("9930:DE123456788", "9930"), None),
        ("a@b.example, c@d.example", None, None),
        ("a@b.example\nBcc: c@d.example", None, None),
        (None, None, None),
    ],
)
def test_the_seller_is_written_to_at_one_plain_address_or_at_none(
    contact: str | None, electronic: Identifier | None, known: str | None
) -> None:
    seller = Seller(contact=Contact(email=contact), electronic_address=electronic)
    assert facts_of(Invoice(seller=seller)).seller_email == known


def test_what_an_invoice_does_not_say_is_nothing_and_not_an_empty_text() -> None:
    facts = facts_of(Invoice(number="  "))
    assert (facts.number, facts.payment_means, facts.payee_name) == (None, None, None)
