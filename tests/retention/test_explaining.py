"""Until when and why, and what is due, as the API says it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eakte.access import Confidentiality, Role
from eakte.foundation import clock
from eakte.foundation.work import Actor, House
from eakte.records.plan_rules import EntryKind
from eakte.records.service.details import set_business_data
from retention.rules.days import read_day
from retention.rules.inheritance import Inheritance
from retention.service.assigning import Place, assign_rule
from retention.service.holding import set_hold
from tests.support.factories import AsActor, a_case, a_document, a_dossier, a_unit, an_entry
from tests.support.retention import a_rule, close

TODAY = clock.legal_day(clock.now())


def answer(client: TestClient, path: str, **params: Any) -> Any:
    response = client.get(f"/api/v1/retention/{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def days_ago(count: int) -> str:
    return f"{TODAY - timedelta(days=count)} 12:00"


# --- why ----------------------------------------------------------------------------------------------------


def test_every_rule_that_was_looked_at_is_told_and_one_governs(house: House, client: TestClient) -> None:
    with house.begin() as work:
        group = an_entry(work, kind=EntryKind.MAIN_GROUP, retention_years=30)
        entry = an_entry(work, parent=group)
        rules = {
            "kurz": a_rule(work, name="Kurz", years=2),
            "lang": a_rule(work, name="Lang", years=4, source="§ 4"),
            "alt": a_rule(work, name="Alt", years=9, valid_until=date(2020, 1, 1)),
        }
        for one in rules.values():
            assign_rule(work, one.id, Place(entry.id), inheritance=Inheritance.REPLACES)
        dossier = a_dossier(work, entry=entry)
        close(work, dossier, "2024-02-29 12:00")
        codes = entry.code, group.code
    found = answer(client, f"records/{dossier.id}")
    assert [(one["place"], one["name"], one["standing"], one["governs"], one["lastDay"]) for one in found["rules"]] == [
        (codes[0], "Kurz", "in_force", False, "2026-02-28"),
        (codes[0], "Lang", "in_force", True, "2028-02-29"),
        (codes[0], "Alt", "not_valid", False, None),
        (codes[1], "Frist des Aktenplans", "replaced", False, None),
    ]
    assert found["sentence"] == "Aufzubewahren bis 29.02.2028: Es gilt „Lang“ (§ 4), gerechnet ab 29.02.2024."
    assert found["period"]["lastDay"] == found["now"]["lastDay"] == "2028-02-29"


def test_what_is_missing_and_what_is_unreadable_is_told(house: House, client: TestClient) -> None:
    with house.begin() as work:
        entry = an_entry(work)
        rule = a_rule(work, event="business_data", event_key="contract_ends", name="Vertrag", source="§ 7")
        assign_rule(work, rule.id, Place(entry.id), inheritance=Inheritance.REPLACES)
        dossier = a_dossier(work, entry=entry)
        set_business_data(work, dossier.id, {"contract_ends": "Ende 2027"}, revision=None)
        close(work, dossier)
    found = answer(client, f"records/{dossier.id}")
    assert found["period"]["missingKey"] == "contract_ends"
    assert found["unreadable"] == [{"name": "contract_ends", "value": "Ende 2027"}]
    assert "Für „Vertrag“ (§ 7) fehlt das Datum „Ende des Vertrags“." in found["sentence"]


def test_of_an_open_record_is_told_what_would_be(house: House, client: TestClient) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry(work, retention_years=1))
    found = answer(client, f"records/{dossier.id}")
    assert found["period"] is None
    assert found["now"]["eventDay"] == str(TODAY)
    assert [one["code"] for one in found["obstacles"]] == ["open", "not-due"]


def test_a_document_has_no_period_of_its_own(house: House, client: TestClient) -> None:
    with house.begin() as work:
        document = a_document(work)
    response = client.get(f"/api/v1/retention/records/{document.id}")
    assert (response.status_code, response.json()["code"]) == (422, "not-kept-by-itself")


def test_an_exception_is_made_with_a_reason_and_taken_back(house: House, client: TestClient) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry(work, retention_years=10))
        close(work, dossier, "2026-01-01 12:00")
        rule = a_rule(work, years=30)
    body = {"ruleId": str(rule.id), "recordId": str(dossier.id)}
    refused = client.post("/api/v1/retention/assignments", json=body)
    assert refused.json()["code"] == "reason-missing"
    assigned = client.post("/api/v1/retention/assignments", json={**body, "reason": "Musterprozess"}).json()
    found = answer(client, f"records/{dossier.id}")
    assert found["period"]["lastDay"] == "2056-01-01"
    assert [one["reason"] for one in found["exceptions"]] == ["Musterprozess"]
    path = f"/api/v1/retention/assignments/{assigned['id']}"
    assert client.delete(path).json()["code"] == "reason-missing"
    assert client.delete(path, params={"reason": "Prozess beendet"}).status_code == 204
    assert answer(client, f"records/{dossier.id}")["period"]["lastDay"] == "2036-01-01"


def test_a_rule_hangs_at_one_place_and_a_date_holds_for_one(house: House, client: TestClient) -> None:
    with house.begin() as work:
        dossier, rule = a_dossier(work), a_rule(work)
    nowhere = client.post("/api/v1/retention/assignments", json={"ruleId": str(rule.id)})
    assert nowhere.json()["code"] == "assignment-place-invalid"
    body = {"key": "exit", "day": "2026-05-01", "source": "Kündigung"}
    both = client.post("/api/v1/retention/dates", json={**body, "fiscalYear": 2025, "recordId": str(dossier.id)})
    assert both.json()["code"] == "date-place-invalid"
    absurd = client.post("/api/v1/retention/dates", json={**body, "fiscalYear": 2025, "day": "9999-12-31"})
    assert absurd.json()["code"] == "date-implausible"


def test_a_date_is_entered_once_and_corrected_by_who_saw_it(client: TestClient) -> None:
    body = {"key": "adopted", "day": "2026-05-01", "source": "Ratsbeschluss", "fiscalYear": 2025}
    entered = client.post("/api/v1/retention/dates", json=body)
    assert entered.status_code == 201
    assert client.post("/api/v1/retention/dates", json=body).json()["code"] == "date-already-entered"
    path = f"/api/v1/retention/dates/{entered.json()['id']}"
    patch = {"day": "2026-05-02", "source": "Berichtigung"}
    assert client.patch(path, json=patch).status_code == 428
    assert client.patch(path, json=patch, headers={"If-Match": '"7"'}).status_code == 412
    changed = client.patch(path, json=patch, headers={"If-Match": entered.headers["ETag"]})
    assert changed.json()["day"] == "2026-05-02"
    assert client.delete(path, headers={"If-Match": changed.headers["ETag"]}).status_code == 204


def test_who_waits_for_a_date_is_counted(house: House, client: TestClient) -> None:
    with house.begin() as work:
        entry = an_entry(work)
        rule = a_rule(work, event="entered", event_key="adopted")
        assign_rule(work, rule.id, Place(entry.id), inheritance=Inheritance.REPLACES)
        for _ in range(2):
            close(work, a_dossier(work, entry=entry))
    assert answer(client, "awaited-dates") == [{"key": "adopted", "records": 2}]


# --- what is due --------------------------------------------------------------------------------------------


def test_what_is_due_comes_oldest_first_with_what_hinders_it(house: House, client: TestClient) -> None:
    with house.begin() as work:
        entry = an_entry(work, retention_years=0)
        old, young, waiting = (a_dossier(work, entry=entry) for _ in range(3))
        case = a_case(work, dossier=waiting)
        rule = a_rule(work, years=99)
        assign_rule(work, rule.id, Place(record_id=case.id), inheritance=Inheritance.REPLACES, reason="Prozess")
        close(work, case, days_ago(9))
        for record, days in ((young, 5), (old, 9), (waiting, 1), (a_dossier(work, entry=entry), 0)):
            close(work, record, days_ago(days))
        set_hold(work, reason="Klage", record_ids=[young.id], scope=None)
    found = answer(client, "due")["items"]
    assert [(one["recordId"], [each["code"] for each in one["obstacles"]]) for one in found] == [
        (str(old.id), []),
        (str(young.id), ["held"]),
        (str(waiting.id), ["case-stays"]),
    ]


def test_pages_of_what_is_due_miss_and_repeat_nothing(house: House, client: TestClient) -> None:
    with house.begin() as work:
        entry = an_entry(work, retention_years=0)
        dossiers = {str(a_dossier(work, entry=entry).id) for _ in range(5)}
        for dossier in work.session.identity_map.values():
            if str(getattr(dossier, "id", "")) in dossiers and hasattr(dossier, "entry_id"):
                close(work, dossier, days_ago(3))
    seen: list[str] = []
    cursor = None
    while True:
        page = answer(client, "due", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [one["recordId"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert (len(seen), set(seen)) == (5, dossiers)


def test_what_is_due_is_narrowed_by_place_day_and_code(house: House, client: TestClient) -> None:
    with house.begin() as work:
        group = an_entry(work, kind=EntryKind.MAIN_GROUP, retention_years=0)
        unit = a_unit(work)
        here = a_dossier(work, entry=an_entry(work, parent=group, disposal="A"), unit=unit)
        other = a_dossier(work, entry=an_entry(work, retention_years=0, disposal="V"))
        for one in (here, other):
            close(work, one, days_ago(3))

    def ids(**params: Any) -> list[str]:
        return [one["recordId"] for one in answer(client, "due", **params)["items"]]

    assert ids(entryId=str(group.id)) == ids(unitId=str(unit.id)) == ids(disposal="A") == [str(here.id)]
    assert ids(by=str(TODAY - timedelta(days=3))) == []
    assert len(ids(by=str(TODAY - timedelta(days=2)))) == 2


def test_nobody_is_told_of_what_they_may_not_dispose_of(
    house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    with house.begin() as work:
        entry, unit = an_entry(work, retention_years=0), a_unit(work)
        mine = a_dossier(work, entry=entry, unit=unit)
        secret = a_dossier(work, entry=entry, unit=unit, confidentiality=Confidentiality.SECRET)
        for one in (mine, secret, a_dossier(work, entry=entry)):
            close(work, one, days_ago(3))
    client = client_of(as_actor(Role.RECORDS_MANAGER, unit=unit))
    assert [one["recordId"] for one in answer(client, "due")["items"]] == [str(mine.id)]


# --- days as people write them --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        (" 1.3.2026 ", date(2026, 3, 1)),
        ("01.03.2026", date(2026, 3, 1)),
        ("1. März 2026", date(2026, 3, 1)),
        ("1. Sept. 2026", date(2026, 9, 1)),
        ("29.02.2024", date(2024, 2, 29)),
        ("2026-06-30T22:30:00Z", date(2026, 7, 1)),
        ("2026-06-30T22:30:00+02:00", date(2026, 6, 30)),
        ("2026-06-30T23:59:59", date(2026, 6, 30)),
        ("29.02.2026", None),
        ("1.3.26", None),
        ("03/01/2026", None),
        ("1. Ju 2026", None),
        ("2026-13-01", None),
        ("31.12.9999", None),
        ("0001-01-01", None),
        ("20260301", None),
        ("", None),
    ],
)
def test_days_are_read_as_they_are_written_or_not_at_all(text: str, day: date | None) -> None:
    assert read_day(text) == day
