"""The report of a disposal (Vernichtungsprotokoll): on the disk, item by item, however long the list is."""

import json
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from eakte.foundation.work import House
from retention.adapters.report_pdf import write_report_pdf
from retention.rules.ledger import canonical
from retention.service.reporting import Report, draft_report
from tests.support.disposal import Disposers, a_due_dossier


@pytest.fixture
def report(house: House, tmp_path: Path) -> Report:
    """Of a list with a dossier and four cases."""
    disposers = Disposers(house)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work, cases=4)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    with disposers.house.begin() as work:
        drafted = draft_report(work, list_.id, tmp_path)
    assert drafted is not None
    return drafted


def test_a_report_is_canonical_json_with_every_item(report: Report) -> None:
    content = report.data.read_bytes()
    told = json.loads(content)
    assert canonical(told) == content
    assert told["items"] == list(report.items())
    assert len(told["items"]) == report.count == 5
    assert told["results"] == {"vernichtet": 5}


@pytest.mark.parametrize(("in_a_part", "parts"), [(5, 1), (2, 3)])
def test_a_long_report_is_set_in_parts_and_is_one_pdf(
    report: Report, tmp_path: Path, in_a_part: int, parts: int
) -> None:
    path = write_report_pdf(report, tmp_path, in_a_part=in_a_part)
    with pikepdf.open(path) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "3B"
        assert metadata["dc:title"] == report.title
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)]
    text = "".join("\n".join(pages).split())
    assert all("".join(item["reference"].split()) in text for item in report.items())
    assert text.count(report.digest.sha256) == 1
    assert len(pages) == parts
    assert all((f"Teil {number} von {parts}" in page) is (parts > 1) for number, page in enumerate(pages, 1))
