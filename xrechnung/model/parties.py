"""Parties of an invoice: who sells, who buys, who is paid, who stands in for the seller towards the tax office."""

from dataclasses import dataclass
from typing import ClassVar

from xrechnung.model.terms import bg, bt
from xrechnung.model.values import Identifier


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Postal address (Anschrift) of seller, buyer and tax representative, and the place of delivery."""

    GROUPS: ClassVar = ("BG-5", "BG-8", "BG-12", "BG-15")

    line_1: str | None = bt("BT-35", "BT-50", "BT-64", "BT-75", free=True)
    line_2: str | None = bt("BT-36", "BT-51", "BT-65", "BT-76", free=True)
    line_3: str | None = bt("BT-162", "BT-163", "BT-164", "BT-165", free=True)
    city: str | None = bt("BT-37", "BT-52", "BT-66", "BT-77", free=True)
    post_code: str | None = bt("BT-38", "BT-53", "BT-67", "BT-78")
    subdivision: str | None = bt("BT-39", "BT-54", "BT-68", "BT-79", free=True)
    country: str | None = bt("BT-40", "BT-55", "BT-69", "BT-80")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask (Ansprechpartner) at seller or buyer."""

    GROUPS: ClassVar = ("BG-6", "BG-9")

    point: str | None = bt("BT-41", "BT-56", free=True)
    """A person or a department, or both."""
    phone: str | None = bt("BT-42", "BT-57", free=True)
    email: str | None = bt("BT-43", "BT-58", free=True)


@dataclass(frozen=True, slots=True)
class Seller:
    """Seller (Verkäufer, BG-4)."""

    name: str | None = bt("BT-27", free=True)
    trading_name: str | None = bt("BT-28", free=True)
    identifiers: tuple[Identifier, ...] = bt("BT-29", several=True)
    registration: Identifier | None = bt("BT-30")
    vat_id: str | None = bt("BT-31")
    tax_number: str | None = bt("BT-32")
    legal_information: str | None = bt("BT-33", free=True)
    electronic_address: Identifier | None = bt("BT-34")
    address: PostalAddress | None = bg("BG-5")
    contact: Contact | None = bg("BG-6")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Buyer (Käufer, BG-7)."""

    name: str | None = bt("BT-44", free=True)
    trading_name: str | None = bt("BT-45", free=True)
    identifiers: tuple[Identifier, ...] = bt("BT-46", several=True)
    registration: Identifier | None = bt("BT-47")
    vat_id: str | None = bt("BT-48")
    electronic_address: Identifier | None = bt("BT-49")
    address: PostalAddress | None = bg("BG-8")
    contact: Contact | None = bg("BG-9")


@dataclass(frozen=True, slots=True)
class Payee:
    """Payee (Zahlungsempfänger, BG-10), where it is not the seller."""

    name: str | None = bt("BT-59", free=True)
    identifiers: tuple[Identifier, ...] = bt("BT-60", several=True)
    registration: Identifier | None = bt("BT-61")


@dataclass(frozen=True, slots=True)
class TaxRepresentative:
    """Seller's tax representative (Steuervertreter, BG-11)."""

    name: str | None = bt("BT-62", free=True)
    vat_id: str | None = bt("BT-63")
    address: PostalAddress | None = bg("BG-12")
