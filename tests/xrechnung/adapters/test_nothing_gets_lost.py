"""Whatever an invoice says stands somewhere in its model: as a term, as something unreadable or as something else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from tests.support.invoices import Instance, a_cii_invoice, a_ubl_invoice, instances, needs_corpus
from tests.support.reading import read
from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import XmlRefused, parse_xml
from xrechnung.judging.tree import Tree
from xrechnung.model import Attachment, Identifier, Invoice, terms

SUITE = ("testsuite-standard", "testsuite-extension", "testsuite-technical")
MARK = "§ here ?"


def texts_of(invoice: Invoice) -> str:
    """Every text that stands anywhere in the model."""

    def of(value: Any) -> Iterator[str]:
        match value:
            case Identifier(text, scheme, version):
                yield from filter(None, (text, scheme, version))
            case Attachment(name, media_type, encoded):
                yield from filter(None, (name, media_type, encoded))
            case _:
                yield str(value)

    found = [text for term in terms(invoice) for text in of(term.value)]
    found += [each.text for each in (*invoice.unread, *invoice.other)]
    return "\n".join(found)


def lost_texts(root: etree._Element) -> list[str]:
    """Elements and attributes whose text can be replaced without the model noticing."""
    lost = []
    for element in root.iter(etree.Element):
        if not len(element) and (element.text or "").strip():
            before, element.text = element.text, MARK
            if MARK not in texts_of(read(root)):
                lost.append(element.getroottree().getpath(element))
            element.text = before
        for name, text in element.items():
            if name in NO_INFORMATION:
                continue
            element.set(name, MARK)
            if MARK not in texts_of(read(root)):
                lost.append(f"{element.getroottree().getpath(element)}/@{name}")
            element.set(name, text)
    return lost


NO_INFORMATION = {"format", "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"}
"""How a day is written shows in the day; where a schema lies says nothing about the invoice."""


@pytest.mark.parametrize("an_invoice", [a_ubl_invoice, a_cii_invoice])
def test_no_text_of_an_invoice_gets_lost(an_invoice: Callable[[], bytes]) -> None:
    assert lost_texts(parse_xml(an_invoice())) == []


def is_comprehensive(one: Instance) -> bool:
    return "comprehensive" in one.name or one.expected["set"] == "testsuite-extension"


@needs_corpus
def test_no_text_of_a_comprehensive_invoice_gets_lost() -> None:
    suite = [one for one in instances(*SUITE) if is_comprehensive(one)]
    assert suite
    assert {one.name: lost for one in suite if (lost := lost_texts(parse_xml(one.content)))} == {}


EVERY_KIND = (*SUITE, "kosit-config", "cen-examples", "cen-testfiles", "zugferd-xml", "zugferd-pdf")


@pytest.mark.soak
@needs_corpus
def test_no_text_of_any_invoice_gets_lost() -> None:
    lost = {}
    for one in instances(*EVERY_KIND):
        try:
            root = parse_xml(one.content)
        except XmlRefused:
            continue
        with Tree(root) as tree:
            is_known = read_invoice(tree) is not None
        if is_known and len(one.content) < 100_000 and (found := lost_texts(root)):
            lost[one.name] = found
    assert lost == {}


@needs_corpus
def test_every_official_business_case_is_read_without_a_remainder_worth_a_word() -> None:
    remainders = {
        (one.name.rpartition("/")[2], each.text)
        for one in instances(*SUITE)
        for invoice in [read(one.content)]
        for each in (*invoice.other, *invoice.unread)
    }
    assert remainders == {
        ("01.21a-INVOICE_ubl.xml", "???"),
        ("01.21a-INVOICE_ubl.xml", "04523249415"),
        ("01.21a-INVOICE_uncefact.xml", "04523249415"),
        ("01.21a-INVOICE_uncefact.xml", "FC"),
        ("01.21a-INVOICE_uncefact.xml", "Umkehrung der Steuerschuldnerschaft"),
        ("03.02a-INVOICE_ubl.xml", "mapped-from-cii"),
        ("03.03a-INVOICE_ubl.xml", "mapped-from-cii"),
        ("03.06a-INVOICE_ubl.xml", "ID"),
    }
