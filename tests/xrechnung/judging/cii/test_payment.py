"""Payment in CII: Skonto, means codes, account numbers."""

import pytest

from tests.support.invoices import a_cii_invoice
from tests.support.rules import broken_in_cii, is_undefined_in_cii, rewritten

MEANS = "<ram:TypeCode>58</ram:TypeCode>"
ACCOUNT = "<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>{}</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>"
IBAN = "DE02120300000000202051"
GOOD = "#SKONTO#TAGE=14#PROZENT=2.00#"


@pytest.mark.parametrize(
    "terms",
    [
        f"{GOOD}\n",
        f"Danke.\n{GOOD}\n#SKONTO#TAGE=30#PROZENT=1.50#BASISBETRAG=-119.00#\n",
        f"  {GOOD} \n",
        f"{GOOD}\nNach 14 Tagen ohne Abzug.",
        "Kunde # 12, Auftrag # 7",
    ],
)
def test_terms_as_they_should_be(terms: str) -> None:
    assert broken_in_cii(a_cii_invoice(terms=terms)) == set()


@pytest.mark.parametrize(
    "terms",
    [
        GOOD,
        f"{GOOD} bitte\n",
        GOOD.lower() + "\n",
        GOOD.replace(".", ",") + "\n",
        GOOD.replace("2.00", "2.0") + "\n",
        f"{GOOD}{GOOD}\n",
        "#VERZUG#TAGE=30#PROZENT=5.00#\n",
        f"{GOOD}\nSiehe # 1 und # 2",
        "#",
    ],
)
def test_terms_that_are_no_skonto_statement(terms: str) -> None:
    assert broken_in_cii(a_cii_invoice(terms=terms)) == {"BR-DE-18"}


def test_a_second_group_of_terms_makes_skonto_ambiguous() -> None:
    start = "<ram:SpecifiedTradePaymentTerms>"
    second = f"{start}<ram:Description>Danke</ram:Description></ram:SpecifiedTradePaymentTerms>{start}"
    assert broken_in_cii(rewritten(a_cii_invoice(), (start, second))) == {"CII-SR-452", "CII-SR-453"}
    assert is_undefined_in_cii(rewritten(a_cii_invoice(terms=f"{GOOD}\n"), (start, second)))


@pytest.mark.parametrize("iban", ["DE02 1203 0000 0000 2020 51", "GB82WEST12345698765432"])
def test_a_sound_account_number(iban: str) -> None:
    assert broken_in_cii(a_cii_invoice(iban=iban)) == set()


@pytest.mark.parametrize("iban", ["DE02120300000000202052", "de02120300000000202051", "GB82west12345698765432", "DE02"])
def test_an_account_number_that_is_not_sound(iban: str) -> None:
    assert broken_in_cii(a_cii_invoice(iban=iban)) == {"BR-DE-19"}


def test_other_credit_transfers_are_not_asked_for_a_sound_iban() -> None:
    assert broken_in_cii(rewritten(a_cii_invoice(iban="4711"), (MEANS, MEANS.replace("58", "30")))) == set()


def test_a_means_code_with_blanks_is_asked_by_some_rules_only() -> None:
    """XRechnung trims the code, EN 16931 does not: an empty account stays unseen by BR-50."""
    account = ACCOUNT.format(IBAN)
    content = rewritten(a_cii_invoice(), (MEANS, MEANS.replace("58", " 58 ")), (account, ""))
    assert broken_in_cii(content) == {"BR-DE-19", "BR-DE-23-a", "CII-SR-470"}


def test_a_card_payment_needs_a_card_and_no_account() -> None:
    content = rewritten(a_cii_invoice(), (MEANS, MEANS.replace("58", "48")))
    assert broken_in_cii(content) == {"BR-DE-24-a", "BR-DE-24-b"}


def test_a_full_card_number_is_too_much() -> None:
    card = (
        "<ram:ApplicableTradeSettlementFinancialCard><ram:ID>{}</ram:ID></ram:ApplicableTradeSettlementFinancialCard>"
    )
    account, code = ACCOUNT.format(IBAN), (MEANS, MEANS.replace("58", "48"))
    assert broken_in_cii(rewritten(a_cii_invoice(), code, (account, card.format("123456")))) == set()
    assert broken_in_cii(rewritten(a_cii_invoice(), code, (account, card.format("4111111111111111")))) == {"BR-51"}


def test_a_direct_debit_needs_mandate_creditor_and_debited_account() -> None:
    content = rewritten(a_cii_invoice(), (MEANS, MEANS.replace("58", "59")), (ACCOUNT.format(IBAN), ""))
    assert broken_in_cii(content) == {"BR-DE-20", "BR-DE-25-a", "PEPPOL-EN16931-R061"}
    debited = (
        f"<ram:PayerPartyDebtorFinancialAccount><ram:IBANID>{IBAN}</ram:IBANID></ram:PayerPartyDebtorFinancialAccount>"
    )
    half = rewritten(content, ("59</ram:TypeCode>", f"59</ram:TypeCode>{debited}"))
    assert broken_in_cii(half) == {"BR-DE-30", "BR-DE-31", "PEPPOL-EN16931-R061"}
    whole = rewritten(
        half,
        (
            "<ram:InvoiceCurrencyCode>",
            "<ram:CreditorReferenceID>DE98ZZZ</ram:CreditorReferenceID><ram:InvoiceCurrencyCode>",
        ),
        ("</ram:DueDateDateTime>", "</ram:DueDateDateTime><ram:DirectDebitMandateID>M-1</ram:DirectDebitMandateID>"),
    )
    assert broken_in_cii(whole) == set()
