"""The way of an invoice at the browser: whoever has to do something sees what, and needs few clicks for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.access.models import Identity
from eakte.access.service import change_identity
from eakte.foundation.settings import SmtpSettings
from eakte.foundation.work import House
from tests.support.approval import Town
from tests.support.factories import a_token
from tests.web.conftest import Page, Visitor
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.acting import perform

EVIL = "<script>alert(1)</script>{{7*7}}"
As = Callable[[str], Visitor]


@pytest.fixture
def town(house: House) -> Town:
    """Central accounting (Zita), a parks department with a clerk (Anna) and a head who orders (Bernd)."""
    town = Town(house)
    town.unit("Parks")
    town.unit("Schools")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    town.person("Anna", Role.CLERK, unit="Parks")
    town.person("Bernd", Role.HEAD, unit="Parks")
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC, unit="Parks", limit="10000")
    town.may_sign("Bernd", SigningAct.ORDER, unit="Parks", limit="10000")
    return town


@pytest.fixture
def at_browser(app: FastAPI, town: Town) -> As:
    """A browser in which somebody of the town is logged in."""

    def at_browser(name: str) -> Visitor:
        visitor = Visitor(TestClient(app))
        visitor.client.cookies.set("eakte", a_token(town.house, town.people[name]))
        return visitor

    return at_browser


def page_of(invoice_id: UUID) -> str:
    return f"/rechnungen/{invoice_id}"


def do(visitor: Visitor, invoice_id: UUID, act: str, **fields: str) -> Page:
    """One click on the page of an invoice."""
    visitor.open(page_of(invoice_id))
    return visitor.send(f"{page_of(invoice_id)}/schritt", {"act": act, **fields})


def buttons(page: Page) -> list[str]:
    return [button.get("value") for button in page.all("//*[@id='rechnungslauf']//button[@name='act']")]


def test_an_invoice_is_approved_with_a_click_or_two_for_each(town: Town, at_browser: As) -> None:
    invoice_id = town.invoice()
    zita, anna, bernd = at_browser("Zita"), at_browser("Anna"), at_browser("Bernd")
    page = do(zita, invoice_id, "assign", unit=str(town.units["Parks"]))
    assert "zugewiesen" in page.words("//*[@id='rechnungslauf']")
    anna.open(f"{page_of(invoice_id)}/kontierung")
    lines = {"product-1": "55101", "ledger_account-1": "5241", "percent-1": "100", "takes_skonto": "true"}
    page = anna.send(f"{page_of(invoice_id)}/kontierung", {"action": "save", **lines})
    assert (page.status, "119,00" in page.words("//*[@id='rechnungslauf']//table")) == (200, True)
    page = do(anna, invoice_id, "certify_combined")
    assert "sachlich und rechnerisch richtig seit" in page.words()
    assert bernd.open(page_of(invoice_id)).words("//button[contains(@class, 'main')]") == "Zahlung anordnen"
    page = do(bernd, invoice_id, "order")
    assert "AO-2026-000001: 119,00 EUR" in page.words()
    assert town.approval(invoice_id).step is Step.ORDERED


def test_the_page_says_why_something_is_not_possible_and_who_could(town: Town, at_browser: As) -> None:
    invoice_id = town.invoice(gross="10000.01")
    town.person("Carla", Role.HEAD, unit="Parks")
    town.may_sign("Carla", SigningAct.ORDER)
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC)
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    page = at_browser("Bernd").open(page_of(invoice_id))
    assert "order" not in buttons(page)
    assert "liegt keine gültige Befugnis vor. Unterschreiben dürfte: Carla." in page.words()


def test_an_act_without_its_reason_comes_back_with_what_is_missing(town: Town, at_browser: As) -> None:
    page = do(at_browser("Zita"), town.invoice(), "reject")
    assert (page.status, "Hierfür ist ein Grund anzugeben." in page.words("//*[@role='alert']")) == (422, True)


def test_a_refusal_is_mailed_to_the_address_the_invoice_names_or_another_one(town: Town, at_browser: As) -> None:
    invoice_id, zita = town.invoice(seller_email="rechnung@gruenau.example"), at_browser("Zita")
    assert not zita.open(page_of(invoice_id)).all("//input[@name='mail_to']")
    smtp = SmtpSettings(host="mail.stadt.example")
    zita.client.app.state.house = replace(  # type: ignore[attr-defined]
        town.house, settings=town.house.settings.model_copy(update={"smtp": smtp})
    )
    assert zita.open(page_of(invoice_id)).all("//input[@name='mail_to']/@value") == ["rechnung@gruenau.example"]
    page = do(zita, invoice_id, "reject", reason="Der Bestellschein fehlt.", mail_to="a@b.example, c@d.example")
    assert (page.status, "Das ist keine E-Mail-Adresse." in page.words("//*[@role='alert']")) == (422, True)
    page = do(zita, invoice_id, "reject", reason="Der Bestellschein fehlt.", mail_to="buchhaltung@gruenau.example")
    assert "Schreiben an den Lieferanten an buchhaltung@gruenau.example: wartet auf den Mailserver" in page.words()


def test_the_page_of_a_filed_invoice_says_why_its_case_is_still_open(town: Town, at_browser: As) -> None:
    invoice_id = town.invoice(opened_case=True)
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    town.act("Bernd", invoice_id, Act.ORDER)
    with town.work() as work:
        approval = get_approval(work, invoice_id, lock=True)
        for act in (Act.HAND_OVER, Act.ACKNOWLEDGE_BOOKED, Act.FILE):
            perform(work, approval, act, by_house=True)
    page = at_browser("Zita").open(page_of(invoice_id))
    said = page.words("//dt[.='Vorgang noch offen']/following-sibling::dd")
    assert said == "Die Datei „brief.pdf“ ist im Eingang noch nicht abgelegt."


def test_who_decides_on_an_old_state_is_told(town: Town, at_browser: As) -> None:
    invoice_id, zita = town.invoice(), at_browser("Zita")
    zita.open(page_of(invoice_id))
    town.assign(invoice_id, "Parks", by="Zita")
    page = zita.send(f"{page_of(invoice_id)}/schritt", {"act": "cancel", "reason": "Irrläufer"})
    assert (page.status, "Jemand anderes war schneller" in page.words("//*[@role='alert']")) == (409, True)


def test_a_unit_reads_its_invoice_although_it_sees_nothing_else_of_the_dossier(town: Town, at_browser: As) -> None:
    invoice_id, anna = town.invoice(), at_browser("Anna")
    assert anna.open(page_of(invoice_id)).status == 404
    town.assign(invoice_id, "Parks", by="Zita")
    page = anna.open(page_of(invoice_id))
    assert (page.status, "in einem Bereich, den Sie sonst nicht sehen" in page.words()) == (200, True)
    assert not [link for link in page.links() if link.startswith(("/akten", "/vorgaenge", "/dokumente"))]
    assert anna.open(f"{page_of(invoice_id)}/dateien/original").status == 200


def test_a_duplicate_is_named_by_the_number_people_know(town: Town, at_browser: As) -> None:
    first, second, zita = town.invoice("RE-77"), town.invoice("RE-77"), at_browser("Zita")
    page = do(zita, second, "mark_duplicate", original="RE-78", reason="kam schon im Juli")
    assert (page.status, "Diese Nummer hat keine andere Rechnung." in page.words()) == (422, True)
    do(zita, second, "mark_duplicate", original="RE-77", reason="kam schon im Juli")
    assert (town.approval(first).step, town.approval(second).step) == (Step.CHECKED, Step.DUPLICATE)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"product-1": "55101"}, "Zeile 1: Produkt und Sachkonto sind nötig."),
        ({"product-1": "55101", "ledger_account-1": "5241", "amount-1": "12.3"}, "ist keine Zahl wie 1.234,50"),
        ({"product-1": "55101", "ledger_account-1": "5241", "percent-1": "90"}, "ergeben zusammen nicht 100 %"),
    ],
)
def test_account_lines_that_do_not_add_up_come_back_as_they_were_written(
    town: Town, at_browser: As, row: dict[str, str], said: str
) -> None:
    invoice_id, zita = town.invoice(), at_browser("Zita")
    zita.open(f"{page_of(invoice_id)}/kontierung")
    page = zita.send(f"{page_of(invoice_id)}/kontierung", {"action": "save", **row})
    assert (page.status, said in page.words("//*[@role='alert']")) == (422, True)
    assert page.all("//*[@id='product-1']")[0].get("value") == "55101"


def test_what_the_supplier_was_booked_to_before_is_proposed(town: Town, at_browser: As) -> None:
    former = town.invoice("RE-1")
    town.assign(former, "Parks", by="Zita")
    town.account("Anna", former)
    town.act("Anna", former, Act.CERTIFY_COMBINED)
    town.act("Bernd", former, Act.ORDER)
    invoice_id, zita = town.invoice("RE-2", gross="500.00"), at_browser("Zita")
    page = zita.open(f"{page_of(invoice_id)}/kontierung")
    (link,) = [link for link in page.links() if "vorschlag" in link]
    page = zita.open(link)
    values = {field.get("id"): field.get("value") for field in page.all("//input[@id]")}
    assert (values["product-1"], values["ledger_account-1"], values["percent-1"]) == ("55101", "5241", "100,00")
    filled = {name: value for name, value in values.items() if value and name[-1] == "1"}
    assert "gespeichert" in zita.send(f"{page_of(invoice_id)}/kontierung", {"action": "save", **filled}).words()


def test_tax_that_is_treated_apart_takes_its_rate(town: Town, at_browser: As) -> None:
    invoice_id, zita = town.invoice(), at_browser("Zita")
    row = {"product-1": "55101", "ledger_account-1": "5241", "percent-1": "100", "tax-1": "reverse_charge"}
    zita.open(f"{page_of(invoice_id)}/kontierung")
    page = zita.send(f"{page_of(invoice_id)}/kontierung", {"action": "save", **row})
    assert (page.status, "ist der Steuersatz anzugeben" in page.words()) == (422, True)
    page = zita.send(f"{page_of(invoice_id)}/kontierung", {"action": "save", **row, "tax_rate-1": "19"})
    assert page.status == 200
    page = zita.open(f"{page_of(invoice_id)}/kontierung")
    assert page.all("//*[@id='tax_rate-1']")[0].get("value") == "19"


def test_a_split_over_many_accounts_gets_as_many_rows_as_it_needs(town: Town, at_browser: As) -> None:
    invoice_id, zita = town.invoice(), at_browser("Zita")
    zita.open(f"{page_of(invoice_id)}/kontierung")
    row = {"product-1": "55101", "ledger_account-1": "5241", "amount-1": "1.000,00"}
    page = zita.send(f"{page_of(invoice_id)}/kontierung", {"action": "more", **row})
    assert len(page.all("//tbody/tr")) > 5
    assert page.all("//*[@id='amount-1']")[0].get("value") == "1.000,00"


def test_what_waits_is_listed_by_what_is_lost_next_and_taken_with_one_click(town: Town, at_browser: As) -> None:
    late = town.invoice("RE-SPÄT", due_date=date(2026, 12, 1))
    soon = town.invoice("RE-BALD", due_date=date(2026, 9, 20))
    elsewhere = town.invoice("RE-FREMD")
    for invoice_id, unit in ((late, "Parks"), (soon, "Parks"), (elsewhere, "Schools")):
        town.assign(invoice_id, unit, by="Zita")
    anna = at_browser("Anna")
    page = anna.open("/rechnungen/meine")
    assert [link.text for link in page.all("//tbody//a")] == ["RE-BALD", "RE-SPÄT"]
    page = anna.send(f"{page_of(soon)}/schritt", {"act": "claim", "revision": str(town.approval(soon).revision)})
    assert (page.status, town.approval(soon).claimed_by) == (200, town.people["Anna"])
    page = anna.open("/rechnungen/meine?uebernommen=true")
    assert [link.text for link in page.all("//tbody//a")] == ["RE-BALD"]
    assert "Hier wartet nichts." in at_browser("Bernd").open("/rechnungen/meine?uebernommen=true").words()


def test_an_invoice_handed_to_others_leads_back_to_the_work_list(town: Town, at_browser: As) -> None:
    town.person("Sven", Role.ACCOUNTING, unit="Parks")
    invoice_id = town.invoice()
    town.assign(invoice_id, "Parks", by="Zita")
    page = do(at_browser("Sven"), invoice_id, "assign", unit=str(town.units["Schools"]))
    assert (page.path.partition("?")[0], "liegt jetzt bei einer anderen Stelle" in page.words()) == (
        "/rechnungen/meine",
        True,
    )


def test_who_assigns_by_hand_can_let_the_house_remember_it(town: Town, at_browser: As) -> None:
    invoice_id, zita = town.invoice(), at_browser("Zita")
    page = do(zita, invoice_id, "assign", unit=str(town.units["Parks"]))
    offered = [button.get("value") for button in page.all("//button[@name='criterion']")]
    assert "leitweg_id" in offered
    page = zita.send(f"{page_of(invoice_id)}/merken", {"criterion": "leitweg_id"})
    assert "werden künftig von selbst zugewiesen" in page.words()
    assert zita.send(f"{page_of(invoice_id)}/merken", {"criterion": "leitweg_id"}).status == 409
    assert not at_browser("Anna").open(page_of(invoice_id)).all("//button[@name='criterion']")


def test_signing_rights_are_granted_and_taken_back_at_the_browser(town: Town, at_browser: As) -> None:
    town.person("Ada", Role.ADMINISTRATOR, everywhere=True)
    with town.work() as work:
        login = work.session.get_one(Identity, town.people["Anna"]).login
    ada, anna = at_browser("Ada"), at_browser("Anna")
    fields = {"person": login, "act": "certify_technical", "limit": "1.500,00", "valid_from": "2026-01-01"}
    ada.open("/rechnungen/befugnisse")
    page = ada.send("/rechnungen/befugnisse", {**fields, "limit": "viel"})
    assert (page.status, "ist keine Zahl" in page.words("//*[@id='limit-fehler']")) == (422, True)
    page = ada.send("/rechnungen/befugnisse", {**fields, "person": "niemand"})
    assert (page.status, "gibt es nicht" in page.words("//*[@id='person-fehler']")) == (422, True)
    assert "Die Befugnis ist erteilt." in ada.send("/rechnungen/befugnisse", fields).words()
    page = anna.open("/rechnungen/befugnisse")
    assert "fachtechnisch feststellen alle Stellen 1.500,00 EUR" in page.words("//table")
    assert not page.all("//main//form")
    revoke = next(form.get("action") for form in reversed(ada.open("/rechnungen/befugnisse").all("//td//form")))
    assert "Die Befugnis ist entzogen." in ada.send(revoke).words()
    assert "entzogen am" in anna.open("/rechnungen/befugnisse").words("//table")


def test_whoever_goes_on_holiday_names_a_deputy(town: Town, at_browser: As) -> None:
    town.person("Arno", Role.CLERK, unit="Parks")
    anna = at_browser("Anna")
    page = anna.open("/abwesenheit")
    assert "Arno" in page.words("//select")
    fields = {"deputy_id": str(town.people["Arno"]), "valid_from": "2099-08-01", "valid_until": "2099-08-14"}
    assert anna.send("/abwesenheit", {**fields, "deputy_id": ""}).status == 422
    assert anna.send("/abwesenheit", {**fields, "valid_until": "2099-07-01"}).status == 422
    page = anna.send("/abwesenheit", fields)
    assert "Anna 01.08.2099 14.08.2099 Arno" in page.words("//tbody")
    arno = at_browser("Arno").open("/abwesenheit")
    assert ("Anna" in arno.words("//tbody"), arno.all("//td//form")) == (True, [])
    (form,) = page.all("//td//form")
    assert "Keine." in anna.send(form.get("action")).words()


def test_nothing_a_supplier_or_a_colleague_wrote_runs_and_everybody_can_use_the_page(
    town: Town, at_browser: As
) -> None:
    invoice_id, zita = town.invoice(EVIL, seller_name=EVIL, ibans=[EVIL, "DE02120300000000202051"]), at_browser("Zita")
    do(zita, invoice_id, "hold", reason=EVIL)
    do(zita, invoice_id, "resume")
    town.person("Ada", *Role, everywhere=True)
    town.may_sign("Zita", SigningAct.ORDER, budgets=[EVIL])
    with town.work() as work:
        change_identity(work, town.people["Anna"], display_name=EVIL, revision=None)
    for path in (
        page_of(invoice_id),
        f"{page_of(invoice_id)}/kontierung",
        "/rechnungen/meine",
        "/rechnungen/befugnisse",
        "/abwesenheit",
    ):
        page = at_browser("Ada").open(path)
        assert page.status == 200
        assert EVIL in page.words("//body")
        assert not page.all("//script")
        names = page.all("//@id")
        assert len(names) == len(set(names))
        for field in page.all("//input[not(@type='hidden')] | //select | //textarea"):
            assert page.all(f"//label[@for='{field.get('id')}']"), field.get("name")
        levels = [int(heading.tag[1]) for heading in page.all("//main//*[self::h1 or self::h2 or self::h3]")]
        assert all(below - above <= 1 for above, below in pairwise(levels))
