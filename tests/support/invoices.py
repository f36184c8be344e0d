"""Invoices for tests: two written here, and the corpus with its expected outcomes, which is not part of the project."""

import io
import json
import os
import tarfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import fpdf
import pikepdf
import pytest

CORPUS = Path(os.environ.get("EAKTE_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data") / "xrechnung"
needs_corpus = pytest.mark.skipif(
    not (CORPUS / "expected.jsonl").exists(), reason=f"no invoice corpus at {CORPUS}; EAKTE_TEST_DATA names its folder"
)


@dataclass(frozen=True)
class Instance:
    """One instance and what the official validator said of it."""

    expected: dict[str, Any]
    content: bytes

    @property
    def name(self) -> str:
        return str(self.expected["file"])


def instances(*sets: str) -> Iterator[Instance]:
    """The instances of some sets, or of all, in the order of the corpus."""
    for expected in _expected():
        if sets and expected["set"] not in sets:
            continue
        file = CORPUS / expected["file"]
        packed = _packed(expected["set"]).get(expected["file"])
        if packed is not None or file.exists():
            yield Instance(expected, packed if packed is not None else file.read_bytes())


@cache
def _expected() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / "expected.jsonl").read_text("utf-8").splitlines()]


@cache
def _packed(name: str) -> dict[str, bytes]:
    pack = CORPUS / f"{name}.tar.gz"
    if not pack.exists():
        return {}
    with tarfile.open(pack) as opened:
        return {member.name: opened.extractfile(member).read() for member in opened if member.isfile()}  # type: ignore[union-attr]


XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"


def a_ubl_invoice(**changed: str) -> bytes:
    """An accepted XRechnung of one line over 119.00 EUR; `changed` replaces values of `_filled`."""
    return _filled("invoice_ubl.xml", changed)


def a_cii_invoice(**changed: str) -> bytes:
    """The same invoice in the other syntax."""
    return _filled("invoice_cii.xml", changed)


def _filled(name: str, changed: dict[str, str]) -> bytes:
    values = {
        "specification": XRECHNUNG,
        "number": "RE-2026-0815",
        "issued": "2026-09-01",
        "due": "2026-10-01",
        "leitweg": "04011000-1234512345-06",
        "seller": "Gartenbau Grünau GmbH",
        "vat_id": "DE123456788",
        "buyer": "Stadt Musterhausen",
        "iban": "DE02120300000000202051",
        "terms": "Zahlbar ohne Abzug innerhalb von 30 Tagen.",
        "item": "Pflege der Grünanlage am Rathaus",
        "net": "100.00",
        "tax": "19.00",
        "gross": "119.00",
        **changed,
    }
    days = {f"{name}_day": values[name].replace("-", "") for name in ("issued", "due")}
    form = (Path(__file__).parent / name).read_text("utf-8")
    return form.format(**values, **days).encode()


def with_attachment(
    ubl_invoice: bytes, content: bytes, *, name: str = "aufmass.pdf", media_type: str = "application/pdf"
) -> bytes:
    """The invoice with one more document inside it (BG-24)."""
    reference = (
        f"<cac:AdditionalDocumentReference><cbc:ID>{name}</cbc:ID>"
        "<cbc:DocumentDescription>Aufmaß der Mähflächen</cbc:DocumentDescription>"
        f'<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="{media_type}" filename="{name}">'
        f"{b64encode(content).decode()}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>"
        "</cac:AdditionalDocumentReference>"
    )
    before, tag, after = ubl_invoice.partition(b"<cac:AccountingSupplierParty>")
    return before + reference.encode() + tag + after


def a_hybrid_pdf(invoice: bytes, *, name: str = "factur-x.xml", page: str = "Rechnung, siehe Anlage") -> bytes:
    """A PDF of one page that carries an invoice."""
    sheet = fpdf.FPDF()
    sheet.set_creation_date(datetime(2026, 9, 1, tzinfo=UTC))
    sheet.set_font("Helvetica", size=12)
    sheet.add_page()
    sheet.cell(text=page)
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(bytes(sheet.output()))) as pdf:
        spec = pikepdf.AttachedFileSpec(pdf, invoice, filename=name, mime_type="text/xml")
        pdf.attachments[name] = spec
        pdf.save(target, static_id=True)
    return target.getvalue()
