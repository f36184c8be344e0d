"""Nothing that people write runs, nothing comes from elsewhere, and every page can be used by everybody."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from eakte.access import Role
from eakte.foundation.work import SYSTEM, House
from eakte.web.rendering import address
from ingest.batches.rules import BatchState
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.approval import Town
from tests.support.disposal import an_entry_to_destroy, closed
from tests.support.factories import LETTER, a_batch, a_case, a_document, a_dossier, a_unit, unique
from tests.support.privacy import work_off_privacy
from tests.support.scans import a_page_image
from tests.web.batches import Scan, begin, decide, parts_of
from tests.web.conftest import Page, Visit, Visitor
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"


@pytest.fixture(scope="module")
def kept() -> dict[str, Page]:
    """The pages as they were read, for all tests of this module."""
    return {}


@pytest.fixture
def pages(kept: dict[str, Page], visit: Visit, house: House, scan: Scan) -> dict[str, Page]:
    """Every page there is to read, over records whose every text is evil."""
    if not kept:
        kept |= every_page(visit, house, scan)
    return kept


def every_page(visit: Visit, house: House, scan: Scan) -> dict[str, Page]:
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
    opened |= pages_of_disposal(visitor, house) | asked_by_somebody(visitor, house, case.id)
    return opened | pages_of_batches(visitor, scan, house, case.reference) | pages_of_invoices(visitor, house)


def pages_of_disposal(visitor: Visitor, house: House) -> dict[str, Page]:
    """A list of a dossier whose title is evil, and a hold that people wrote evil into."""
    with house.begin(SYSTEM) as work:
        due = a_dossier(work, title=EVIL, entry=an_entry_to_destroy(work))
        held = a_dossier(work, title=EVIL, entry=an_entry_to_destroy(work))
        closed(work, due, held)
    visitor.open("/loeschsperren")
    wanted = {"reason": EVIL, "party": EVIL, "references": held.reference}
    opened = {"/loeschsperren/…": visitor.send("/loeschsperren", wanted)}
    read = ("/loeschsperren", "/aussonderung/faellig?verfahren=destruction", f"/aufbewahrung/schriftgut/{due.id}")
    opened |= {path: visitor.open(path) for path in read}
    visitor.open("/aussonderung")
    opened["/aussonderung/…"] = visitor.send("/aussonderung", {"name": EVIL, "procedure": "destruction"})
    opened["/aussonderung"] = visitor.open("/aussonderung")
    assert {page.status for page in opened.values()} == {200}
    return opened


def pages_of_invoices(visitor: Visitor, house: House) -> dict[str, Page]:
    """The pages of an invoice on its way, in which the supplier and the people of the house wrote evil."""
    town = Town(house)
    town.unit("Parks")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    town.person("Anna", Role.CLERK, unit="Parks")
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, budgets=[EVIL])
    invoice_id = town.invoice(EVIL, seller_name=EVIL, order_number=EVIL, buyer_reference=EVIL)
    town.act("Zita", invoice_id, Act.HOLD, reason=EVIL)
    town.act("Zita", invoice_id, Act.RESUME)
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Zita", invoice_id, Share(Account(EVIL, EVIL), percent=Decimal(100)))
    paths = (
        "/rechnungen",
        "/rechnungen/neu",
        "/rechnungen/meine",
        "/rechnungen/befugnisse",
        f"/rechnungen/{invoice_id}",
        f"/rechnungen/{invoice_id}/kontierung",
        "/abwesenheit",
    )
    opened = {path: visitor.open(path) for path in paths}
    assert {page.status for page in opened.values()} == {200}
    return opened


def pages_of_batches(visitor: Visitor, scan: Scan, house: House, into: str) -> dict[str, Page]:
    """The pages of a batch in which people wrote evil, of a released one, and of scan profiles."""
    visitor.open("/scanprofile/neu")
    key, procedure = unique("böse-"), {"procedure": EVIL, "procedure_version": "1"}
    shares = {"sample_share": "100", "sample_minimum": "1", "buffer_days": "0"}
    fields = {"key": key, "name": EVIL, "purpose": "copy", **procedure, **shares}
    opened = {"/scanprofile": visitor.send("/scanprofile/neu", fields)}
    evil = dict.fromkeys(("device", "device_inventory", "workstation", "workstation_inventory", "box", "shelf"), EVIL)
    empty = begin(visitor, **evil, profile=key)
    opened[f"{empty}?empty"] = visitor.send(f"{empty}/dateien", files=[(EVIL, LETTER), (f"{EVIL}2", b"")])
    stack = a_stack(a_sheet(into), a_page_image("Eins"), a_page_image("Zwei"))
    batch = scan(visitor, stack, **evil, profile=key, expected_sheets="9")
    (part,) = parts_of(visitor, batch)
    visitor.open(part)
    opened[f"{part}?bad"] = visitor.send(f"{part}/pruefung", {"verdict": "bad", "remark": EVIL})
    visitor.send(f"{batch}/klaeren", {"reason": EVIL})
    for path in (
        "/stapel",
        "/stapel/neu",
        "/trennblaetter",
        batch,
        f"{empty}/dateien",
        f"{batch}/bilder",
        part,
        f"{batch}/nachpruefung",
        "/scanprofile/neu",
        address("/scanprofile/bearbeiten", kennzeichen=key),
    ):
        opened[path] = visitor.open(path)
    decide(visitor, house, f"{batch}/bilder/3/zurueckweisen", {"reason": EVIL})
    opened[f"{batch}/bilder?rejected"] = visitor.open(f"{batch}/bilder")
    opened[f"{batch}?refused"] = visitor.send(f"{batch}/freigeben")
    assert {page.status for page in opened.values()} == {200, 409}
    return opened | {"/vernichtungsliste": listed_for_destruction(visitor, house)}


def asked_by_somebody(visitor: Visitor, house: House, case_id: UUID) -> dict[str, Page]:
    """Requests of a data subject, and one with what was found for it, answers and a report."""
    visitor.open(f"/schriftgut/{case_id}/beteiligte")
    visitor.send(f"/schriftgut/{case_id}/beteiligte", {"role": "sender", "name": "Erika Muster", "organisation": EVIL})
    visitor.open("/datenschutz")
    asked = {"kind": "erasure", "received_on": "2126-11-02", "names": "Erika Muster", "addresses": EVIL, "note": EVIL}
    path = visitor.send("/datenschutz", asked).path.split("?")[0]
    visitor.send(f"{path}/suchen")
    work_off_privacy(house)
    visitor.open(path)
    visitor.send(f"{path}/fundstellen", {"record": str(case_id), "judgement": "confirmed"})
    visitor.send(f"{path}/entscheiden")
    visitor.send(f"{path}/auskunft")
    work_off_privacy(house)
    page = visitor.open(path)
    assert "alles zu" in page.words() and "Löschung" in page.words() and "laden" in page.words()
    return {"/datenschutz": visitor.open("/datenschutz"), path: page}


def listed_for_destruction(visitor: Visitor, house: House) -> Page:
    """The list with a batch on it whose paper has had its time."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with house.begin(SYSTEM) as work:
        batch = a_batch(work, unit=a_unit(work))
        batch.state, batch.released_at, batch.destroyable_on = BatchState.RELEASED, long_ago, long_ago.date()
        batch.box = batch.shelf = EVIL
        path = f"/stapel/{batch.id}"
    page = visitor.open("/vernichtungsliste")
    assert path in page.links("//tbody//a")
    return page


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
