"""What is frozen in a payment order, and what stops one."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from eakte.access import Role
from tests.support.approval import PARKS, Town
from xrechnung.approval.errors import AccountLinesInvalid, NotOrderable, SignatureForbidden
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.payment import BankCheck, OrderState, PaymentType, TaxTreatment
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.accounting import PaymentTerms, WantedLine, set_lines

ALL = (WantedLine(Share(PARKS, percent=Decimal(100))),)
KNOWN, OTHER = "DE02120300000000202051", "DE89370400440532013000"


def book(town: Town, invoice_id: UUID, *lines: WantedLine, **terms: Any) -> None:
    with town.work("Anna") as work:
        set_lines(work, invoice_id, lines or ALL, terms=PaymentTerms(**terms) if terms else None)


def certified(town: Town, *lines: WantedLine, terms: dict[str, Any] | None = None, **facts: Any) -> UUID:
    invoice_id = town.invoice(**facts)
    town.assign(invoice_id, "Parks", by="Zita")
    book(town, invoice_id, *lines, **terms or {})
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    return invoice_id


def ordered(town: Town, *lines: WantedLine, terms: dict[str, Any] | None = None, **facts: Any) -> PaymentOrder:
    invoice_id = certified(town, *lines, terms=terms, **facts)
    town.act("Bernd", invoice_id, Act.ORDER)
    return last_order(town, invoice_id)


def last_order(town: Town, invoice_id: UUID) -> PaymentOrder:
    with town.work() as work:
        return orders_of(work.session, invoice_id)[-1]


@pytest.mark.parametrize(
    ("facts", "kind", "iban"),
    [
        ({}, PaymentType.TRANSFER, KNOWN),
        ({"payment_means": "58"}, PaymentType.TRANSFER, KNOWN),
        ({"payment_means": "59", "mandate": "M-1"}, PaymentType.DIRECT_DEBIT, None),
        ({"payment_means": "48"}, PaymentType.CARD, None),
        ({"payment_means": "97"}, PaymentType.OFFSET, None),
        ({"payment_means": "30", "ibans": []}, PaymentType.OTHER, None),
        ({"type_code": "381"}, PaymentType.OFFSET, None),
        ({"payable": Decimal(0)}, PaymentType.NONE, None),
    ],
)
def test_an_order_is_settled_as_the_invoice_says(
    town: Town, facts: dict[str, Any], kind: PaymentType, iban: str | None
) -> None:
    order = ordered(town, **facts)
    assert (order.payment_type, order.iban) == (kind, iban)


def test_whom_and_what_for_is_frozen_as_plain_text(town: Town) -> None:
    order = ordered(
        town,
        payee_name="Factoring\n Süd\u202e AG",
        remittance="Kundennr.\t4711",
        accounts=[{"iban": KNOWN, "name": "Factoring Süd", "bic": "BYLADEM1001"}],
    )
    assert (order.payee, order.account_name, order.bic) == ("Factoring Süd AG", "Factoring Süd", "BYLADEM1001")
    assert order.remittance == "RE-1 Kundennr. 4711"
    assert order.about["sellerVatId"] == "DE123456788"


def test_skonto_and_retention_lessen_what_is_paid_now(town: Town) -> None:
    skonto = [{"days": 14, "percent": "2", "until": "2026-09-15", "amount": "23.80", "pay": "1166.20"}]
    terms = {"retained_percent": Decimal(5), "retained_until": date(2031, 9, 1)}
    order = ordered(town, gross="1190.00", skonto=skonto, terms=terms)
    assert (order.skonto, order.retained, order.amount) == (Decimal("23.80"), Decimal("59.50"), Decimal("1106.70"))
    assert (order.pay_on, order.retained_until) == (date(2026, 9, 14), date(2031, 9, 1))


def test_skonto_that_is_not_wanted_is_not_taken(town: Town) -> None:
    skonto = [{"days": 14, "percent": "2", "until": "2026-09-15", "amount": "23.80", "pay": "1166.20"}]
    order = ordered(town, gross="1190.00", skonto=skonto, terms={"takes_skonto": False})
    assert (order.skonto, order.amount) == (Decimal(0), Decimal("1190.00"))
    assert order.pay_on == date(2026, 9, 30)


def test_retention_needs_the_day_on_which_it_is_released(town: Town) -> None:
    invoice_id = town.invoice()
    town.assign(invoice_id, "Parks", by="Zita")
    with pytest.raises(AccountLinesInvalid):
        book(town, invoice_id, retained_percent=Decimal(5))


def test_tax_under_reverse_charge_is_owed_but_not_paid_to_the_supplier(town: Town) -> None:
    halves = [
        WantedLine(Share(Account(product, "5241"), percent=Decimal(50)), TaxTreatment.REVERSE_CHARGE, None, Decimal(19))
        for product in ("55101", "42401")
    ]
    order = ordered(town, *halves, gross="100.01")
    assert (order.amount, order.tax_owed) == (Decimal("100.01"), Decimal("19.00"))
    assert [line["taxAmount"] for line in order.lines] == ["9.50", "9.50"]


def test_of_several_accounts_somebody_chooses_the_one_to_pay_to(town: Town) -> None:
    invoice_id = certified(town, ibans=[KNOWN, OTHER])
    with pytest.raises(NotOrderable):
        town.act("Bernd", invoice_id, Act.ORDER)
    town.act("Bernd", invoice_id, Act.RETURN, reason="Konto wählen")
    with pytest.raises(AccountLinesInvalid):
        book(town, invoice_id, pay_to="DE75512108001245126199")
    book(town, invoice_id, pay_to=OTHER)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    town.act("Bernd", invoice_id, Act.ORDER)
    assert last_order(town, invoice_id).iban == OTHER


# --- once signed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["iban = 'DE89370400440532013000'", "amount = 1, payable = 1", "pay_on = now()"])
def test_the_database_itself_keeps_an_order_as_it_was_signed(town: Town, change: str) -> None:
    order = ordered(town)
    with town.work() as work, pytest.raises(IntegrityError, match="frozen"), work.session.begin_nested():
        work.session.execute(text(f"UPDATE payment_orders SET {change} WHERE id = :id"), {"id": order.id})


def test_a_withdrawn_order_is_replaced_by_another(town: Town) -> None:
    first = ordered(town)
    town.act("Bernd", first.invoice_id, Act.WITHDRAW, reason="Konto stimmt nicht")
    assert town.approval(first.invoice_id).step is Step.CERTIFIED
    town.act("Bernd", first.invoice_id, Act.ORDER)
    second = last_order(town, first.invoice_id)
    assert (second.replaces_id, second.number) == (first.id, "AO-2026-000002")
    with town.work() as work:
        assert work.session.get_one(PaymentOrder, first.id).state is OrderState.WITHDRAWN


# --- fraud -------------------------------------------------------------------------------------------------------


def test_the_account_is_compared_with_the_suppliers_known_one(town: Town) -> None:
    ordered(town)
    assert town.approval(ordered(town, number="RE-2").invoice_id).bank_check is BankCheck.KNOWN
    with pytest.raises(NotOrderable):
        ordered(town, number="RE-3", ibans=[OTHER])


def test_a_supplier_that_is_renamed_is_known_by_its_vat_id(town: Town) -> None:
    ordered(town)
    with pytest.raises(NotOrderable):
        ordered(town, number="RE-2", seller_name="Grünau Gartenwelten GmbH", ibans=[OTHER])
    ordered(town, number="RE-3", seller_name="Grünau Gartenwelten GmbH")


def test_whoever_uses_a_suppliers_name_with_another_vat_id_is_stopped(town: Town) -> None:
    ordered(town)
    with pytest.raises(NotOrderable):
        ordered(town, number="RE-2", seller_vat_id="DE999999999", seller_name="GARTENBAU GRÜNAU GmbH", ibans=[OTHER])


def test_a_credit_note_needs_no_account(town: Town) -> None:
    ordered(town)
    order = ordered(town, number="GS-1", type_code="381", ibans=[OTHER])
    assert town.approval(order.invoice_id).bank_check is BankCheck.NOT_NEEDED


def test_who_confirmed_an_account_neither_certifies_nor_orders(town: Town) -> None:
    ordered(town)
    town.person("Carla", Role.ACCOUNTING, everywhere=True)
    town.may_sign("Carla", SigningAct.ORDER)
    invoice_id = certified(town, number="RE-2", ibans=[OTHER])
    with pytest.raises(SignatureForbidden):
        town.act("Anna", invoice_id, Act.CONFIRM_ACCOUNT, reason="stimmt schon")
    town.act("Carla", invoice_id, Act.CONFIRM_ACCOUNT, reason="Rückruf unter der bekannten Nummer")
    with pytest.raises(SignatureForbidden):
        town.act("Carla", invoice_id, Act.ORDER)
    town.act("Bernd", invoice_id, Act.ORDER)
    # From now on the supplier has two.
    assert town.approval(ordered(town, number="RE-3", ibans=[OTHER]).invoice_id).bank_check is BankCheck.KNOWN


def test_confirmed_is_the_account_that_was_chosen_and_no_other(town: Town) -> None:
    ordered(town)
    third = "DE75512108001245126199"
    invoice_id = town.invoice("RE-2", ibans=[OTHER, third])
    town.assign(invoice_id, "Parks", by="Zita")
    book(town, invoice_id, pay_to=OTHER)
    town.act("Zita", invoice_id, Act.CONFIRM_ACCOUNT, reason="Rückruf unter der bekannten Nummer")
    book(town, invoice_id, pay_to=third)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    with pytest.raises(NotOrderable):
        town.act("Bernd", invoice_id, Act.ORDER)


def test_nobody_orders_payment_to_an_account_of_their_own(town: Town) -> None:
    invoice_id = certified(town, accounts=[{"iban": KNOWN, "name": "bernd", "bic": None}])
    with pytest.raises(SignatureForbidden):
        town.act("Bernd", invoice_id, Act.ORDER)
