"""Whatever is done to an invoice: it is refused as XML, or it has a model."""

import json
from copy import deepcopy
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.support.invoices import CORPUS, a_cii_invoice, a_hybrid_pdf, a_ubl_invoice, instances
from xrechnung.adapters.embedding import EmbeddingRefused
from xrechnung.adapters.hybrid_pdf import extract_invoice
from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import XmlRefused, detect, is_invoice, parse_xml
from xrechnung.judging.tree import Tree, line_of
from xrechnung.model import terms, to_json

OWN = [a_ubl_invoice(), a_cii_invoice()]
QUICK = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
LONG = 20_000


@cache
def samples() -> list[bytes]:
    if not (CORPUS / "expected.jsonl").exists():
        return OWN
    suite = [one.content for one in instances("testsuite-technical", "testsuite-extension", "cen-examples")]
    return OWN + [content for content in suite if len(content) < 100_000]


def survive(data: bytes) -> None:
    """Read it as far as it goes; nothing but a refusal may come out."""
    is_invoice(data)
    try:
        root = parse_xml(data)
    except XmlRefused as refused:
        assert refused.reason
        return
    survive_reading(root)


def survive_reading(root: etree._Element) -> None:
    detect(root)
    assert all((line_of(element) or 1) >= 1 for element in root.iter(etree.Element))
    with Tree(root) as tree:
        invoice = read_invoice(tree)
    if invoice is not None:
        json.dumps(to_json(invoice))
        assert all(term.value is not None for term in terms(invoice))


def damaged(data: bytes, random: Random) -> bytes:
    """Some bytes changed, cut out, doubled or swapped."""
    damage = bytearray(data)
    for _ in range(random.randint(1, 12)):
        at, length = random.randrange(len(damage) or 1), random.choice((1, 1, 1, 2, 10, 500))
        match random.randrange(5):
            case 0:
                damage[at : at + length] = random.randbytes(length)
            case 1:
                del damage[at : at + length]
            case 2:
                damage[at:at] = damage[at : at + length]
            case 3:
                damage[at:at] = random.choice(SPICES)
            case _:
                del damage[len(damage) - random.randrange(len(damage) // 20 + 1) :]
    return bytes(damage)


SPICES = [
    *(b"<!DOCTYPE a>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&x;", b"\x00", b"\xff\xfe"),
    *(b"<cbc:ID>", b"</cbc:ID>", b"<cbc:ID/>", b'"', b"xmlns:cbc='x' ", b"encoding='UTF-16'", b"<?a b?>"),
]


def rearranged(root: etree._Element, random: Random) -> None:
    """Some elements moved, copied, emptied, renamed or with other texts and attributes."""
    for _ in range(random.randint(1, 10)):
        elements = list(root.iter(etree.Element))
        one, other = random.choice(elements), random.choice(elements)
        match random.randrange(8):
            case 0 if one is not root and one not in list(other.iterancestors()) and one is not other:
                other.append(one)
            case 1:
                other.append(deepcopy(one))
            case 2:
                one.tag = other.tag
            case 3:
                one.text = random.choice(TEXTS)
            case 4 if one is not root:
                one.getparent().remove(one)  # type: ignore[union-attr]
            case 5:
                one.set(random.choice(ATTRIBUTES), random.choice(TEXTS))
            case 6:
                one.append(etree.Comment("in between"))
                one[-1].tail = random.choice(TEXTS)
            case _:
                one.attrib.clear()


TEXTS = [
    "",
    " ",
    "true",
    "false",
    "VAT",
    "916",
    "130",
    "50",
    "19.00",
    "-1",
    "1e5",
    "20260230",
    "#AAI#",
    "EUR",
    "ä" * 500,
]
ATTRIBUTES = ["schemeID", "currencyID", "format", "unitCode", "mimeCode", "filename", "listID", "{urn:x}y"]


@QUICK
@given(st.randoms(use_true_random=False))
def test_a_damaged_invoice_is_refused_or_read(random: Random) -> None:
    survive(damaged(random.choice(samples()), random))


@QUICK
@given(st.randoms(use_true_random=False))
def test_an_invoice_with_everything_in_the_wrong_place_is_read(random: Random) -> None:
    root = parse_xml(random.choice(samples()))
    rearranged(root, random)
    survive_reading(root)


@QUICK
@given(st.randoms(use_true_random=False))
def test_a_damaged_hybrid_invoice_is_refused_or_read(random: Random) -> None:
    survive_pdf(damaged(a_hybrid_pdf(a_cii_invoice()), random))


def survive_pdf(data: bytes) -> None:
    try:
        inside = extract_invoice(data)
    except EmbeddingRefused as refused:
        assert refused.reason
        return
    survive(inside.data)


@QUICK
@given(st.binary(max_size=400))
def test_rubbish_is_refused_or_read(data: bytes) -> None:
    survive(data)
    survive(b'<?xml version="1.0"?>' + data)
    survive_pdf(b"%PDF-1.7\n" + data)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_invoices_survive_long_rounds_of_damage(seed: int) -> None:
    random, originals = Random(seed), samples()
    hybrid = a_hybrid_pdf(a_cii_invoice())
    for _ in range(LONG):
        data = random.choice(originals)
        survive(damaged(data, random))
        root = parse_xml(data)
        rearranged(root, random)
        survive_reading(root)
        survive_pdf(damaged(hybrid, random))
