"""What was filed is proven again, and only what is proven has its paper destroyed; by what profiles all this goes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from eakte.access import Role
from eakte.documents.models import RenditionKind
from eakte.documents.queries import renditions_of, version_of
from eakte.foundation.work import SYSTEM, House
from ingest.batches.models import Batch
from ingest.batches.service.releasing import record_backup
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.factories import unique
from tests.support.scans import a_page_image as a_page
from tests.web.batches import Scan, buttons, decide, parts_of, refused, told
from tests.web.conftest import Visit, Visitor


@pytest.fixture
def registry(visit: Visit) -> Visitor:
    return visit(Role.REGISTRY)


@pytest.fixture
def released(registry: Visitor, scan: Scan, replacing: dict[str, str], house: House) -> str:
    """The path of a batch of one letter that was checked, filed and released."""
    path = scan(registry, a_stack(a_page("Bescheid")), **replacing)
    (part,) = parts_of(registry, path)
    registry.open(part)
    registry.send(f"{part}/pruefung", {"verdict": "good"})
    decide(registry, house, f"{path}/annehmen")
    registry.open(path)
    assert "Der Stapel ist freigegeben." in told(registry.send(f"{path}/freigeben"))
    return path


def half_a_year_passes(house: House, path: str) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=200)
    values = {"released_at": long_ago, "destroyable_on": (long_ago + timedelta(days=180)).date()}
    with house.begin(SYSTEM) as work:
        work.session.execute(update(Batch).where(Batch.id == UUID(path.removeprefix("/stapel/"))).values(**values))


def flip(house: House, part: str, kind: RenditionKind) -> None:
    """Change one bit of what was filed, where it is stored."""
    with house.begin(SYSTEM) as work:
        version = version_of(work.session, UUID(part.rsplit("/", 1)[1]), None)
        (rendition,) = [one for one in renditions_of(work.session, version.id) if one.kind is kind]
        content = bytearray(house.storage.read(rendition.key, rendition.digest))
        content[len(content) // 2] ^= 1
        house.storage.put_bytes(rendition.key, bytes(content), media_type=rendition.media_type, hold=False)


def test_a_batch_is_not_released_before_everything_is_filed_and_the_obstacles_are_named(
    registry: Visitor, scan: Scan, house: House
) -> None:
    path = scan(registry, a_stack(a_page("Ohne Ziel")))
    page = registry.send(f"{path}/freigeben")
    assert (page.status, "Dokument 1 ist weder abgelegt noch verworfen." in refused(page)) == (409, True)


def test_a_proof_that_holds_says_so_and_a_broken_one_says_what_changed(
    registry: Visitor, released: str, house: House
) -> None:
    page = registry.open(f"{released}/nachpruefung")
    assert "1 Dokument nachgeprüft, alles unverändert." in page.words()
    assert "gesiegelt" in page.words("//tbody")
    (part,) = parts_of(registry, released)
    flip(house, part, RenditionKind.ARCHIVAL)
    page = registry.open(f"{released}/nachpruefung")
    assert "1 mit Abweichungen" in page.words()
    assert "Archivfassung" in page.words("//tbody")


def test_paper_comes_onto_the_list_when_its_time_is_over_and_is_recorded_as_destroyed(
    visit: Visit, registry: Visitor, released: str, house: House
) -> None:
    assert "Das Papier ist noch aufzubewahren" in registry.open(released).words("//p[@class='next']")
    manager = visit(Role.RECORDS_MANAGER)
    assert "Kein Papier steht zur Vernichtung an." in manager.open("/vernichtungsliste").words()
    half_a_year_passes(house, released)
    assert released in manager.open("/vernichtungsliste").links("//tbody//a")
    assert "K 17" in manager.page.words("//tbody")  # type: ignore[union-attr]
    how = {"how": "Aktenvernichter P-4, Keller"}
    page = manager.send(f"{released}/vernichtung", how)
    assert (page.status, "kein Sicherungslauf verzeichnet" in refused(page)) == (409, True)
    with house.begin(SYSTEM) as work:
        record_backup(work, ended_at=work.now, remark=None)
    assert "Verfahren und Ort: " in refused(manager.send(f"{released}/vernichtung", {"how": ""}))
    assert "ist festgehalten" in told(manager.send(f"{released}/vernichtung", how))
    page = manager.open(released)
    assert "Das Papier ist vernichtet" in page.words("//p[@class='next']")
    assert "Papier vernichtet" in page.words("//aside//dt")


def test_paper_that_is_kept_is_named_with_its_reason_at_the_document_the_batch_and_on_the_list(
    visit: Visit, registry: Visitor, released: str, house: House
) -> None:
    (part,) = parts_of(registry, released)
    registry.open(part)
    assert "Grund: " in refused(registry.send(f"{part}/papier-behalten", {"reason": ""}))
    page = registry.send(f"{part}/papier-behalten", {"reason": "Urschrift mit Siegel"})
    assert "wird behalten" in told(page)
    assert "Papier bleibt Urschrift mit Siegel" in page.words("//section[@id='papier']")
    page = registry.open(released)
    assert "Papier bleibt Urschrift mit Siegel" in page.words("//tbody")
    assert "das Papier bleibt" in page.words("//p[@class='next']")
    half_a_year_passes(house, released)
    manager = visit(Role.RECORDS_MANAGER)
    assert "Kein Papier steht zur Vernichtung an." in manager.open("/vernichtungsliste").words()
    assert manager.open(part).links("//section[@id='papier']//form/@action") == []
    registry.open(part)
    assert "nicht länger" in told(registry.send(f"{part}/papier-nicht-behalten"))
    assert "nichts" in manager.open("/vernichtungsliste").words("//td[@data-label='Vorher herausnehmen']")


def test_the_list_names_the_paper_that_has_to_be_taken_out_first(
    visit: Visit, registry: Visitor, scan: Scan, replacing: dict[str, str], house: House
) -> None:
    sheet = a_sheet(replacing["into"])
    path = scan(registry, a_stack(a_page("Bescheid"), sheet, a_page("Urkunde")), **replacing)
    parts = parts_of(registry, path)
    for part in parts:
        registry.open(part)
        registry.send(f"{part}/pruefung", {"verdict": "good"})
    registry.open(parts[1])
    registry.send(f"{parts[1]}/papier-behalten", {"reason": "Urschrift mit Siegel"})
    decide(registry, house, f"{path}/annehmen")
    registry.open(path)
    registry.send(f"{path}/freigeben")
    half_a_year_passes(house, path)
    page = visit(Role.RECORDS_MANAGER).open("/vernichtungsliste")
    taken_out = page.words("//td[@data-label='Vorher herausnehmen']")
    assert taken_out == f"Dokument 2 ({replacing['into']}), Bilder 3: Urschrift mit Siegel"
    assert parts[1] in page.links("//tbody//a")


def test_only_those_who_destroy_paper_are_led_to_the_list(visit: Visit, registry: Visitor, released: str) -> None:
    assert registry.open("/vernichtungsliste").status == 403
    assert "Vernichtungsliste" not in buttons(registry.open(released))
    assert "Vernichtungsliste" in buttons(visit(Role.RECORDS_MANAGER).open(released))


# --- scan profiles ------------------------------------------------------------------------------------------

PROFILE = {
    "name": "Bauakten ersetzend",
    "purpose": "replacement",
    "procedure": "VB Bauakten",
    "procedure_version": "1.2",
    "separate_by": "codes",
    "duplex": "yes",
    "page_collation": "none",
    "confidentiality": "restricted",
    "sample_share": "12,5",
    "sample_minimum": "5",
    "buffer_days": "90",
}


def test_a_scan_profile_is_made_and_changed_by_those_who_may(registry: Visitor) -> None:
    key = unique("bau-")
    registry.open("/scanprofile/neu")
    page = registry.send("/scanprofile/neu", {**PROFILE, "key": key, "second_person": "true"})
    assert "Angelegt." in told(page)
    row = page.words(f"//tr[contains(., '{key}')]")
    for words in ("12,5 %, mindestens 5", "zweite Person", "noch 90 Tage", "VB Bauakten, Version 1.2"):
        assert words in row
    path = f"/scanprofile/bearbeiten?kennzeichen={key}"
    page = registry.open(path)
    assert page.all("//input[@name='sample_share']/@value") == ["12,5"]
    assert page.all("//input[@name='second_person']/@checked")
    page = registry.send(path, {**PROFILE, "sample_share": "100"})
    assert "100 %" in page.words(f"//tr[contains(., '{key}')]")
    assert "zweite Person" not in page.words(f"//tr[contains(., '{key}')]")


def test_a_scan_profile_with_a_wrong_share_or_a_taken_key_comes_back_as_it_was_written(registry: Visitor) -> None:
    registry.open("/scanprofile/neu")
    for share in ("101", "-1", "viel", "nan"):
        page = registry.send("/scanprofile/neu", {**PROFILE, "key": "neu", "sample_share": share})
        assert (page.status, "0 bis 100 Prozent" in refused(page)) == (422, True)
        assert page.all("//input[@name='sample_share']/@value") == [share]
    page = registry.send("/scanprofile/neu", {**PROFILE, "key": "standard"})
    assert (page.status, "#key" in page.links("//*[@role='alert']//a")) == (409, True)


def test_whoever_may_not_set_profiles_only_reads_them(visit: Visit) -> None:
    clerk = visit(Role.CLERK)
    page = clerk.open("/scanprofile")
    assert "Ersetzendes Scannen" in page.words()
    assert [href for href in page.links() if href.startswith("/scanprofile/")] == []
    assert clerk.open("/scanprofile/neu").status == 403
    assert clerk.open("/scanprofile/bearbeiten?kennzeichen=standard").status == 403
