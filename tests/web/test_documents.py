"""Documents at the browser: pages, texts, files and their warnings."""

import pytest

from eakte.access import Role
from eakte.documents.models import Document
from eakte.documents.queries import version_of
from eakte.documents.service import MadeRenditions, attach_renditions
from eakte.foundation.work import SYSTEM, House
from tests.support.factories import LETTER, a_document, store_original_bytes
from tests.web.conftest import Visit

PREVIEW = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest.fixture
def letter(house: House) -> Document:
    """A recognised letter of two pages, whose archival file is no PDF/A."""
    with house.begin(SYSTEM) as work:
        document = a_document(work, title="Brief der Nachbarin", content=LETTER)
        made = MadeRenditions(
            archival=store_original_bytes(work, LETTER, "brief.pdf"),
            pdfa_level=None,
            check_report=["6.2.4: Eine Schrift ist nicht eingebettet."],
            text=store_original_bytes(work, b"Erste Seite\fZweite Seite", "brief.txt"),
            pages=[("Erste Seite", 91.4), ("Zweite Seite", None)],
            previews=[store_original_bytes(work, PREVIEW + bytes([page]), f"{page}.jpg") for page in (1, 2)],
            warnings=[{"code": "low-confidence", "message": "Die Erkennung ist auf Seite 2 unsicher."}],
        )
        attach_renditions(work, document, version_of(work.session, document.id, None), made)
    return document


def test_a_document_shows_its_pages_files_and_warnings(visit: Visit, letter: Document) -> None:
    page = visit().open(f"/dokumente/{letter.id}")
    assert page.links("//ol[@class='pages']//a") == [f"/dokumente/{letter.id}/seiten/{number}" for number in (1, 2)]
    aside = page.words("//aside")
    assert "PDF/A nicht erreicht" in aside
    assert "Eine Schrift ist nicht eingebettet." in aside
    assert "Die Erkennung ist auf Seite 2 unsicher." in aside


def test_a_page_shows_its_image_and_its_text(visit: Visit, letter: Document) -> None:
    visitor = visit()
    page = visitor.open(f"/dokumente/{letter.id}/seiten/1")
    assert page.words("//pre") == "Erste Seite"
    assert "Erkennungsgüte 91 %" in page.words()
    (image,) = page.all("//main//img")
    answer = visitor.client.get(image.get("src"))
    assert (answer.status_code, answer.content) == (200, PREVIEW + b"\x01")
    assert visitor.open(f"/dokumente/{letter.id}/seiten/3").status == 404


def test_foreign_bytes_are_saved_and_never_run(visit: Visit, letter: Document) -> None:
    client = visit().client
    for kind in ("original", "archival", "text"):
        answer = client.get(f"/dokumente/{letter.id}/fassungen/{kind}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_a_known_image_is_not_sent_again_but_rights_are_asked_again(visit: Visit, letter: Document) -> None:
    client = visit().client
    path = f"/dokumente/{letter.id}/fassungen/preview?seite=1"
    tag = client.get(path).headers["etag"]
    again = client.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, no-cache"
    stranger = visit(Role.ADMINISTRATOR).client
    assert stranger.get(path, headers={"if-none-match": tag}).status_code == 404


def test_who_may_see_metadata_only_gets_no_content(visit: Visit, letter: Document) -> None:
    visitor = visit(Role.ARCHIVIST)
    page = visitor.open(f"/dokumente/{letter.id}")
    assert "dürfen Sie nicht lesen" in page.words()
    assert not page.all("//main//img")
    for path in ("seiten/1", "fassungen/original", "fassungen/preview?seite=1"):
        assert visitor.open(f"/dokumente/{letter.id}/{path}").status == 403


def test_a_new_version_takes_the_place_and_the_old_one_stays(visit: Visit, letter: Document) -> None:
    visitor = visit()
    path = f"/dokumente/{letter.id}/neue-version"
    visitor.open(path)
    assert visitor.send(path, files=[("", b"")]).status == 422
    page = visitor.send(path, files=[("brief-neu.pdf", LETTER + b"%2")])
    assert (page.status, "brief-neu.pdf" in page.words("//aside")) == (200, True)
    assert "entstehen noch" in page.words()
    old = visitor.open(f"/dokumente/{letter.id}?version=1")
    assert "Erste Seite" not in old.words()
    assert len(old.all("//ol[@class='pages']/li")) == 2
    assert visitor.open(f"/dokumente/{letter.id}?version=9").status == 404


def test_the_history_is_for_those_who_may_see_it(visit: Visit, letter: Document) -> None:
    path = f"/schriftgut/{letter.id}/verlauf"
    assert "Archivfassung, Text und Vorschau hergestellt" in visit(Role.AUDITOR).open(path).words()
    assert visit(Role.CLERK).open(path).status == 403
