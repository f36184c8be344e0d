"""Payment orders as CSV: one row for each account line, UTF-8, semicolons, amounts with a decimal point."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

_ORDER = [
    *("id", "number", "replacesId", "state", "recalledAt", "orderedAt", "fiscalYear", "paymentType"),
    *("payee", "iban", "bic", "accountName", "mandate", "creditorId"),
    *("currency", "payable", "skonto", "retained", "retainedUntil", "amount", "taxOwed"),
    *("payOn", "dueOn", "remittance"),
]
_INVOICE = ["id", "number", "typeCode", "issueDate", "gross", "seller", "sellerVatId", "sellerTaxNumber"]
_LINE = [
    *("product", "ledgerAccount", "costCentre", "investment", "amount"),
    *("tax", "taxRate", "deductiblePercent", "taxAmount", "text"),
]
_WORDS_OF_OTHERS = {
    "payee",
    "accountName",
    "mandate",
    "creditorId",
    "remittance",
    "invoice.number",
    "invoice.seller",
    "invoice.sellerVatId",
    "invoice.sellerTaxNumber",
    "line.text",
}
_FORMULA = ("=", "+", "-", "@")


def orders_as_csv(orders: Iterable[Mapping[str, Any]]) -> bytes:
    """The orders; those of one order have the same `id`, so its amount counts once and not for each row."""
    target = StringIO()
    names = [*_ORDER, *(f"invoice.{name}" for name in _INVOICE), "line", *(f"line.{name}" for name in _LINE)]
    writer = csv.DictWriter(target, names, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for order in orders:
        shared = {name: order[name] for name in _ORDER} | {
            f"invoice.{name}": order["invoice"].get(name) for name in _INVOICE
        }
        for position, line in enumerate(order["lines"], 1):
            row = {**shared, "line": position, **{f"line.{name}": line.get(name) for name in _LINE}}
            writer.writerow({name: _harmless(name, value) for name, value in row.items()})
    return target.getvalue().encode()


def _harmless(name: str, value: Any) -> Any:
    """A supplier's text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if name in _WORDS_OF_OTHERS and str(value or "").startswith(_FORMULA):
        return f"'{value}"
    return value
