"""Files on their way, and what failed, at the browser."""

from uuid import UUID

import pytest

from eakte.access import Role
from eakte.documents.errors import EmptyUpload
from eakte.foundation.work import SYSTEM, House
from eakte.records.models import Dossier
from ingest.messages import ItemQuarantined
from ingest.models import IngestItem
from ingest.service.steps import fail_item
from tests.support.factories import LETTER, a_dossier
from tests.web.conftest import Page, Visit, Visitor


@pytest.fixture
def dossier(house: House) -> Dossier:
    with house.begin(SYSTEM) as work:
        return a_dossier(work)


def upload(visitor: Visitor, dossier: Dossier, *names: str) -> Page:
    path = f"/schriftgut/{dossier.id}/hochladen"
    visitor.open(path)
    return visitor.send(path, files=[(name, LETTER + name.encode()) for name in names])


def failed(house: House, page: Page) -> UUID:
    """Let the newest item of an ingest fail."""
    with house.begin(SYSTEM) as work:
        ingest_id = UUID(page.path.removeprefix("/eingaenge/"))
        item = work.session.query(IngestItem).filter_by(ingest_id=ingest_id).order_by(IngestItem.id.desc()).first()
        assert item is not None
        fail_item(work, item.id, EmptyUpload())
        return item.id


def test_several_files_become_items_of_one_ingest(visit: Visit, dossier: Dossier) -> None:
    visitor = visit(Role.CLERK)
    page = upload(visitor, dossier, "eins.pdf", "zwei.pdf")
    assert page.path.startswith("/eingaenge/")
    assert "0 von 2 Dateien erledigt" in page.words()
    assert {"eins.pdf", "zwei.pdf"} <= set(page.words("//tbody").split())
    assert dossier.reference in page.words()
    assert page.path in visitor.open("/eingaenge").links("//tbody//a")


def test_the_progress_renews_itself_until_told_not_to(visit: Visit, dossier: Dossier, house: House) -> None:
    visitor = visit(Role.CLERK)
    page = upload(visitor, dossier, "eins.pdf")
    path = page.path
    assert page.all("//meta[@http-equiv='refresh']")
    assert not visitor.open(f"{path}?ruhig=true").all("//meta[@http-equiv='refresh']")
    failed(house, page)
    assert not visitor.open(path).all("//meta[@http-equiv='refresh']")


def test_without_a_file_nothing_is_opened(visit: Visit, dossier: Dossier) -> None:
    visitor = visit(Role.CLERK)
    visitor.open(f"/schriftgut/{dossier.id}/hochladen")
    page = visitor.send(f"/schriftgut/{dossier.id}/hochladen", files=[("", b"")])
    assert (page.status, "#files" in page.links("//*[@role='alert']//a")) == (422, True)
    assert visitor.open("/eingaenge").links("//tbody//a") == []


def test_who_may_only_read_cannot_upload(visit: Visit, dossier: Dossier) -> None:
    page = upload(visit(Role.AUDITOR), dossier, "eins.pdf")
    assert (page.status, "fehlt Ihnen das Recht" in page.words("//*[@role='alert']")) == (403, True)


def test_what_failed_waits_with_its_reason_and_its_original(visit: Visit, dossier: Dossier, house: House) -> None:
    visitor = visit(Role.CLERK)
    item_id = failed(house, upload(visitor, dossier, "kaputt.pdf"))
    page = visitor.open("/arbeitsliste")
    assert "kaputt.pdf" in page.words()
    assert "Die Datei ist leer." in page.words()
    assert "1 Datei wartet" in visitor.open("/").words()
    original = visitor.client.get(f"/arbeitsliste/{item_id}/original")
    assert original.content == LETTER + b"kaputt.pdf"
    assert original.headers["content-disposition"].startswith("attachment")


def test_retrying_sends_it_on_its_way_again_to_another_place_if_wanted(
    visit: Visit, dossier: Dossier, house: House
) -> None:
    with house.begin(SYSTEM) as work:
        other = a_dossier(work)
    visitor = visit(Role.CLERK)
    item_id = failed(house, upload(visitor, dossier, "kaputt.pdf"))
    visitor.open("/arbeitsliste")
    path = f"/arbeitsliste/{item_id}/wiederholen"
    page = visitor.send(path, {"into": "00.00-0000/0000"})
    assert (page.status, "Das Ziel der Ablage gibt es nicht." in page.words("//*[@role='alert']")) == (422, True)
    page = visitor.send(path, {"into": other.reference})
    assert (page.status, other.reference in page.words()) == (200, True)
    assert "Die Datei ist wieder unterwegs." in page.words("//*[@role='status']")
    assert "Nichts ist gescheitert." in visitor.open("/arbeitsliste").words()


def test_other_peoples_ingests_are_nobodys_business(visit: Visit, dossier: Dossier, house: House) -> None:
    page = upload(visit(Role.CLERK), dossier, "eins.pdf")
    path = page.path
    item_id = failed(house, page)
    stranger = visit(Role.CLERK)
    assert stranger.open(path).status == 404
    assert stranger.open(f"/arbeitsliste/{item_id}/original").status == 404
    assert "eins.pdf" not in stranger.open("/arbeitsliste").words()
    assert "eins.pdf" in visit(Role.REGISTRY).open("/arbeitsliste").words()


def test_what_a_virus_scanner_found_is_released_only_by_whoever_may_and_with_a_reason(
    visit: Visit, dossier: Dossier, house: House
) -> None:
    clerk, administrator = visit(Role.CLERK), visit(Role.ADMINISTRATOR, Role.REGISTRY)
    item_id = failed(house, upload(clerk, dossier, "verdacht.pdf"))
    with house.begin(SYSTEM) as work:
        item = work.session.get_one(IngestItem, item_id)
        item.malware = "Eicar-Test-Signature"
        work.publish(ItemQuarantined(record_id=item.id))
    path = f"/arbeitsliste/{item_id}/freigeben"
    assert path not in [form.get("action") for form in clerk.open("/arbeitsliste").all("//form")]
    page = administrator.open("/arbeitsliste")
    assert path in [form.get("action") for form in page.all("//form")]
    assert administrator.send(path, {"reason": " "}).status == 422
    administrator.open("/arbeitsliste")
    assert administrator.send(path, {"reason": "Fehlalarm, vom Hersteller bestätigt"}).status == 200
    assert "verdacht.pdf" not in administrator.open("/arbeitsliste").words()
