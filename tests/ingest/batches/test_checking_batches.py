"""Quality assurance: what was drawn is looked at, by a second person where the profile wants one."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.access.service import appoint_deputy
from eakte.documents.models import object_key
from eakte.foundation.clock import legal_day
from eakte.foundation.storage import Digest
from eakte.foundation.work import Actor, House
from eakte.records.models import Dossier
from ingest.adapters.transfer_note_pdf import note_in
from ingest.batches.models import BatchFile
from ingest.proof.transfer_note import AnomalyKind
from tests.ingest.batches.conftest import Registry, all_good
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.factories import AsActor
from tests.support.queue import work_off_ingests
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]


def three_letters(dossier: Dossier) -> bytes:
    pages = [[a_sheet(dossier.reference), a_page(f"Schreiben {number}")] for number in range(1, 4)]
    return a_stack(*(image for pair in pages for image in pair))


def test_nothing_is_filed_before_everything_drawn_was_looked_at(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(three_letters(dossier), **replacing())
    assert [document["drawn"] for document in batch["documents"]] == ["sample"] * 3
    assert (batch["state"], batch["progress"], batch["settled"]) == ("split", {"verified": 3}, True)
    refused = registry.is_refused(batch, "accept")
    assert [error["code"] for error in refused["errors"]] == ["document-unchecked"] * 3
    all_good(registry, batch)
    batch = registry.does(batch, "accept")
    assert (batch["state"], batch["progress"]) == ("accepted", {"filed": 3})


def test_a_document_found_bad_is_corrected_and_looked_at_again(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = all_good(registry, registry.scan(three_letters(dossier), **replacing()))
    bad = batch["documents"][1]
    batch = registry.does(batch, f"/documents/{bad['id']}:check", {"verdict": "bad", "remark": "Seite fehlt"})
    assert [error["code"] for error in registry.is_refused(batch, "accept")["errors"]] == ["document-bad"]
    batch = registry.does(batch, f"/documents/{bad['id']}:merge", {"following": batch["documents"][2]["id"]})
    assert [document["pages"] for document in batch["documents"]] == [[2], [4, 6]]
    assert batch["documents"][1]["verdict"] is None
    batch = registry.does(batch, f"/documents/{bad['id']}:check", {"verdict": "good"})
    assert registry.does(batch, "accept")["progress"] == {"filed": 2}


def test_a_page_can_be_turned_moved_split_off_and_rejected_until_its_document_is_filed(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_page("Eins"), a_page("Zwei"), a_page("Drei")), **replacing(into=dossier.reference))
    (document,) = batch["documents"]
    batch = registry.does(batch, "/images/2:turn", {"clockwise": 180})
    assert [image["turned"] for image in batch["images"]] == [0, 180, 0]
    batch = registry.does(batch, "/images/3:place", {"document": document["id"], "page": 1})
    assert batch["documents"][0]["pages"] == [3, 1, 2]
    batch = registry.does(batch, f"/documents/{document['id']}:split", {"page": 3})
    assert [one["pages"] for one in batch["documents"]] == [[3, 1], [2]]
    batch = registry.does(batch, "/images/1:reject", {"reason": "Notizzettel"})
    assert [one["pages"] for one in batch["documents"]] == [[3], [2]]
    assert (batch["counts"]["pages"], batch["counts"]["rejected"]) == (2, 1)
    assert registry.is_refused(batch, "/images/3:reject", {"reason": "auch"})["code"] == "last-page"
    all_good(registry, batch)
    batch = registry.does(batch, "accept")
    refused = registry.is_refused(batch, "/images/3:turn", {"clockwise": 90})
    assert refused["code"] == "document-already-filed"


def test_a_rescan_takes_the_place_of_the_page_and_the_transfer_note_says_so(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_page("Unlesbar"), a_page("Gut")), **replacing(), expectedSheets=2)
    sent = registry.client.post(
        f"/api/v1/batches/{batch['id']}/images/1:rescan",
        files={"file": ("nachscan.pdf", a_stack(a_page("Jetzt lesbar")))},
    )
    assert sent.status_code == 201, sent.text
    work_off_ingests(registry.house)
    batch = registry.seen(batch)
    replaced = batch["images"][0]
    assert (replaced["n"], replaced["kind"], replaced["reason"]) == (1, "rejected", "rescanned")
    assert batch["documents"][0]["pages"] == [3, 2]
    assert (batch["counts"]["images"], batch["counts"]["rescans"]) == (3, 1)
    all_good(registry, batch)
    batch = registry.does(batch, "accept")
    note = registry.client.get(f"/api/v1/documents/{batch['documents'][0]['id']}/renditions/transfer_note")
    assert note.status_code == 200, note.text
    (rescan,) = note_in(note.content).anomalies
    assert (rescan.kind, rescan.images) == (AnomalyKind.RESCAN, (1,))


def test_nothing_of_a_rejected_batch_is_filed_and_its_raw_scans_stay(
    registry: Registry, house: House, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(three_letters(dossier), **replacing())
    batch = registry.does(batch, "reject", {"reason": "Scanner verschmutzt, neu scannen"})
    assert (batch["state"], batch["progress"]) == ("rejected", {"discarded": 3})
    assert registry.is_refused(batch, "accept")["code"] == "batch-state-forbids"
    with house.begin() as work:
        file = work.session.get_one(BatchFile, batch["files"][0]["id"])
        digest: Digest = file.digest
        assert len(house.storage.read(object_key(file.object_id), digest)) == digest.size  # type: ignore[arg-type]


def test_where_a_second_person_is_wanted_whoever_scanned_may_not_check(
    registry: Registry,
    house: House,
    dossier: Dossier,
    replacing: Replacing,
    as_actor: AsActor,
    client_of: Callable[[Actor], TestClient],
) -> None:
    batch = registry.scan(three_letters(dossier), **replacing("ersetzend-hoch"))
    first = batch["documents"][0]["id"]
    refused = registry.is_refused(batch, f"/documents/{first}:check", {"verdict": "good"})
    assert refused["code"] == "second-person-needed"
    second = Registry(client_of(as_actor.with_every_role()), house)
    all_good(second, batch)
    assert second.does(batch, "accept")["progress"] == {"filed": 3}


def test_a_second_person_who_stands_in_for_the_first_is_no_second_person(
    registry: Registry,
    house: House,
    dossier: Dossier,
    replacing: Replacing,
    as_actor: AsActor,
    client_of: Callable[[Actor], TestClient],
) -> None:
    batch = registry.scan(three_letters(dossier), **replacing("ersetzend-hoch"))
    deputy = as_actor.with_every_role()
    with house.begin() as work:
        today = legal_day(work.now)
        scanned_by = registry.seen(batch)["createdBy"]
        appoint_deputy(work, scanned_by, deputy.id, valid_from=today - timedelta(1), valid_until=today + timedelta(1))
    second = Registry(client_of(deputy), house)
    refused = second.is_refused(batch, f"/documents/{batch['documents'][0]['id']}:check", {"verdict": "good"})
    assert refused["code"] == "second-person-needed"


@pytest.mark.parametrize("how", ["uploaded", "rescanned", "inserted", "stands in for who uploaded"])
def test_whoever_gave_a_sheet_in_or_scanned_one_again_is_no_second_person(
    registry: Registry,
    house: House,
    dossier: Dossier,
    replacing: Replacing,
    as_actor: AsActor,
    client_of: Callable[[Actor], TestClient],
    how: str,
) -> None:
    helper, third = as_actor.with_every_role(), as_actor.with_every_role()
    helping = Registry(client_of(helper), house)
    batch = registry.open(**replacing("ersetzend-hoch"))
    later = {"rescanned": "images/2:rescan", "inserted": "documents/{document}:insert-pages"}
    (registry if how in later else helping).send(batch, three_letters(dossier))
    batch = registry.does(batch, "complete")
    checks = f"/documents/{batch['documents'][0]['id']}:check", {"verdict": "good"}
    if how in later:
        helping.does(batch, *checks)
        scan = {"file": ("nachscan.pdf", a_stack(a_page("Jetzt lesbar")))}
        path = f"/api/v1/batches/{batch['id']}/{later[how].format(document=batch['documents'][0]['id'])}"
        fields = {"page": "1"} if how == "inserted" else None
        assert helping.client.post(path, files=scan, data=fields).status_code == 201
        work_off_ingests(house)
    refused = helping
    if how == "stands in for who uploaded":
        deputy = as_actor.with_every_role()
        with house.begin() as work:
            today = legal_day(work.now)
            appoint_deputy(
                work, helper.id, deputy.id, valid_from=today - timedelta(1), valid_until=today + timedelta(1)
            )
        refused = Registry(client_of(deputy), house)
    assert refused.is_refused(batch, *checks)["code"] == "second-person-needed"
    assert refused.is_refused(batch, "accept")["code"] == "second-person-needed"
    checking = Registry(client_of(third), house)
    all_good(checking, batch)
    assert checking.does(batch, "accept")["progress"] == {"filed": 3}


def test_a_batch_keeps_the_second_person_its_profile_asked_for_when_it_began(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(three_letters(dossier), **replacing("ersetzend-hoch"))
    (profile,) = [
        one for one in registry.client.get("/api/v1/scan-profiles").json()["items"] if one["key"] == "ersetzend-hoch"
    ]
    eased = registry.client.put("/api/v1/scan-profiles/ersetzend-hoch", json={**profile, "secondPerson": False})
    assert eased.status_code == 200, eased.text
    refused = registry.is_refused(batch, f"/documents/{batch['documents'][0]['id']}:check", {"verdict": "good"})
    assert refused["code"] == "second-person-needed"


@pytest.mark.parametrize(
    ("checks", "accepts", "second"),
    [("first", "first", False), ("first", "second", False), ("second", "second", True)],
)
def test_the_transfer_note_names_a_second_person_only_where_others_than_who_scanned_looked_and_decided(
    registry: Registry,
    house: House,
    replacing: Replacing,
    as_actor: AsActor,
    client_of: Callable[[Actor], TestClient],
    checks: str,
    accepts: str,
    second: bool,
) -> None:
    who = {"first": registry, "second": Registry(client_of(as_actor.with_every_role()), house)}
    batch = registry.scan(a_stack(a_page("Bescheid")), **replacing())
    all_good(who[checks], batch)
    batch = who[accepts].does(batch, "accept")
    assert batch["decidedIndependently"] is (accepts == "second")
    note = registry.client.get(f"/api/v1/documents/{batch['documents'][0]['id']}/renditions/transfer_note")
    assert note_in(note.content).quality.second_person is second


def test_a_deputy_has_the_others_rights_for_the_days_of_the_deputyship_only(
    house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    principal, deputy = as_actor(Role.RECORDS_MANAGER), as_actor()
    client = client_of(deputy)
    assert client.get("/api/v1/paper-destructions").status_code == 403
    formerly_absent = as_actor.with_every_role()
    with house.begin() as work:
        today = legal_day(work.now)
        appoint_deputy(work, principal.id, deputy.id, valid_from=today, valid_until=today + timedelta(1))
        appoint_deputy(work, formerly_absent.id, deputy.id, valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    assert client.get("/api/v1/paper-destructions").status_code == 200
    assert client.get("/api/v1/identities").status_code == 403


def test_whoever_checks_a_batch_decides_about_files_that_others_scanned(
    house: House, dossier: Dossier, replacing: Replacing, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    scanner = Registry(client_of(as_actor(Role.CLERK)), house)
    batch = scanner.open(**replacing())
    scanner.send(batch, a_stack(a_sheet(dossier.reference), a_page("Bescheid")), "gut.pdf")
    scanner.send(batch, b"%PDF-1.7 abgebrochen", "kaputt.pdf")
    batch = scanner.does(batch, "complete")
    colleague = Registry(client_of(as_actor(Role.REGISTRY)), house)
    good, broken = all_good(colleague, batch)["documents"]
    assert (good["state"], broken["state"]) == ("verified", "failed")
    batch = colleague.does(batch, "accept")
    assert [document["state"] for document in batch["documents"]] == ["filed", "failed"]
    put_away = colleague.client.post(
        f"/api/v1/ingest-items/{broken['itemId']}:discard", json={"reason": "leere Datei des Scanners"}
    )
    assert put_away.status_code == 200, put_away.text
    assert colleague.does(batch, "release")["state"] == "released"
