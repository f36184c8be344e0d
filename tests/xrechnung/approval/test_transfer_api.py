"""The finance system at the API: fetching, reporting, and the formats it may ask for."""

import csv
import importlib.resources
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import etree

from eakte.access import Role
from eakte.foundation.settings import FinanceSettings
from eakte.foundation.work import Actor, House
from tests.support.app import app_on
from tests.support.approval import Town
from tests.support.factories import AsActor, a_token
from tests.support.handing_over import ordered_invoice
from xrechnung.approval.rules.remittance import in_sepa_letters, reference_of
from xrechnung.approval.rules.workflow import Act

PAIN = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
TRANSFERS = "/api/v1/invoices/transfers"


@pytest.fixture
def finance(client_of: Callable[[Actor], TestClient], as_actor: AsActor) -> TestClient:
    return client_of(as_actor(Role.FINANCE_SYSTEM))


def claimed(finance: TestClient) -> dict[str, Any]:
    answer = finance.post(f"{TRANSFERS}:claim", json={"limit": 10})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def transfer_schema(name: str) -> etree.XMLSchema:
    package, _, path = name.partition("/")
    with importlib.resources.as_file(importlib.resources.files(package) / path) as file:
        return etree.XMLSchema(etree.parse(file))


def test_an_order_goes_to_the_finance_system_and_back(town: Town, finance: TestClient) -> None:
    ordered_invoice(town)
    claim = claimed(finance)
    (order,) = claim["items"]
    assert (order["number"], order["amount"], order["lines"][0]["product"]) == ("AO-2026-000001", "119.00", "55101")
    path = f"{TRANSFERS}/{order['id']}"
    assert finance.post(f"{path}:acknowledge", json={"lease": claim["lease"]}).json()["state"] == "taken"
    body = {"ledgerNumber": "2026/4711", "bookedOn": "2026-09-08"}
    assert finance.post(f"{path}:book", json=body).json()["state"] == "booked"
    assert finance.post(f"{path}:book", json={**body, "paidOn": "2026-09-09"}).json()["paidOn"] == "2026-09-09"
    late = finance.post(f"{path}:fail", json={"reason": "doch nicht"})
    assert (late.status_code, late.json()["code"]) == (409, "order-booked-already")


def test_a_claim_that_is_repeated_with_its_key_gives_the_same_orders(town: Town, finance: TestClient) -> None:
    ordered_invoice(town)
    answers = [finance.post(f"{TRANSFERS}:claim", json={}, headers={"Idempotency-Key": "abholung-1"}) for _ in "ab"]
    assert answers[0].json() == answers[1].json()
    assert len(answers[0].json()["items"]) == 1


def test_orders_are_listed_by_state_and_lease(town: Town, finance: TestClient) -> None:
    ordered_invoice(town, "RE-1")
    claim = claimed(finance)
    ordered_invoice(town, "RE-2")
    for query, numbers in (({}, 2), ({"state": "open"}, 1), ({"lease": claim["lease"]}, 1), ({"recalled": True}, 0)):
        assert len(finance.get(TRANSFERS, params=query).json()["items"]) == numbers
    page = finance.get(TRANSFERS, params={"limit": 1}).json()
    assert len(finance.get(TRANSFERS, params={"limit": 1, "cursor": page["next"]}).json()["items"]) == 1


def test_xml_says_what_json_says_and_follows_its_schema(town: Town, finance: TestClient) -> None:
    ordered_invoice(town)
    order = claimed(finance)["items"][0]
    answer = finance.get(f"{TRANSFERS}/{order['id']}", headers={"Accept": "application/xml"})
    assert answer.headers["content-type"] == "application/xml"
    root = etree.fromstring(answer.content)
    transfer_schema("xrechnung/data/transfer/transfer-1.xsd").assertValid(root)
    names = {"t": "urn:eakte:transfer:1"}
    assert root.findtext("t:PaymentOrder/t:Id", namespaces=names) == order["id"]
    assert root.findtext("t:PaymentOrder/t:Lines/t:Line/t:Amount", namespaces=names) == "119.00"
    everything = finance.get(TRANSFERS, params={"format": "xml"})
    transfer_schema("xrechnung/data/transfer/transfer-1.xsd").assertValid(etree.fromstring(everything.content))


