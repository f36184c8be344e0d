"""Who may do what with an invoice, and what becomes of it."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from eakte.foundation.ids import new_id
from tests.support.approval import Town
from xrechnung.approval.errors import ActNotPossible, ActNotYours, NotOrderable, ReasonMissing, SignatureForbidden
from xrechnung.approval.models.flow import InvoiceAct
from xrechnung.approval.queries.flow import acts_of
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.signing import Side, SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.errors import InvoiceNotFound
from xrechnung.rules import InvoiceState


def certified(town: Town, **facts: object) -> UUID:
    invoice_id = town.invoice(**facts)  # type: ignore[arg-type]
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    return invoice_id


def test_an_invoice_in_order_is_assigned_certified_and_ordered(town: Town) -> None:
    invoice_id = certified(town)
    assert town.approval(invoice_id).step is Step.CERTIFIED
    town.act("Bernd", invoice_id, Act.ORDER)
    assert town.approval(invoice_id).step is Step.ORDERED
    with town.work() as work:
        assert [act.act for act in acts_of(work.session, invoice_id)] == [
            Act.CHECK,
            Act.ASSIGN,
            Act.CERTIFY_COMBINED,
            Act.COMPLETE,
            Act.ORDER,
        ]
        (order,) = orders_of(work.session, invoice_id)
        assert (order.amount, order.iban, order.number) == (
            Decimal("119.00"),
            "DE02120300000000202051",
            "AO-2026-000001",
        )


def test_who_certified_may_not_order_even_with_the_right(town: Town) -> None:
    town.may_sign("Anna", SigningAct.ORDER)
    invoice_id = certified(town)
    with pytest.raises(SignatureForbidden):
        town.act("Anna", invoice_id, Act.ORDER)


def test_the_database_itself_refuses_an_order_by_a_certifier(town: Town) -> None:
    invoice_id = certified(town)
    round_ = town.approval(invoice_id).round
    with (
        town.work() as work,
        pytest.raises(IntegrityError, match="fk_invoice_acts_person"),
        work.session.begin_nested(),
    ):
        forged = {"act": Act.ORDER, "from_step": Step.CERTIFIED, "to_step": Step.ORDERED, "side": Side.ORDERER}
        row = {
            "id": new_id(),
            "invoice_id": invoice_id,
            "round": round_,
            "person_id": town.people["Anna"],
            "at": work.now,
        }
        work.session.execute(insert(InvoiceAct).values(**row, **forged, rights=[new_id()], details={}))


@pytest.mark.parametrize(("gross", "allowed"), [("9999.99", True), ("10000.00", True), ("10000.01", False)])
def test_an_order_ends_at_the_limit(town: Town, gross: str, allowed: bool) -> None:
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC)
    invoice_id = certified(town, gross=gross)
    assert town.possible("Bernd", invoice_id)[Act.ORDER].allowed is allowed
    if not allowed:
        with pytest.raises(SignatureForbidden):
            town.act("Bernd", invoice_id, Act.ORDER)


def test_without_accounts_nothing_is_ordered(town: Town) -> None:
    invoice_id = town.invoice()
    town.assign(invoice_id, "Parks", by="Zita")
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    with pytest.raises(NotOrderable):
        town.act("Bernd", invoice_id, Act.ORDER)


def test_a_returned_invoice_is_certified_anew(town: Town) -> None:
    invoice_id = certified(town)
    with pytest.raises(ReasonMissing):
        town.act("Bernd", invoice_id, Act.RETURN)
    town.act("Bernd", invoice_id, Act.RETURN, reason="Menge stimmt nicht")
    approval = town.approval(invoice_id)
    assert (approval.step, approval.certificates, approval.round) == (Step.ASSIGNED, [], 3)
    with pytest.raises(ActNotPossible):
        town.act("Bernd", invoice_id, Act.ORDER)


def test_an_invoice_belongs_to_its_unit(town: Town) -> None:
    invoice_id = town.invoice()
    town.assign(invoice_id, "Schools", by="Zita")
    with pytest.raises(InvoiceNotFound):
        town.act("Anna", invoice_id, Act.CLAIM)
    town.assign(invoice_id, "Parks", by="Zita")
    town.act("Anna", invoice_id, Act.CLAIM)
    assert town.approval(invoice_id).claimed_by == town.people["Anna"]
    with pytest.raises(ActNotYours):
        town.act("Anna", invoice_id, Act.CANCEL, reason="Versehen")


def test_a_refused_invoice_waits_for_accounting(town: Town) -> None:
    invoice_id = town.invoice(state=InvoiceState.REFUSED)
    assert town.approval(invoice_id).step is Step.RECEIVED
    town.act("Zita", invoice_id, Act.REJECT, reason="Umsatzsteuer fehlt")
    assert town.approval(invoice_id).step is Step.REJECTED


def test_a_held_invoice_goes_on_where_it_was(town: Town) -> None:
    invoice_id = certified(town)
    town.act("Zita", invoice_id, Act.HOLD, reason="Rückfrage beim Lieferanten")
    town.act("Zita", invoice_id, Act.RESUME)
    assert town.approval(invoice_id).step is Step.CERTIFIED


def test_a_different_bank_account_stops_the_order_until_a_second_person_confirms_it(town: Town) -> None:
    town.act("Bernd", certified(town), Act.ORDER)
    invoice_id = certified(town, number="RE-2", ibans=["DE89370400440532013000"])
    with pytest.raises(NotOrderable):
        town.act("Bernd", invoice_id, Act.ORDER)
    town.act("Zita", invoice_id, Act.CONFIRM_ACCOUNT, reason="Telefonisch beim Lieferanten bestätigt")
    town.act("Bernd", invoice_id, Act.ORDER)
    assert town.approval(invoice_id).step is Step.ORDERED
