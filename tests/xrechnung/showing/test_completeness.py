"""Nothing of an invoice is left out: each of its texts can be read in the HTML view and in the PDF view."""

import pytest

from tests.support.invoices import Instance, instances, needs_corpus
from tests.xrechnung.showing.support import TODAY, must_be_found, read, text_of_page, text_of_pdf
from xrechnung.showing.views import view_html, view_pdf

pytestmark = needs_corpus

TEST_SUITE = ("testsuite-standard", "testsuite-extension", "testsuite-technical")


@pytest.mark.parametrize("instance", list(instances(*TEST_SUITE)), ids=lambda instance: instance.name)
def test_every_term_can_be_read_in_both_views(instance: Instance) -> None:
    invoice = read(instance.content)
    page, pdf = text_of_page(view_html(invoice)), text_of_pdf(view_pdf(invoice, on=TODAY))
    wanted = list(must_be_found(invoice))
    assert wanted
    assert not [(term, text) for term, text in wanted if text not in page]
    assert not [(term, text) for term, text in wanted if text not in pdf]
