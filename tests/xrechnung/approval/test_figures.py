"""Figures say how long, how much and how many; they say nothing of persons."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.access.models import Identity, OrganisationalUnit
from eakte.foundation import clock
from tests.support.approval import Town
from tests.support.factories import a_token
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act
from xrechnung.models import Invoice
from xrechnung.rules import InvoiceState

SKONTO = [{"days": 14, "percent": "2.00", "base": None, "until": "2026-09-15", "amount": "2.38", "pay": "116.62"}]
REPORTS = ("cycle-times", "skonto", "backlog", "refusals")
As = Callable[[str], TestClient]


@pytest.fixture
def as_person(app: FastAPI, town: Town) -> As:
    def as_person(name: str) -> TestClient:
        return TestClient(app, headers={"Authorization": f"Bearer {a_token(town.house, town.people[name])}"})

    return as_person


@pytest.fixture
def busy(town: Town) -> Town:
    """Six invoices that two people certified after 1, 2, … 6 days and one ordered, each with Skonto."""
    town.person("Arno", Role.CLERK, unit="Parks")
    town.may_sign("Arno", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC)
    begun = town.now
    for days in range(1, 7):
        town.now = begun
        invoice_id = town.invoice(f"RE-{days}", skonto=SKONTO)
        town.assign(invoice_id, "Parks", by="Zita")
        town.account("Anna", invoice_id)
        town.now = begun + timedelta(days=days)
        town.act("Anna" if days % 2 else "Arno", invoice_id, Act.CERTIFY_COMBINED)
        if days > 3:
            town.now = begun + timedelta(days=20)
        town.act("Bernd", invoice_id, Act.ORDER)
    return town


def report(client: TestClient, name: str, **params: str) -> Any:
    answer = client.get(f"/api/v1/reports/invoices/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_how_long_invoices_stay_is_told_by_step_and_unit(busy: Town, as_person: As) -> None:
    rows = {row["step"]: row for row in report(as_person("Bernd"), "cycle-times")["items"]}
    assert rows["assigned"] == {
        "unitId": str(busy.units["Parks"]),
        "unit": "Amt",
        "step": "assigned",
        "invoices": 6,
        "medianHours": 84.0,
        "p90Hours": 132.0,
    }
    assert report(as_person("Bernd"), "cycle-times", until="2026-09-08")["items"] == []


def test_where_one_person_did_it_all_or_few_invoices_were_nothing_is_told(busy: Town, as_person: As) -> None:
    # Bernd alone ordered, so that how long invoices waited for an order would be his figure.
    steps = [row["step"] for row in report(as_person("Bernd"), "cycle-times")["items"]]
    assert "certified" not in steps
    few = report(as_person("Bernd"), "cycle-times", until="2026-09-11")["items"]
    assert [row for row in few if row["step"] == "assigned"] == []


def test_skonto_won_and_lost_is_told_in_euros(busy: Town, as_person: As) -> None:
    (row,) = report(as_person("Zita"), "skonto")["items"]
    assert (row["orders"], row["taken"], row["share"], row["won"], row["lost"]) == (6, 3, 0.5, "7.14", "7.14")


def test_what_waits_is_told_by_age(town: Town, as_person: As) -> None:
    for days in (1, 10, 40):
        received = town.now - timedelta(days=days)
        town.assign(town.invoice(f"RE-{days}", received_at=received), "Parks", by="Zita")
    (row,) = report(as_person("Bernd"), "backlog")["items"]
    assert (row["step"], row["invoices"]) == ("assigned", 3)
    assert row["upTo7"] + row["upTo14"] + row["upTo30"] + row["older"] == 3


def test_refusals_are_told_by_rule(town: Town, as_person: As) -> None:
    town.invoice()
    refused = [town.invoice(state=InvoiceState.REFUSED) for _ in range(2)]
    with town.work() as work:
        for invoice_id, rules in zip(refused, (["BR-1", "BR-1", "BR-2"], ["BR-1"]), strict=True):
            findings = [{"rule": rule, "severity": "error"} for rule in rules] + [{"rule": "H-1", "severity": "hint"}]
            work.session.get_one(Invoice, invoice_id).findings = findings
    assert report(as_person("Zita"), "refusals") == {
        "checked": 3,
        "refused": 2,
        "items": [{"rule": "BR-1", "invoices": 2}, {"rule": "BR-2", "invoices": 1}],
    }
    assert report(as_person("Bernd"), "refusals")["checked"] == 0


@pytest.mark.parametrize("name", REPORTS)
def test_a_head_sees_the_figures_of_the_own_unit_only(busy: Town, as_person: As, name: str) -> None:
    path, bernd = f"/api/v1/reports/invoices/{name}", as_person("Bernd")
    assert bernd.get(path, params={"unit": str(busy.units["Parks"])}).status_code == 200
    assert bernd.get(path, params={"unit": str(busy.units["Schools"])}).status_code == 403
    assert as_person("Anna").get(path).status_code == 403


def test_operations_watch_the_figures_of_a_month_made_anew_every_ten_minutes(
    busy: Town, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy.assign(busy.invoice("RE-offen"), "Parks", by="Zita")
    with busy.work() as work:
        parks = work.session.get_one(OrganisationalUnit, busy.units["Parks"]).key
    client, now = TestClient(app), busy.now
    monkeypatch.setattr(clock, "now", lambda: now)
    figures = client.get("/metrics").text
    assert f'eakte_invoice_cycle_hours{{step="assigned",unit="{parks}"}} 84.0' in figures
    assert 'eakte_invoice_cycle_hours{step="certified"' not in figures
    assert f'eakte_invoice_skonto_won{{currency="EUR",unit="{parks}"}} 7.14' in figures
    assert f'eakte_invoice_skonto_lost{{currency="EUR",unit="{parks}"}} 7.14' in figures
    waiting = f'eakte_invoice_backlog{{age="7",step="assigned",unit="{parks}"}}'
    assert f"{waiting} 1.0" in figures
    assert "eakte_invoices_checked 7.0" in figures
    busy.assign(busy.invoice("RE-neu"), "Parks", by="Zita")
    now += timedelta(minutes=9)
    assert f"{waiting} 1.0" in client.get("/metrics").text
    now += timedelta(minutes=2)
    assert f"{waiting} 2.0" in client.get("/metrics").text
    now += timedelta(days=31)
    assert "eakte_invoice_skonto_won{" not in client.get("/metrics").text


def test_no_report_tells_of_a_person(busy: Town, as_person: As) -> None:
    zita = as_person("Zita")
    busy.act("Anna", busy_one(busy), Act.CLAIM)
    with busy.work() as work:
        people = [work.session.get_one(Identity, one) for one in busy.people.values()]
        secrets = [secret for one in people for secret in (str(one.id), one.id.hex, one.login, one.display_name)]
    for name in REPORTS:
        for accept in ("application/json", "text/csv"):
            answer = zita.get(f"/api/v1/reports/invoices/{name}", headers={"Accept": accept})
            assert answer.status_code == 200
            assert not [secret for secret in secrets if secret in answer.text], name
            assert not {word for word in ("person", "login", "claimed", "name") if word in answer.text.lower()}, name
    described = zita.get("/api/v1/openapi.json").json()
    assert not list(fields_of_people(described))


def busy_one(town: Town) -> UUID:
    invoice_id = town.invoice("RE-neu")
    town.assign(invoice_id, "Parks", by="Zita")
    return invoice_id


def fields_of_people(described: dict[str, Any]) -> Iterator[str]:
    """Fields of the reports' shapes that could hold somebody."""
    shapes = ("CycleTimeShape", "SkontoFigureShape", "BacklogShape", "RefusalsShape", "RefusedByShape")
    for shape in shapes:
        for field in described["components"]["schemas"][shape]["properties"]:
            if any(word in field.lower() for word in ("person", "login", "by", "name", "claim")):
                yield f"{shape}.{field}"


def test_a_report_is_a_table_for_who_asks_for_one(busy: Town, as_person: As) -> None:
    answer = as_person("Zita").get("/api/v1/reports/invoices/skonto", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    head, row = answer.text.strip().split("\r\n")
    assert head == "unitId;unit;currency;orders;taken;share;won;lost"
    assert row.endswith(";Amt;EUR;6;3;0.5;7.14;7.14")
    assert Decimal(row.rsplit(";", 1)[1]) == Decimal("7.14")


def test_operations_watch_what_waits_and_what_is_not_fetched(busy: Town, app: FastAPI) -> None:
    busy.assign(busy.invoice("RE-offen", skonto=SKONTO), "Parks", by="Zita")
    figures = TestClient(app).get("/metrics").text
    assert 'eakte_invoice_approvals{step="assigned"} 1.0' in figures
    assert "eakte_invoice_approvals_overdue 1.0" in figures
    assert 'eakte_payment_orders{state="open"} 6.0' in figures
    assert not [one for one in busy.people if one in figures]
