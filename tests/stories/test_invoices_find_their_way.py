"""Invoices on their way from receipt to the record, as the people of a small city live through them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pytest
from xrechnung.approval.queries.filing import reminders_of

from eakte.access import Role
from eakte.documents.files import store_original
from eakte.documents.models import Document, DocumentSource
from eakte.documents.queries import documents
from eakte.foundation.work import House
from eakte.records.models import Case
from eakte.records.rules import RecordState
from tests.support.approval import PARKS, Town
from tests.support.handing_over import TownLine, finance_client
from tests.support.invoices import a_ubl_invoice
from tests.support.queue import work_off_approvals
from xrechnung.approval.errors import ActNotPossible, NotOrderable, SignatureForbidden
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.flow import acts_of, get_approval
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.rules.payment import OrderState, PaymentType
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.assignment import WantedRule, make_rule
from xrechnung.approval.service.entitlement import entitlement
from xrechnung.approval.service.reminding import begin_rounds
from xrechnung.service.receiving import file_invoice

CERTIFY = (SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC)
POOLS, SCHOOLS = Account("42401", "5241"), Account("21101", "5241")
LEITWEG_ID = "04011000-1234512345-06"


class City(Town):
    """The town with everything around it: an office that receives, workers, and a finance system."""

    def receive(self, content: bytes, name: str = "rechnung.xml") -> UUID:
        """An invoice comes in and the workers do what follows."""
        dossier_id = self.invoices_dossier()
        with self.work() as work:
            stored = store_original(work.storage, BytesIO(content), name, max_bytes=1 << 20)
            channel = DocumentSource.EMAIL
            invoice = file_invoice(work, stored, case_id=None, dossier_id=dossier_id, channel=channel)
        self.work_off()
        return invoice.id

    def work_off(self) -> None:
        work_off_approvals(self.house, lambda *_: self.work())

    def certified(self, invoice_id: UUID, *shares: Share) -> UUID:
        """Assigned to the parks, booked, and found right by Anna."""
        if self.approval(invoice_id).unit_id is None:
            self.assign(invoice_id, "Parks", by="Zita")
        self.account("Anna", invoice_id, *shares)
        self.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
        return invoice_id

    def ordered(self, invoice_id: UUID, *, by: str = "Bernd") -> PaymentOrder:
        self.act(by, invoice_id, Act.ORDER)
        with self.work() as work:
            return orders_of(work.session, invoice_id)[-1]

    def done(self, invoice_id: UUID) -> list[Act]:
        with self.work() as work:
            return [act.act for act in acts_of(work.session, invoice_id)]

    def case_of(self, invoice_id: UUID) -> tuple[RecordState, list[str]]:
        """The state of an invoice's case and the titles of what lies in it."""
        with self.work() as work:
            document = work.session.get_one(Document, get_approval(work, invoice_id).invoice.document_id)
            case = work.session.get_one(Case, document.case_id)
            page = documents(work, case_id=case.id, modified_after=None, external_key=None, cursor=None, limit=50)
            return case.state, [one.title for one in page.items]

    def pays(self, paid_on: date) -> list[UUID]:
        """The finance system fetches what is there, books and pays it; the ids of the invoices."""
        line = TownLine(self)
        claimed = line.claim()
        for order in claimed.orders:
            line.acknowledge(order.id, claimed.lease)
            line.book(order.id, f"B-{order.number}", paid_on)
        self.work_off()
        return [order.invoice_id for order in claimed.orders]

    def goes_through_the_day(self) -> None:
        """What the house does once a day with invoices."""
        with self.work() as work:
            begin_rounds(work)
        self.work_off()


@pytest.fixture
def city(house: House) -> City:
    """Zita is central accounting, Anna certifies for the parks, Bernd heads them, Carla is his deputy."""
    city = City(house)
    for unit in ("Parks", "Schools"):
        city.unit(unit)
    city.person("Zita", Role.ACCOUNTING, everywhere=True)
    city.person("Anna", Role.CLERK, unit="Parks")
    city.person("Bernd", Role.HEAD, unit="Parks")
    city.person("Carla", Role.HEAD, unit="Schools")
    city.may_sign("Anna", *CERTIFY, unit="Parks", limit="10000")
    city.may_sign("Bernd", SigningAct.ORDER, unit="Parks", limit="10000")
    city.may_sign("Carla", SigningAct.ORDER, unit="Schools", limit="10000")
    finance_client(city)
    with city.work() as work:
        make_rule(work, WantedRule(Criterion.LEITWEG_ID, LEITWEG_ID, city.units["Parks"]))
    return city


