"""The same invoice twice: flagged at both, never dropped, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.foundation.work import SYSTEM, Actor, House
from tests.support.factories import AsActor, a_dossier, a_unit
from tests.support.invoices import a_cii_invoice, a_ubl_invoice
from tests.support.queue import work_off_ingests
from tests.xrechnung.receiving.conftest import Accounting
from xrechnung.messages import JudgeInvoice
from xrechnung.tasks import judge_invoice


def test_the_same_file_twice_is_flagged_at_both(accounting: Accounting) -> None:
    first = accounting.send(a_ubl_invoice())
    second = accounting.send(a_ubl_invoice())
    (later,) = accounting.seen(first["id"])["alike"]
    (earlier,) = accounting.seen(second["id"])["alike"]
    assert (later["invoiceId"], later["cameBefore"], later["sameFile"]) == (second["id"], False, True)
    assert (earlier["invoiceId"], earlier["cameBefore"], earlier["sameFile"]) == (first["id"], True, True)
    assert earlier["differences"] == later["differences"] == []
    assert [one["state"] for one in accounting.listed(withTwins=True)] == ["checked", "checked"]


@pytest.mark.parametrize(
    ("changed", "differences"),
    [
        ({"number": "re 2026 / 815"}, ["Schreibweise der Nummer re 2026 / 815 statt RE-2026-0815"]),
        ({"issued": "2026-09-05"}, ["Rechnungsdatum 05.09.2026 statt 01.09.2026"]),
        (
            {"net": "200.00", "tax": "38.00", "gross": "238.00"},
            ["Bruttobetrag 238,00 EUR statt 119,00 EUR"],
        ),
    ],
)
def test_what_differs_is_said(accounting: Accounting, changed: dict[str, str], differences: list[str]) -> None:
    accounting.send(a_ubl_invoice())
    second = accounting.send(a_cii_invoice(**changed))
    (earlier,) = accounting.seen(second["id"])["alike"]
    assert (earlier["sameFile"], earlier["differences"]) == (False, differences)


def test_the_same_number_of_another_supplier_is_another_invoice(accounting: Accounting) -> None:
    accounting.send(a_ubl_invoice())
    other = accounting.send(a_ubl_invoice(seller="Bäckerei Korn", vat_id="DE136695976"))
    assert accounting.seen(other["id"])["alike"] == []


def test_a_refused_invoice_and_its_corrected_form_know_of_each_other(accounting: Accounting) -> None:
    refused = accounting.send(a_ubl_invoice(gross="120.00"))
    corrected = accounting.send(a_ubl_invoice())
    assert [one["invoiceId"] for one in accounting.seen(corrected["id"])["alike"]] == [refused["id"]]


def test_of_a_twin_elsewhere_one_learns_that_it_exists_and_nothing_more(
    accounting: Accounting, client_of: Callable[[Actor], TestClient], as_actor: AsActor, house: House
) -> None:
    accounting.send(a_ubl_invoice(gross="120.00"))
    with house.begin(SYSTEM) as work:
        unit = a_unit(work)
        elsewhere = a_dossier(work, unit=unit)
    colleague = Accounting(client_of(as_actor(Role.CLERK, unit=unit)), house, elsewhere)
    (twin,) = colleague.send(a_ubl_invoice())["alike"]
    assert (twin["invoiceId"], twin["receivedAt"], twin["differences"]) == (None, None, [])
    assert twin["cameBefore"] is True


def test_of_several_that_are_read_at_once_each_sees_the_others(committed_accounting: Accounting) -> None:
    accounting, house = committed_accounting, committed_accounting.house
    ids = [accounting.send(a_ubl_invoice(), work_off=False)["id"] for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(judge_invoice, JudgeInvoice(invoice_id=one), house.begin) for one in ids]
        assert [job.exception() for job in jobs] == [None] * 6
    for one in ids:
        assert len(accounting.seen(one)["alike"]) == accounting.seen(one)["twins"] == 5
    work_off_ingests(house)
    assert {one["state"] for one in accounting.listed()} == {"checked"}
