"""Payment orders as XML after our own schema (xrechnung/data/transfer/transfer-1.xsd): what JSON says, in its order."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

NAMESPACE = "urn:eakte:transfer:1"
_PREFIXES: dict[Any, str] = {None: NAMESPACE}


def orders_as_xml(orders: Iterable[Mapping[str, Any]]) -> bytes:
    """One `Transfers` with a `PaymentOrder` for each; what an order does not say has no element."""
    root = etree.Element(_name("transfers"), nsmap=_PREFIXES)
    for order in orders:
        _fill(etree.SubElement(root, _name("paymentOrder")), order)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _fill(element: etree._Element, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        match value:
            case None:
                continue
            case dict():
                _fill(etree.SubElement(element, _name(name)), value)
            case list():
                lines = etree.SubElement(element, _name(name))
                for each in value:
                    _fill(etree.SubElement(lines, _name(name.removesuffix("s"))), each)
            case _:
                etree.SubElement(element, _name(name)).text = str(value)


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name[0].upper()}{name[1:]}"