def test_the_plain_invoice(city: City) -> None:
    """It comes by e-mail, finds the parks by its Leitweg-ID, is certified, ordered, paid and filed."""
    invoice_id = city.receive(a_ubl_invoice())
    approval = city.approval(invoice_id)
    assert (approval.step, approval.unit_id) == (Step.ASSIGNED, city.units["Parks"])
    assert LEITWEG_ID in (approval.assigned_because or "")

    city.act("Anna", invoice_id, Act.CLAIM)
    city.certified(invoice_id)
    city.ordered(invoice_id)
    assert city.pays(date(2026, 9, 9)) == [invoice_id]

    assert city.done(invoice_id) == [
        Act.CHECK,
        Act.ASSIGN,
        Act.CLAIM,
        Act.CERTIFY_COMBINED,
        Act.COMPLETE,
        Act.ORDER,
        Act.HAND_OVER,
        Act.ACKNOWLEDGE_BOOKED,
        Act.FILE,
    ]
    state, titles = city.case_of(invoice_id)
    assert state is RecordState.CLOSED
    assert any(title.startswith("Laufzettel") for title in titles)
    assert city.pays(date(2026, 9, 10)) == []


def test_the_refused_invoice(city: City) -> None:
    """It breaks a rule: nobody can send it on, the supplier is written to with the rule, and it is kept."""
    invoice_id = city.receive(a_ubl_invoice(gross="120.00"))
    assert city.approval(invoice_id).step is Step.RECEIVED
    assert Act.ASSIGN not in city.possible("Zita", invoice_id)

    city.act("Zita", invoice_id, Act.REJECT, reason="Bitte neu ausstellen.")
    city.work_off()
    _, titles = city.case_of(invoice_id)
    assert len(titles) == 2
    with city.work() as work:
        assert "BR-CO-15" in str(acts_of(work.session, invoice_id)[-1].details)
    assert city.pays(date(2026, 9, 9)) == []


def test_the_credit_note(city: City) -> None:
    """The supplier gives money back: the order is a claim, nothing is transferred, no bank account is asked for."""
    order = city.ordered(city.certified(city.invoice("GU-1", "50.00", type_code="381", ibans=[])))
    assert (order.payment_type, order.amount, order.iban) == (PaymentType.OFFSET, Decimal("-50.00"), None)
    assert city.pays(date(2026, 9, 9)) == [order.invoice_id]


def test_the_reminder_that_crosses(city: City) -> None:
    """The supplier sends the same invoice again while the first is on its way: it is paid once."""
    first = city.receive(a_ubl_invoice())
    city.ordered(city.certified(first))

    again = city.receive(a_ubl_invoice().replace(b"<?xml", b"<?xml", 1) + b"\n")
    approval = city.approval(again)
    assert (approval.step, approval.unit_id, approval.invoice.twins) == (Step.CHECKED, None, 1)
    city.act("Zita", again, Act.MARK_DUPLICATE, reason="Mahnung zur selben Rechnung", original_id=first)

    assert city.pays(date(2026, 9, 9)) == [first]
    assert city.approval(again).step is Step.DUPLICATE


def test_the_last_skonto_day_with_an_absent_head(city: City) -> None:
    """Bernd is away: Carla hears of it, orders for him under her own name, and the discount is taken."""
    skonto = [{"days": 14, "percent": "2", "until": "2026-09-15", "amount": "2.38", "pay": "116.62"}]
    invoice_id = city.certified(city.invoice(skonto=skonto))
    city.away("Bernd", "Carla", date(2026, 9, 10), date(2026, 9, 18))

    city.now = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
    city.goes_through_the_day()
    with city.work() as work:
        told = {person for row in reminders_of(work.session, invoice_id) for person in row.people}
    assert city.people["Carla"] in told
    assert city.people["Bernd"] not in told

    city.now = datetime(2026, 9, 14, 14, 0, tzinfo=UTC)
    assert city.approval(invoice_id).urgent_on == date(2026, 9, 14)
    ordered = city.act("Carla", invoice_id, Act.ORDER)
    assert (ordered.person_id, ordered.principal_id) == (city.people["Carla"], city.people["Bernd"])
    with city.work() as work:
        (order,) = orders_of(work.session, invoice_id)
    assert (order.skonto, order.amount) == (Decimal("2.38"), Decimal("116.62"))


