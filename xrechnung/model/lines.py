"""Lines of an invoice (Rechnungspositionen) and what they sell."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from xrechnung.model.money import AllowanceOrCharge
from xrechnung.model.terms import bg, bt
from xrechnung.model.values import Identifier


@dataclass(frozen=True, slots=True)
class Period:
    """A period (Zeitraum) that the invoice or one of its lines is about."""

    GROUPS: ClassVar = ("BG-14", "BG-26")

    start: date | None = bt("BT-73", "BT-134")
    end: date | None = bt("BT-74", "BT-135")


@dataclass(frozen=True, slots=True)
class PriceDetails:
    """Price of an item (Preisangaben, BG-29), without VAT."""

    net: Decimal | None = bt("BT-146")
    discount: Decimal | None = bt("BT-147")
    gross: Decimal | None = bt("BT-148")
    """Before the discount."""
    base_quantity: Decimal | None = bt("BT-149")
    base_unit: str | None = bt("BT-150")


@dataclass(frozen=True, slots=True)
class LineVat:
    """VAT of a line (Umsatzsteuerangaben, BG-30)."""

    category: str | None = bt("BT-151")
    rate: Decimal | None = bt("BT-152")


@dataclass(frozen=True, slots=True)
class ItemAttribute:
    """A property of an item (Artikeleigenschaft, BG-32); in a CVD invoice also the kind of vehicle (`cva`)."""

    name: str | None = bt("BT-160", free=True)
    value: str | None = bt("BT-161", free=True)


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold (Artikel, BG-31)."""

    name: str | None = bt("BT-153", free=True)
    description: str | None = bt("BT-154", free=True)
    seller_id: str | None = bt("BT-155")
    buyer_id: str | None = bt("BT-156")
    standard_id: Identifier | None = bt("BT-157")
    classifications: tuple[Identifier, ...] = bt("BT-158", several=True)
    """The scheme is the classification's list; `CVD` for clean vehicles."""
    origin_country: str | None = bt("BT-159")
    attributes: tuple[ItemAttribute, ...] = bg("BG-32", several=True, of_sub_line="BG-DEX-08")


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line (Rechnungsposition, BG-25), or a sub-line of one (Unterposition, BG-DEX-01)."""

    identifier: str | None = bt("BT-126")
    note: str | None = bt("BT-127", free=True)
    invoiced_object: Identifier | None = bt("BT-128")
    quantity: Decimal | None = bt("BT-129")
    unit: str | None = bt("BT-130")
    net: Decimal | None = bt("BT-131")
    order_line: str | None = bt("BT-132")
    buyer_accounting_reference: str | None = bt("BT-133")
    period: Period | None = bg("BG-26", of_sub_line="BG-DEX-05")
    allowances: tuple[AllowanceOrCharge, ...] = bg("BG-27", several=True, of_sub_line="BG-DEX-03")
    charges: tuple[AllowanceOrCharge, ...] = bg("BG-28", several=True, of_sub_line="BG-DEX-04")
    price: PriceDetails | None = bg("BG-29", of_sub_line="BG-DEX-07")
    vat: tuple[LineVat, ...] = bg("BG-30", several=True, of_sub_line="BG-DEX-06")
    """One, but a line that only sums up sub-lines of several rates may have more."""
    item: Item | None = bg("BG-31", of_sub_line="BG-DEX-02")
    sub_lines: "tuple[InvoiceLine, ...]" = bg("BG-DEX-01", several=True)
