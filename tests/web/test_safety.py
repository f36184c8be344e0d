"""Nothing that people write runs, nothing comes from elsewhere, and every page can be used by everybody."""

from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from eakte.access import Role
from eakte.foundation.work import SYSTEM, House
from tests.support.factories import LETTER, a_case, a_document, a_dossier
from tests.web.conftest import Page, Visit, Visitor

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"


@pytest.fixture
def pages(visit: Visit, house: House) -> dict[str, Page]:
    """Every page there is to read, over records whose every text is evil."""
    with house.begin(SYSTEM) as work:
        dossier = a_dossier(work, title=EVIL, remark=EVIL, keywords=(EVIL,))
        case = a_case(work, dossier=dossier, title=EVIL)
        document = a_document(work, case=case, title=EVIL, content=LETTER)
    visitor = visit()
    opened = {"/anmelden": Visitor(visitor.client).open("/anmelden")}
    opened[f"/schriftgut/{case.id}/hochladen"] = visitor.open(f"/schriftgut/{case.id}/hochladen")
    opened["/eingaenge/…"] = visitor.send(f"/schriftgut/{case.id}/hochladen", files=[(EVIL, LETTER)])
    visitor.open(f"/schriftgut/{case.id}/beteiligte")
    visitor.send(f"/schriftgut/{case.id}/beteiligte", {"role": "sender", "name": EVIL, "organisation": EVIL})
    visitor.send(f"/schriftgut/{case.id}/verweise", {"reference": dossier.reference, "note": EVIL})
    for path in (
        "/",
        "/aktenplan",
        f"/aktenplan/{dossier.entry_id}",
        f"/aktenplan?suche={EVIL}",
        f"/aktenplan/{dossier.entry_id}/neue-akte",
        f"/akten/{dossier.id}",
        f"/akten/{dossier.id}/neuer-vorgang",
        f"/akten/{dossier.id}/schutz",
        f"/vorgaenge/{case.id}",
        f"/dokumente/{document.id}",
        f"/dokumente/{document.id}/neue-version",
        f"/schriftgut/{dossier.id}/bearbeiten",
        f"/schriftgut/{document.id}/bearbeiten",
        f"/schriftgut/{case.id}/umschreiben",
        f"/schriftgut/{case.id}/beteiligte",
        f"/schriftgut/{dossier.id}/verlauf",
        f"/suche?q={EVIL}",
        "/konto",
        "/eingaenge",
        "/arbeitsliste",
        "/nirgends",
    ):
        opened[path] = visitor.open(path)
    return opened


def test_what_people_wrote_is_text_and_nothing_else(pages: dict[str, Page]) -> None:
    assert sum(EVIL in "".join(page.all("//body//text()")) for page in pages.values()) > 10
    for path, page in pages.items():
        assert not page.all("//script"), path
        assert not page.all("//*[@onerror or @onclick or @style or @onload]"), path
        assert not page.all("//img[@src='x']"), path
        assert "<script" not in page.source, path


def test_nothing_is_fetched_from_elsewhere(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        targets = page.all("//@href | //@src | //@action | //@srcset")
        assert targets, path
        assert not [target for target in targets if urlsplit(target).netloc or urlsplit(target).scheme], path


def test_every_page_tells_the_browser_to_be_careful(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert page.headers["x-frame-options"] == "DENY", path
        assert page.headers["referrer-policy"] == "same-origin", path
        assert page.headers["x-content-type-options"] == "nosniff", path
        assert page.headers["cache-control"] == "no-store", path


def test_every_page_can_be_used_without_seeing_it(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert page.all("/html[@lang='de']"), path
        assert page.words("//title").endswith("– E-Akte"), path
        assert len(page.all("//main")) == len(page.all("//h1")) == 1, path
        assert page.all("//a[@class='skip'][@href='#inhalt']"), path
        names = page.all("//@id")
        assert len(names) == len(set(names)), path
        for field in page.all("//input[not(@type='hidden')] | //select | //textarea"):
            assert page.all(f"//label[@for='{field.get('id')}']"), (path, field.get("name"))
        for reference in page.all("//@aria-describedby"):
            assert set(reference.split()) <= set(names), path
        for image in page.all("//img"):
            assert image.get("alt") is not None, path
        levels = [int(heading.tag[1]) for heading in page.all("//main//*[self::h1 or self::h2 or self::h3]")]
        assert all(below - above <= 1 for above, below in pairwise(levels)), path


def test_the_stylesheet_is_ours(visit: Visit) -> None:
    answer = visit(Role.CLERK).client.get("/static/eakte.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "http" not in answer.text
    assert "@import" not in answer.text
