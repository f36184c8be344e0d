"""The semantic model knows every term of EN 16931, and can be walked, shown as JSON and opened."""

import base64
import hashlib
import json
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import date
from decimal import Decimal

import pytest

from xrechnung.adapters.places import group_places, term_places
from xrechnung.judging.texts import term_names
from xrechnung.model import (
    AllowanceOrCharge,
    Attachment,
    AttachmentUnreadable,
    Identifier,
    Invoice,
    InvoiceLine,
    Item,
    ItemAttribute,
    Note,
    PostalAddress,
    Seller,
    SupportingDocument,
    terms,
    to_json,
)

OF_SUB_LINES = {f"BG-DEX-0{number}" for number in range(2, 9)}
"""Groups that are those of a line under another name."""


def test_every_term_and_group_of_the_standard_has_its_field() -> None:
    known = {term for term in term_names() if term not in OF_SUB_LINES}
    held = set(term_places()) | {group for group in group_places() if group}
    assert held == known


def test_no_term_has_two_fields() -> None:
    places = [(place.opened, place.inner, place.field) for place in term_places().values()]
    assert len(places) == len(set(places))


def test_an_invoice_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Invoice().number = "1"  # type: ignore[misc]
    assert not hasattr(Invoice(), "__dict__")


def test_terms_come_with_the_groups_they_lie_in() -> None:
    line = InvoiceLine(
        identifier="1",
        allowances=(AllowanceOrCharge(amount=Decimal("1.50")),),
        item=Item(name="Brot", attributes=(ItemAttribute("Farbe", "braun"),)),
    )
    invoice = Invoice(
        number="4711",
        issue_date=date(2026, 9, 1),
        allowances=(AllowanceOrCharge(amount=Decimal(2), vat_category="S"),),
        seller=Seller(identifiers=(Identifier("1"), Identifier("2", "0088")), address=PostalAddress(city="Grünau")),
        lines=(line, InvoiceLine(identifier="2")),
    )
    found = [
        (term, "/".join(f"{group}{number or ''}" for group, number in groups)) for term, groups, _ in terms(invoice)
    ]
    assert found == [
        ("BT-1", ""),
        ("BT-2", ""),
        ("BT-29", "BG-4"),
        ("BT-29", "BG-4"),
        ("BT-37", "BG-4/BG-5"),
        ("BT-92", "BG-201"),
        ("BT-95", "BG-201"),
        ("BT-126", "BG-251"),
        ("BT-136", "BG-251/BG-271"),
        ("BT-153", "BG-251/BG-31"),
        ("BT-160", "BG-251/BG-31/BG-321"),
        ("BT-161", "BG-251/BG-31/BG-321"),
        ("BT-126", "BG-252"),
    ]


def test_groups_of_a_sub_line_have_the_names_of_the_extension() -> None:
    sub = InvoiceLine(item=Item(name="Mehl", attributes=(ItemAttribute("Typ", "405"),)))
    invoice = Invoice(lines=(InvoiceLine(sub_lines=(InvoiceLine(sub_lines=(sub,)),)),))
    found = {term: [step.group for step in groups] for term, groups, _ in terms(invoice)}
    way = ["BG-25", "BG-DEX-01", "BG-DEX-01", "BG-DEX-02"]
    assert found == {"BT-153": way, "BT-160": [*way, "BG-DEX-08"], "BT-161": [*way, "BG-DEX-08"]}


def test_json_keeps_every_digit_and_leaves_out_what_is_not_given() -> None:
    attachment = Attachment("a.pdf", "application/pdf", base64.b64encode(b"%PDF-").decode())
    invoice = Invoice(
        issue_date=date(2026, 9, 1),
        invoiced_object=Identifier("4", "ABT"),
        lines=(InvoiceLine(net=Decimal("10.00"), quantity=Decimal("1E+3")),),
        supporting_documents=(SupportingDocument(reference="A1", attachment=attachment),),
    )
    assert json.loads(json.dumps(to_json(invoice))) == {
        "issue_date": "2026-09-01",
        "invoiced_object": {"value": "4", "scheme": "ABT"},
        "lines": [{"net": "10.00", "quantity": "1000"}],
        "supporting_documents": [
            {
                "reference": "A1",
                "attachment": {
                    "filename": "a.pdf",
                    "media_type": "application/pdf",
                    "size": 5,
                    "sha256": hashlib.sha256(b"%PDF-").hexdigest(),
                },
            }
        ],
    }


def test_json_names_every_field_of_the_model() -> None:
    def names(cls: type) -> set[str]:
        return {field.name for field in fields(cls)}

    groups = {place.cls for place in group_places().values()}
    assert all(is_dataclass(cls) for cls in groups)
    assert to_json(Invoice()) == {}
    assert names(Note) == set(to_json(Invoice(notes=(Note("AAI", "Text"),)))["notes"][0])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1000, 786_431, 786_432, 786_433, 3_000_000])
@pytest.mark.parametrize("width", [0, 76, 61])
def test_an_attachment_is_opened_as_a_stream_whatever_its_line_breaks(size: int, width: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    encoded = base64.b64encode(content).decode()
    if width:
        encoded = "\r\n\t ".join(encoded[at : at + width] for at in range(0, len(encoded), width))
    attachment = Attachment("a.bin", "application/octet-stream", f"\n  {encoded}\n")
    assert attachment.size == size
    with attachment.open() as stream:
        first = stream.read(10)
        assert first + stream.read() == content
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("encoded", ["QUJ", "QU$D", "QUI=QUJD", "ä" * 4, "QUJD" * 500_000 + "Q"])
def test_an_attachment_that_is_no_base64_says_so_when_it_is_opened(encoded: str) -> None:
    with pytest.raises(AttachmentUnreadable), Attachment("a.bin", None, encoded).open() as stream:
        stream.read()
    invoice = Invoice(supporting_documents=(SupportingDocument(attachment=Attachment("a.bin", None, encoded)),))
    assert "sha256" not in to_json(invoice) and to_json(invoice)["supporting_documents"][0]["attachment"]["size"] >= 0


def test_an_attachment_is_not_printed_with_the_invoice() -> None:
    assert "QUJD" not in repr(Attachment("a.bin", None, "QUJD"))
