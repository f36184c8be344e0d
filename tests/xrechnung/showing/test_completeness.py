"""Nothing of an invoice is left out: each of its texts can be read in the HTML view and in the PDF view."""

from datetime import date

import pytest

from tests.support.invoices import Instance, instances, needs_corpus
from tests.xrechnung.showing.support import must_be_found, text_of_page, text_of_pdf
from xrechnung.adapters.cii import read_cii
from xrechnung.adapters.ubl import read_ubl
from xrechnung.adapters.xml import detect, parse_xml
from xrechnung.judging.tree import Tree
from xrechnung.judging.verdict import Syntax
from xrechnung.model import Invoice
from xrechnung.showing.views import view_html, view_pdf

pytestmark = needs_corpus

TEST_SUITE = ("testsuite-standard", "testsuite-extension", "testsuite-technical")


def read(instance: Instance) -> Invoice:
    root = parse_xml(instance.content)
    syntax, _ = detect(root)
    with Tree(root) as tree:
        return read_cii(tree) if syntax is Syntax.CII else read_ubl(tree)


@pytest.mark.parametrize("instance", list(instances(*TEST_SUITE)), ids=lambda instance: instance.name)
def test_every_term_can_be_read_in_both_views(instance: Instance) -> None:
    invoice = read(instance)
    page, pdf = text_of_page(view_html(invoice)), text_of_pdf(view_pdf(invoice, on=date(2026, 2, 1)))
    wanted = list(must_be_found(invoice))
    assert wanted
    assert not [(term, text) for term, text in wanted if text not in page]
    assert not [(term, text) for term, text in wanted if text not in pdf]
