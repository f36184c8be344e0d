"""Until when and why something is kept, at the browser."""

import pytest

from eakte.access import Role
from eakte.foundation.work import House
from eakte.records.models import Dossier
from retention.rules.inheritance import Inheritance
from retention.rules.periods import Event, Rounding
from retention.service.assigning import Place, assign_rule
from tests.support.factories import a_dossier, an_entry
from tests.support.retention import a_rule, close
from tests.web.conftest import Visit


def test_a_closed_dossier_says_until_when_it_is_kept_and_why(visit: Visit, house: House) -> None:
    with house.begin() as work:
        entry = an_entry(work, retention_years=10)
        dossier, still_open = a_dossier(work, entry=entry), a_dossier(work, entry=entry)
        close(work, dossier, "2026-03-05 10:00")
    visitor = visit()
    assert "Aufzubewahren bis 05.03.2036: Es gilt" in visitor.open(f"/akten/{dossier.id}").words()
    assert "Aufbewahr" not in visitor.open(f"/akten/{still_open.id}").words()


@pytest.fixture
def voucher(house: House) -> Dossier:
    """Closed, and kept six years from the adoption of an annual statement that nobody has entered yet."""
    with house.begin() as work:
        entry = an_entry(work, retention_years=1)
        rule = a_rule(
            work,
            name="Belege",
            source="§ 59 KomHVO NRW",
            years=6,
            event=Event.ENTERED,
            event_key="annual_statement_adopted",
            rounding=Rounding.FROM_NEXT_YEAR,
        )
        assign_rule(work, rule.id, Place(entry_id=entry.id), inheritance=Inheritance.REPLACES, reason=None)
        dossier = a_dossier(work, entry=entry)
        close(work, dossier, "2026-03-05 10:00")
    return dossier


def test_a_late_date_is_entered_at_the_record_and_ends_its_waiting(visit: Visit, voucher: Dossier) -> None:
    visitor = visit()
    path = f"/aufbewahrung/schriftgut/{voucher.id}"
    assert path in visitor.open(f"/akten/{voucher.id}").links()
    page = visitor.open(path)
    assert "fehlt das Datum „Feststellung des Jahresabschlusses“" in page.words()
    assert "6 Jahre ab Feststellung des Jahresabschlusses, gerechnet vom 1. Januar danach" in page.words()
    assert "ersetzt durch Näheres" in page.words(), "what the plan says itself"
    date = {"key": "annual_statement_adopted", "day": "2027-06-30"}
    refused = visitor.send(f"{path}/daten", date)
    assert refused.status == 422
    assert refused.all("//input[@name='day']/@value") == ["2027-06-30"]
    done = visitor.send(f"{path}/daten", {**date, "source": "Ratsbeschluss vom 30.06.2027"})
    assert "Aufzubewahren bis 31.12.2033" in done.words()
    assert "Ratsbeschluss vom 30.06.2027" in done.words() and "maßgeblich" in done.words()


def test_a_date_of_a_fiscal_year_is_entered_by_who_manages_retention(visit: Visit, voucher: Dossier) -> None:
    visitor = visit()
    waiting = visitor.open("/aufbewahrung/daten").words()
    assert "Feststellung des Jahresabschlusses" in waiting and "1 geschlossene" in waiting
    date = {"key": "annual_statement_adopted", "fiscal_year": "2025", "day": "2026-09-30", "source": "Ratsbeschluss"}
    done = visitor.send("/aufbewahrung/daten", date)
    assert "2025" in done.words("//table") and "30.09.2026" in done.words("//table")
    assert visitor.send("/aufbewahrung/daten", date).status == 409


def test_the_rules_of_an_entry_name_where_they_come_from(visit: Visit, voucher: Dossier) -> None:
    visitor = visit()
    entry = voucher.entry
    assert f"/aufbewahrung/eintrag/{entry.id}" in visitor.open(f"/aktenplan/{entry.id}").links()
    shown = visitor.open(f"/aufbewahrung/eintrag/{entry.id}").words("//table")
    assert "Belege" in shown and "§ 59 KomHVO NRW" in shown and "gilt" in shown
    assert "Frist des Aktenplans" in shown and "ersetzt durch Näheres" in shown
    rules = visitor.open("/aufbewahrung")
    assert entry.code in rules.words("//table") and f"/aufbewahrung/eintrag/{entry.id}" in rules.links()


def test_a_clerk_reads_why_and_enters_nothing(visit: Visit, voucher: Dossier) -> None:
    clerk = visit(Role.CLERK)
    assert clerk.open("/aufbewahrung").status == 200
    assert "/aufbewahrung/daten" not in clerk.open("/aufbewahrung").links()
    assert clerk.open("/aufbewahrung/daten").status == 403
    path = f"/aufbewahrung/schriftgut/{voucher.id}"
    page = clerk.open(path)
    assert page.status == 200 and "Datum eintragen" not in page.words()
    date = {"key": "annual_statement_adopted", "day": "2027-06-30", "source": "Ratsbeschluss"}
    assert clerk.send(f"{path}/daten", date).status == 403