def test_csv_has_a_row_for_each_line_and_no_formulas(town: Town, finance: TestClient) -> None:
    invoice_id = town.invoice("=HYPERLINK()", seller_name="@Grünau")
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    town.act("Bernd", invoice_id, Act.ORDER)
    answer = finance.get(TRANSFERS, headers={"Accept": "text/csv"})
    (row,) = csv.DictReader(StringIO(answer.text), delimiter=";")
    assert (row["amount"], row["line.product"], row["payee"]) == ("119.00", "55101", "'@Grünau")
    assert row["remittance"] == row["invoice.number"] == "'=HYPERLINK()"


# --- SEPA --------------------------------------------------------------------------------------------------------


@pytest.fixture
def paying(house: House, as_actor: AsActor) -> TestClient:
    """The finance system of a city whose own account is entered."""
    account = FinanceSettings(
        debtor_name="Stadt Grünau", debtor_iban="DE75512108001245126199", debtor_bic="SOGEDEFFXXX"
    )
    app = app_on(replace(house, settings=house.settings.model_copy(update={"finance": account})))
    token = a_token(house, as_actor(Role.FINANCE_SYSTEM).id)
    return TestClient(app, headers={"Authorization": f"Bearer {token}"})


def test_claimed_transfers_become_a_sepa_file_with_the_same_ids_each_time(town: Town, paying: TestClient) -> None:
    ordered_invoice(town, "RE-1")
    foreign = town.invoice("RE-2", currency="CHF", gross="10.00")
    town.assign(foreign, "Parks", by="Zita")
    claim = claimed(paying)
    files = [paying.get(f"{TRANSFERS}.pain001", params={"lease": claim["lease"]}) for _ in "ab"]
    root, again = (etree.fromstring(file.content) for file in files)
    transfer_schema("sepaxml/schemas/pain.001.001.09.xsd").assertValid(root)
    assert root.findtext(".//p:MsgId", namespaces=PAIN) == again.findtext(".//p:MsgId", namespaces=PAIN)
    (payment,) = root.iterfind(".//p:CdtTrfTxInf", PAIN)
    assert payment.findtext(".//p:EndToEndId", namespaces=PAIN) == "AO-2026-000001"
    assert payment.findtext(".//p:InstdAmt", namespaces=PAIN) == "119.00"
    assert payment.findtext("p:Cdtr/p:Nm", namespaces=PAIN) == "Gartenbau Gruenau GmbH"
    assert root.findtext(".//p:ReqdExctnDt/p:Dt", namespaces=PAIN) == date(2026, 9, 30).isoformat()


def test_a_file_of_nothing_or_without_the_citys_account_is_refused(
    town: Town, finance: TestClient, paying: TestClient
) -> None:
    ordered_invoice(town)
    assert paying.get(f"{TRANSFERS}.pain001").json()["code"] == "nothing-to-transfer"
    claim = claimed(finance)
    missing = finance.get(f"{TRANSFERS}.pain001", params={"lease": claim["lease"]})
    assert missing.json()["code"] == "debtor-account-missing"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Müller & Söhne", "Mueller + Soehne"),
        ("Čapek s.r.o. — Brno", "Capek s.r.o. Brno"),
        ("//ABC//x/", "ABC/x"),
        ("Größe 5 €", "Groesse 5 EUR"),
        ("x" * 200, "x" * 70),
    ],
)
def test_banks_read_only_the_letters_of_sepa(text: str, written: str) -> None:
    assert in_sepa_letters(text, 70) == written


@pytest.mark.parametrize(
    ("number", "wanted", "reference"),
    [
        ("RE-1", None, "RE-1"),
        ("RE-1", "Kunde 5", "RE-1 Kunde 5"),
        ("RE-1", "Rechnung RE-1, Kunde 5", "Rechnung RE-1, Kunde 5"),
        (None, "Kunde\u200b 5\x00", "Kunde 5"),
    ],
)
def test_the_invoice_number_is_always_in_the_reference(number: str | None, wanted: str | None, reference: str) -> None:
    assert reference_of(number, wanted) == reference
