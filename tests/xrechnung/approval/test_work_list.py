"""What waits for whom: the most urgent first, page by page, and nothing that is not theirs."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from eakte.access import Confidentiality, Role
from eakte.access.models import Identity
from eakte.access.queries import actor_for
from eakte.access.service import grant_role
from eakte.foundation.cursors import InvalidCursor
from eakte.foundation.work import Actor
from eakte.records.models import Record
from tests.support.approval import Town
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.work_list import WantedWork, work_counts, work_list
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.models import Invoice

SKONTO = {"days": 14, "percent": "2.00", "until": "2026-09-15", "amount": "2.38", "pay": "116.62"}


def waiting(town: Town, person: str, **wanted: object) -> list[str | None]:
    """Numbers of the invoices that wait, read in pages of two."""
    found: list[str | None] = []
    cursor = None
    with town.work(person) as work:
        while True:
            page = work_list(work, WantedWork(**wanted), cursor=cursor, limit=2)  # type: ignore[arg-type]
            found += [approval.invoice.number for approval in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found


def in_parks(town: Town, number: str, **facts: object) -> UUID:
    invoice_id = town.invoice(number, **facts)  # type: ignore[arg-type]
    town.assign(invoice_id, "Parks", by="Zita")
    return invoice_id


def test_what_is_lost_first_comes_first_and_of_the_same_day_the_most(town: Town) -> None:
    later = date(2026, 10, 30)
    in_parks(town, "due late", due_date=later)
    in_parks(town, "due soon", due_date=later - timedelta(20))
    in_parks(town, "little Skonto", due_date=later, skonto=[SKONTO])
    in_parks(town, "much Skonto", due_date=later, skonto=[{**SKONTO, "amount": "23.80"}])
    expected = ["much Skonto", "little Skonto", "due soon", "due late"]
    assert waiting(town, "Anna") == expected
    assert waiting(town, "Anna", unit_id=town.units["Parks"]) == expected
    assert waiting(town, "Zita") == expected


def test_a_unit_sees_its_own_pool_and_central_accounting_what_nobody_has(town: Town) -> None:
    town.person("Schulz", Role.CLERK, unit="Schools")
    in_parks(town, "RE-1")
    town.invoice("RE-2")
    assert waiting(town, "Schulz") == []
    assert waiting(town, "Schulz", unit_id=town.units["Parks"]) == []
    assert waiting(town, "Anna") == ["RE-1"]
    assert waiting(town, "Anna", central=True) == []
    assert waiting(town, "Zita", central=True) == ["RE-2"]


def test_who_may_sign_for_a_unit_sees_what_waits_there(town: Town) -> None:
    town.person("Otto")
    town.may_sign("Otto", SigningAct.ORDER, unit="Parks", limit="100")
    in_parks(town, "RE-1")
    assert waiting(town, "Otto") == ["RE-1"]


def test_a_list_over_several_units_is_one_list(town: Town) -> None:
    with town.work() as work:
        grant_role(work, town.people["Anna"], Role.CLERK, unit_id=town.units["Schools"])
    for number, unit, day in (
        ("RE-1", "Parks", 5),
        ("RE-2", "Schools", 1),
        ("RE-3", "Parks", 9),
        ("RE-4", "Schools", 8),
    ):
        invoice_id = town.invoice(number, due_date=date(2026, 10, 1) + timedelta(day))
        town.assign(invoice_id, unit, by="Zita")
    assert waiting(town, "Anna") == ["RE-2", "RE-1", "RE-4", "RE-3"]


def test_confidential_invoices_show_only_to_those_cleared_for_them(town: Town) -> None:
    town.person("Clara", Role.CLERK, unit="Parks")
    hidden = in_parks(town, "RE-1")
    in_parks(town, "RE-2")
    with town.work() as work:
        document_id = work.session.get_one(Invoice, hidden).document_id
        connection = work.session.connection()
        connection.execute(
            Record.__table__.update()  # type: ignore[attr-defined]
            .where(Record.id == document_id)
            .values(confidentiality=Confidentiality.SECRET)
        )
    assert waiting(town, "Clara") == ["RE-2"]
    with town.work("Clara") as work:
        assert work_counts(work, WantedWork())[Step.ASSIGNED] == 1
    assert waiting(town, "Anna") == ["RE-1", "RE-2"]  # who may sign an invoice has to see it


def test_what_i_claimed_and_what_is_done(town: Town) -> None:
    mine, done = in_parks(town, "RE-1"), in_parks(town, "RE-2")
    in_parks(town, "RE-3")
    town.act("Anna", mine, Act.CLAIM)
    town.act("Zita", done, Act.REJECT, reason="Nicht bestellt")
    assert waiting(town, "Anna", mine=True) == ["RE-1"]
    assert waiting(town, "Bernd", mine=True) == []
    assert sorted(map(str, waiting(town, "Anna"))) == ["RE-1", "RE-3"]
    assert waiting(town, "Anna", step=Step.REJECTED) == []


def test_the_steps_are_counted_for_the_head_of_a_page(town: Town) -> None:
    in_parks(town, "RE-1")
    certified = in_parks(town, "RE-2")
    town.act("Anna", certified, Act.CERTIFY_COMBINED)
    with town.work("Bernd") as work:
        counts = work_counts(work, WantedWork(unit_id=town.units["Parks"]))
    assert {step: count for step, count in counts.items() if count} == {Step.ASSIGNED: 1, Step.CERTIFIED: 1}


def test_a_mark_of_another_list_is_refused(town: Town) -> None:
    with town.work("Anna") as work, pytest.raises(InvalidCursor):
        work_list(work, WantedWork(), cursor="bm9uc2Vuc2U", limit=2)


def test_the_api_says_what_is_lost_when_and_who_has_it(town: Town, client_of: Callable[[Actor], TestClient]) -> None:
    invoice_id = in_parks(town, "RE-1", skonto=[SKONTO])
    town.act("Anna", invoice_id, Act.CLAIM)
    with town.work() as work:
        bernd = actor_for(work.session, work.session.get_one(Identity, town.people["Bernd"]), work.now)
        assert work.session.get_one(Approval, invoice_id).at_stake == Decimal("2.38")
    client = client_of(bernd)
    (item,) = client.get("/api/v1/invoices/work-list", params={"unit": str(town.units["Parks"])}).json()["items"]
    assert (item["urgentOn"], item["atStake"], item["stepWord"]) == ("2026-09-14", "2.38", "zugewiesen")
    assert item["claimedBy"]["name"] == "Anna"
    counts = client.get("/api/v1/invoices/work-list/counts").json()["items"]
    assert {"step": "assigned", "stepWord": "zugewiesen", "count": 1, "more": False} in counts
