"""Account assignment over the API, and what it remembers of a supplier."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from eakte.foundation.work import Actor
from tests.support.approval import Town
from tests.support.factories import a_token
from xrechnung.approval.rules.accounts import TaxedAmount, in_percent, taxes_of
from xrechnung.approval.rules.payment import TaxTreatment
from xrechnung.approval.rules.workflow import Act

CENT = Decimal("0.01")


@pytest.fixture
def anna(town: Town, anonymous: TestClient) -> TestClient:
    anonymous.headers["Authorization"] = f"Bearer {a_token(town.house, town.people['Anna'])}"
    return anonymous


def assigned(town: Town, number: str = "RE-1", **facts: Any) -> str:
    invoice_id = town.invoice(number, **facts)
    town.assign(invoice_id, "Parks", by="Zita")
    return f"/api/v1/invoices/{invoice_id}/account-lines"


def put(client: TestClient, path: str, *lines: dict[str, Any], tag: str = "*", **terms: Any) -> Any:
    return client.put(path, json={"lines": lines, **terms}, headers={"If-Match": tag})


def line(product: str, **share: str) -> dict[str, Any]:
    return {"product": product, "ledgerAccount": "5241", **share}


def test_lines_are_put_as_a_whole_and_come_out_to_the_cent(town: Town, anna: TestClient) -> None:
    path = assigned(town, gross="100.00")
    tag = anna.get(path).headers["etag"]
    answer = put(
        anna, path, line("55101", amount="10"), line("42401", percent="50"), line("21101", percent="50"), tag=tag
    )
    assert [one["booked"] for one in answer.json()["lines"]] == ["10.00", "45.00", "45.00"]
    assert put(anna, path, line("55101", percent="100"), tag=tag).status_code == 412
    assert put(anna, path, line("55101", percent="100"), tag=answer.headers["etag"]).status_code == 200
    assert len(anna.get(path).json()["lines"]) == 1


@pytest.mark.parametrize(
    "lines",
    [
        [line("55101", percent="99")],
        [line("55101", amount="99.00")],
        [line("55101")],
        [{**line("55101", percent="100"), "tax": "reverse_charge"}],
    ],
)
def test_what_does_not_come_out_is_refused_in_words(town: Town, anna: TestClient, lines: list[dict[str, Any]]) -> None:
    answer = put(anna, assigned(town), *lines)
    assert (answer.status_code, answer.json()["code"]) == (422, "account-lines-invalid")
    assert answer.json()["detail"].endswith(".")


def test_once_certified_the_lines_stay(town: Town, anna: TestClient) -> None:
    path = assigned(town)
    put(anna, path, line("55101", percent="100"))
    town.act("Anna", UUID(path.split("/")[4]), Act.CERTIFY_COMBINED)
    assert put(anna, path, line("42401", percent="100")).json()["code"] == "act-not-possible"


def test_what_was_ordered_for_a_supplier_is_proposed_for_its_next_invoice(town: Town, anna: TestClient) -> None:
    first = assigned(town, "RE-1", gross="90.00")
    put(
        anna,
        first,
        line("55101", amount="30"),
        {**line("42401", percent="100"), "tax": "deductible", "taxRate": "19", "deductiblePercent": "50"},
    )
    invoice_id = UUID(first.split("/")[4])
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    town.act("Bernd", invoice_id, Act.ORDER)
    second = assigned(town, "RE-2", gross="500.00")
    (proposal,) = anna.get(second.replace("account-lines", "account-line-proposals")).json()["items"]
    assert [one["percent"] for one in proposal["lines"]] == ["33.3333", "66.6667"]
    answer = put(anna, second, *proposal["lines"])
    assert [one["booked"] for one in answer.json()["lines"]] == ["166.67", "333.33"]
    assert answer.json()["lines"][1]["taxAmount"] == "26.61"
    stranger = assigned(town, "RE-3", seller_vat_id="DE999999999", seller_name="Andere GmbH")
    assert anna.get(stranger.replace("account-lines", "account-line-proposals")).json()["items"] == []


def test_a_colleague_of_another_unit_books_nothing(
    town: Town, client_of: Callable[[Actor], TestClient], anna: TestClient
) -> None:
    path = assigned(town)
    town.assign(UUID(path.split("/")[4]), "Schools", by="Zita")
    assert put(anna, path, line("55101", percent="100")).status_code == 404


# --- tax to the cent -----------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.decimals("0.01", "100000", places=2),
            st.sampled_from(TaxTreatment),
            st.sampled_from([Decimal(7), Decimal(19)]),
        ),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([1, -1]),
)
def test_lines_that_are_taxed_alike_have_together_the_tax_of_their_sum(
    drawn: list[tuple[Decimal, TaxTreatment, Decimal]], sign: int
) -> None:
    lines = [TaxedAmount(sign * booked, treatment, rate) for booked, treatment, rate in drawn]
    taxes = taxes_of(lines)
    for treatment, rate in {(line.treatment, line.rate) for line in lines}:
        alike = [place for place, one in enumerate(lines) if (one.treatment, one.rate) == (treatment, rate)]
        booked = sum(lines[place].booked for place in alike)
        (whole,) = taxes_of([TaxedAmount(booked, treatment, rate)])
        assert sum(taxes[place] for place in alike) == whole
        share = whole / booked
        assert all(abs(taxes[place] - lines[place].booked * share) <= CENT for place in alike)


@given(st.lists(st.decimals("0.01", "1000000", places=2), min_size=1, max_size=30))
def test_shares_of_a_whole_are_exactly_a_hundred_percent(amounts: list[Decimal]) -> None:
    assert sum(in_percent(amounts)) == 100
