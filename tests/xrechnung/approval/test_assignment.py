"""Invoices find their unit by themselves, and people teach the house where they belong."""

from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest

from eakte.access import Role
from eakte.access.errors import ActionForbidden
from eakte.foundation.work import House
from tests.support.approval import Town
from tests.support.city import a_city
from tests.support.invoices import a_ubl_invoice
from xrechnung.approval.errors import (
    AssignmentRuleExists,
    AssignmentRuleInvalid,
    ClaimedByNobody,
    ClaimedBySomebodyElse,
)
from xrechnung.approval.messages import AssignInvoice
from xrechnung.approval.queries.flow import acts_of
from xrechnung.approval.rules.assignment import NO_RULE, SUSPECTED_TWIN, Criterion
from xrechnung.approval.rules.workflow import Act, InvoiceClass, Step
from xrechnung.approval.service.assignment import WantedRule, make_rule, remember_rule, remove_rule
from xrechnung.approval.tasks import assign_invoice


def rule(town: Town, criterion: Criterion, pattern: str, unit: str, by: str = "Zita", **more: Any) -> UUID:
    with town.work(by) as work:
        return make_rule(work, WantedRule(criterion, pattern, town.units[unit], **more)).id


def run(town: Town, invoice_id: UUID) -> None:
    assign_invoice(AssignInvoice(invoice_id=invoice_id), lambda: town.work())


def test_an_invoice_in_order_goes_to_the_unit_its_leitweg_id_names(town: Town) -> None:
    rule(town, Criterion.LEITWEG_ID, "04011000-1234512345", "Parks", kind=InvoiceClass.CONTRACT)
    invoice_id = town.invoice()
    run(town, invoice_id)
    approval = town.approval(invoice_id)
    assert (approval.step, approval.unit_id, approval.kind) == (
        Step.ASSIGNED,
        town.units["Parks"],
        InvoiceClass.CONTRACT,
    )
    assert "Leitweg-ID 04011000-1234512345-06" in (approval.assigned_because or "")


def test_assigning_again_changes_nothing_and_takes_nothing_from_people(town: Town) -> None:
    rule(town, Criterion.SUPPLIER, "DE123456788", "Parks")
    invoice_id = town.invoice()
    run(town, invoice_id)
    town.act("Anna", invoice_id, Act.RETURN, reason="Nicht unsere Rechnung")
    run(town, invoice_id)
    assert town.approval(invoice_id).step is Step.CHECKED
    with town.work() as work:
        assert [act.act for act in acts_of(work.session, invoice_id)] == [Act.CHECK, Act.ASSIGN, Act.RETURN]


def test_what_no_rule_knows_stays_with_central_accounting_which_is_told_why(town: Town) -> None:
    invoice_id = town.invoice()
    run(town, invoice_id)
    approval = town.approval(invoice_id)
    assert (approval.step, approval.unit_id, approval.assigned_because) == (Step.CHECKED, None, NO_RULE)


def test_a_suspected_twin_waits_for_a_person(town: Town) -> None:
    rule(town, Criterion.SUPPLIER, "DE123456788", "Parks")
    invoice_id = town.invoice(twins=1)
    run(town, invoice_id)
    approval = town.approval(invoice_id)
    assert (approval.step, approval.assigned_because) == (Step.CHECKED, SUSPECTED_TWIN)


def test_words_in_the_lines_of_an_invoice_name_its_unit(house: House) -> None:
    city = a_city(house)
    rule(city, Criterion.TEXT, "Rasen mähen", "Schools", position=1)
    mown = city.receive(a_ubl_invoice(item="Rasen  mähen, Schulhof"))
    planted = city.receive(a_ubl_invoice(number="RE-2", item="Rosen pflanzen"))
    assert city.approval(mown).unit_id == city.units["Schools"]
    assert city.approval(planted).unit_id == city.units["Parks"]


def test_a_rule_holds_for_its_time(town: Town) -> None:
    rule(town, Criterion.SUPPLIER, "DE123456788", "Parks", valid_until=town.now.date().replace(day=1))
    invoice_id = town.invoice()
    run(town, invoice_id)
    assert town.approval(invoice_id).unit_id is None


def test_who_assigned_by_hand_may_have_it_remembered(town: Town) -> None:
    first = town.invoice("RE-1")
    town.assign(first, "Parks", by="Zita")
    with town.work("Zita") as work:
        remember_rule(work, first, Criterion.SUPPLIER)
        with pytest.raises(AssignmentRuleExists):
            remember_rule(work, first, Criterion.SUPPLIER)
        with pytest.raises(AssignmentRuleInvalid):
            remember_rule(work, first, Criterion.CONTRACT)
    second = town.invoice("RE-2")
    run(town, second)
    assert town.approval(second).unit_id == town.units["Parks"]


def test_only_central_accounting_makes_rules_and_takes_them_back(town: Town) -> None:
    rule_id = rule(town, Criterion.SUPPLIER, "DE123456788", "Parks")
    with town.work("Anna") as work, pytest.raises(ActionForbidden):
        remove_rule(work, rule_id)
    with pytest.raises(ActionForbidden):
        rule(town, Criterion.SUPPLIER, "DE999999999", "Parks", by="Bernd")
    with town.work("Zita") as work:
        remove_rule(work, rule_id)
    invoice_id = town.invoice()
    run(town, invoice_id)
    assert town.approval(invoice_id).unit_id is None


def test_what_was_handed_back_may_be_claimed_by_another(town: Town) -> None:
    town.person("Clara", Role.CLERK, unit="Parks")
    invoice_id = town.invoice()
    town.assign(invoice_id, "Parks", by="Zita")
    town.act("Anna", invoice_id, Act.CLAIM)
    with pytest.raises(ClaimedBySomebodyElse):
        town.act("Clara", invoice_id, Act.CLAIM)
    town.act("Anna", invoice_id, Act.HAND_BACK)
    with pytest.raises(ClaimedByNobody):
        town.act("Anna", invoice_id, Act.HAND_BACK)
    town.act("Clara", invoice_id, Act.CLAIM)
    assert town.approval(invoice_id).claimed_by == town.people["Clara"]


def test_of_two_who_claim_an_invoice_at_once_one_has_it(committed_house: House) -> None:
    town = Town(committed_house)
    town.unit("Parks")
    for name in ("Anna", "Clara"):
        town.person(name, Role.CLERK, unit="Parks")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    invoice_id = town.invoice()
    town.assign(invoice_id, "Parks", by="Zita")
    barrier, refused = Barrier(2), []

    def claim(name: str) -> None:
        barrier.wait(10)
        try:
            town.act(name, invoice_id, Act.CLAIM)
        except ClaimedBySomebodyElse:
            refused.append(name)

    threads = [Thread(target=claim, args=(name,)) for name in ("Anna", "Clara")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    (loser,) = refused
    assert town.approval(invoice_id).claimed_by == town.people["Anna" if loser == "Clara" else "Clara"]