def test_the_split_over_three_budgets(city: City) -> None:
    """Emil may not order for the schools' budget; the house names who may, and the cents come out even."""
    city.person("Dora", Role.HEAD, unit="Parks")
    city.may_sign("Dora", SigningAct.ORDER, unit="Parks", limit="50000", budgets=["55101", "42401", "21101"])
    city.person("Emil", Role.HEAD, unit="Parks")
    city.may_sign("Emil", SigningAct.ORDER, unit="Parks", limit="10000", budgets=["55101", "42401"])
    third = Decimal("33.33")
    shares = [Share(PARKS, percent=third), Share(POOLS, percent=third), Share(SCHOOLS, percent=Decimal("33.34"))]
    invoice_id = city.certified(city.invoice(gross="100.01"), *shares)

    with pytest.raises(SignatureForbidden):
        city.act("Emil", invoice_id, Act.ORDER)
    with city.work("Emil") as work:
        able = entitlement(work, get_approval(work, invoice_id)).who_could(Act.ORDER)
    assert able == [city.people["Bernd"], city.people["Dora"]]

    booked = [line["amount"] for line in city.ordered(invoice_id, by="Dora").lines]
    assert (len(booked), sum(map(Decimal, booked))) == (3, Decimal("100.01"))


def test_the_fraud_attempt_with_a_new_iban(city: City) -> None:
    """A supplier that was paid before suddenly wants its money elsewhere: it stops, and accounting turns it down."""
    known = city.ordered(city.certified(city.invoice()))
    forged = city.certified(city.invoice("RE-2", ibans=["DE89370400440532013000"]))
    with pytest.raises(NotOrderable):
        city.act("Bernd", forged, Act.ORDER)
    assert not city.possible("Anna", forged)[Act.CONFIRM_ACCOUNT].allowed

    city.act("Zita", forged, Act.REJECT, reason="Der Lieferant kennt diese Bankverbindung nicht.")
    assert city.pays(date(2026, 9, 9)) == [known.invoice_id]
    assert city.approval(forged).step is Step.REJECTED


def test_the_withdrawn_order(city: City) -> None:
    """It was booked to the wrong budget: the order is withdrawn, nothing of it changes, and a new one replaces it."""
    invoice_id = city.certified(city.invoice())
    first = city.ordered(invoice_id)
    city.act("Bernd", invoice_id, Act.WITHDRAW, reason="Falsche Haushaltsstelle")
    city.act("Bernd", invoice_id, Act.RETURN, reason="Bitte auf die Bäder buchen")
    city.certified(invoice_id, Share(POOLS, percent=Decimal(100)))
    second = city.ordered(invoice_id)

    with city.work() as work:
        kept = work.session.get_one(PaymentOrder, first.id)
        assert (kept.state, kept.lines[0]["product"]) == (OrderState.WITHDRAWN, "55101")
    assert (second.replaces_id, second.lines[0]["product"]) == (first.id, "42401")
    assert city.pays(date(2026, 9, 9)) == [invoice_id]


def test_the_order_that_was_recalled_too_late(city: City) -> None:
    """The finance system has it already: it alone says whether it was paid."""
    order = city.ordered(city.certified(city.invoice()))
    line = TownLine(city)
    line.claim()
    with pytest.raises(ActNotPossible):
        city.act("Bernd", order.invoice_id, Act.WITHDRAW, reason="Lieferung reklamiert")
    city.act("Bernd", order.invoice_id, Act.RECALL, reason="Lieferung reklamiert")
    assert city.approval(order.invoice_id).step is Step.RECALLED
    line.book(order.id, "B-1", date(2026, 9, 9))
    assert city.approval(order.invoice_id).step is Step.BOOKED


def test_the_year_end(city: City) -> None:
    """Issued in the old year, received at half past midnight in the new one: it still counts for the old budget."""
    city.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    invoice_id = city.certified(city.invoice(issue_date=date(2026, 12, 29), due_date=date(2027, 1, 6)))
    approval = city.approval(invoice_id)
    assert approval.fiscal_year == 2026
    # Epiphany is a holiday in Bavaria.
    assert approval.due_on == date(2027, 1, 7)
    assert city.ordered(invoice_id).number.startswith("AO-2026-")
    assert city.pays(date(2027, 1, 5)) == [invoice_id]
    assert city.approval(invoice_id).step is Step.FILED
