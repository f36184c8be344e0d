"""A document as recognition leaves it: archival file, text, words in their places, previews."""

from eakte.documents.models import Document
from eakte.documents.queries import version_of
from eakte.documents.service import MadeRenditions, attach_renditions
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case
from tests.support.factories import LETTER, a_document, store_original_bytes

PREVIEW = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


def a_recognised_document(work: UnitOfWork, text: str, *, case: Case | None = None, title: str = "Brief") -> Document:
    """A letter of one page that says `text`."""
    document = a_document(work, case=case, title=title, content=LETTER)
    made = MadeRenditions(
        archival=store_original_bytes(work, LETTER, "brief.pdf"),
        pdfa_level="2b",
        check_report=[],
        text=store_original_bytes(work, text.encode(), "brief.txt"),
        pages=[(text, 95.0)],
        previews=[store_original_bytes(work, PREVIEW, "1.jpg")],
        layout=store_original_bytes(work, f"<alto>{text}</alto>".encode(), "brief.xml"),
    )
    attach_renditions(work, document, version_of(work.session, document.id, None), made)
    return document
