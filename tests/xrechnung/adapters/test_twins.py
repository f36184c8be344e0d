"""The same business case in UBL and in CII gives the same model."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.support.invoices import instances, needs_corpus
from tests.support.reading import read
from xrechnung.model import to_json

SUITE = ("testsuite-standard", "testsuite-extension", "testsuite-technical")
DIFFERENT_IN_THE_SUITE = {
    "01.02a": {"/purchase_order"},
    "01.08a": {"/purchase_order"},
    "01.09a": {"/purchase_order"},
    "01.10a": {"/purchase_order"},
    "01.11a": {"/purchase_order"},
    "01.12a": {"/purchase_order"},
    "01.13a": {"/purchase_order"},
    "01.20a": {"/seller/address/city", "/seller/address/line_1"},
    "01.21a": {"/payment/means_text", "/seller/vat_id", "/vat_breakdown/exemption_reason"},
    "03.01a": {"/buyer/trading_name"},
    "03.06a": {f"/{party}/address/{field}" for party in ("buyer", "seller") for field in ("city", "post_code")},
    "03.07a": {"/payee/registration", "/seller/identifiers"},
    "01.02_comprehensive": {"/buyer/name", "/buyer/trading_name", "/payee/registration"},
    "01.04_comprehensive": {"/buyer/name", "/buyer/trading_name", "/payee/registration", "/seller/contact/point"},
}
"""Where the two files of a business case themselves say different things."""


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Paths without positions, and values: numbers as such, without totals of nought, which some files leave out."""
    if isinstance(value, dict):
        if "value" in value:
            yield path, tuple(sorted(value.items()))
            return
        for name, inner in value.items():
            if name != "other":
                yield from flat(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner, path)
    else:
        number = number_in(value)
        if number is None or number or not path.startswith("/totals"):
            yield path, value if number is None else number


def number_in(value: Any) -> Decimal | None:
    try:
        return Decimal(value).normalize()
    except (ArithmeticError, TypeError):
        return None


@needs_corpus
def test_the_two_files_of_a_business_case_give_the_same_model() -> None:
    by_name = {one.name: one.content for one in instances(*SUITE)}
    pairs = [(name, name.replace("_ubl.", "_uncefact.")) for name in by_name if "_ubl." in name]
    pairs = [(ubl, cii) for ubl, cii in pairs if cii in by_name]
    assert len(pairs) > 30
    for ubl, cii in pairs:
        case = ubl.rpartition("/")[2].partition("-INVOICE")[0].partition("_test")[0]
        different = set(flat(to_json(read(by_name[ubl])))) ^ set(flat(to_json(read(by_name[cii]))))
        assert (case, {path for path, _ in different}) == (case, DIFFERENT_IN_THE_SUITE.get(case, set()))
