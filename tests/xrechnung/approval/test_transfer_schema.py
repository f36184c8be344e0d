"""The schema of the XML hand-over says what the API says, and neither says more."""

from importlib.resources import files

import pytest
from lxml import etree
from pydantic.alias_generators import to_pascal

from eakte.foundation.http import Shape
from xrechnung.approval.rules.payment import OrderState, PaymentType, TaxTreatment
from xrechnung.approval.schemas.transfers import AboutInvoiceShape, OrderedLineShape, TransferShape

XS = {"xs": "http://www.w3.org/2001/XMLSchema"}
SCHEMA = etree.fromstring((files("xrechnung") / "data" / "transfer" / "transfer-1.xsd").read_bytes())


@pytest.mark.parametrize(
    ("name", "shape"), [("PaymentOrder", TransferShape), ("Invoice", AboutInvoiceShape), ("Line", OrderedLineShape)]
)
def test_elements_are_the_fields_in_their_order(name: str, shape: type[Shape]) -> None:
    elements = SCHEMA.xpath(f"xs:complexType[@name='{name}']//xs:element/@name", namespaces=XS)
    assert elements == [to_pascal(field) for field in shape.model_fields]


@pytest.mark.parametrize(
    ("name", "words"), [("State", OrderState), ("PaymentType", PaymentType), ("Tax", TaxTreatment)]
)
def test_words_are_those_of_the_api(name: str, words: type[OrderState | PaymentType | TaxTreatment]) -> None:
    listed = SCHEMA.xpath(f"xs:simpleType[@name='{name}']//xs:enumeration/@value", namespaces=XS)
    assert set(listed) == {word.value for word in words}
