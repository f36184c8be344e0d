"""What is rearranged when the checks of its batch are done is looked at before it is filed."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from eakte.foundation.work import Actor, House
from eakte.records.models import Dossier
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_dossier_state
from ingest.adapters.transfer_note_pdf import note_in
from tests.ingest.batches.conftest import Batch, Registry
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.factories import AsActor, a_dossier
from tests.support.queue import work_off_ingests
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]
GOOD, TURN = {"verdict": "good"}, {"clockwise": 180}


def waiting_stack(letters: int = 1) -> bytes:
    """Letters of two pages behind sheets that name no dossier there is."""
    sheets = [[a_sheet(f"99.9-XX-2020/{n}"), a_page(f"Brief {n}"), a_page(f"Anlage {n}")] for n in range(letters)]
    return a_stack(*(image for letter in sheets for image in letter))


def accepted(registry: Registry, batch: Batch) -> Batch:
    """A batch whose checks are done, while its documents wait in the work list for their place."""
    for document in batch["documents"]:
        if document["drawn"]:
            registry.does(batch, f"/documents/{document['id']}:check", GOOD)
    batch = registry.does(batch, "accept")
    assert (batch["state"], set(batch["progress"])) == ("accepted", {"failed"})
    return batch


def settled(registry: Registry, batch: Batch, dossier: Dossier) -> Batch:
    """The same when somebody said where each document belongs that waits for that."""
    for document in batch["documents"]:
        if document["state"] == "failed":
            path = f"/api/v1/ingest-items/{document['itemId']}:retry"
            assert registry.client.post(path, json={"into": dossier.reference}).status_code == 200
    work_off_ingests(registry.house)
    return registry.seen(batch)


def test_a_document_changed_after_the_checks_is_filed_when_somebody_found_it_good(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = accepted(registry, registry.scan(waiting_stack(), **replacing()))
    check = f"/documents/{batch['documents'][0]['id']}:check"
    assert registry.is_refused(batch, check, GOOD)["code"] == "batch-state-forbids"
    batch = registry.does(batch, "/images/2:turn", TURN)
    waits = registry.is_refused(batch, check, GOOD)
    assert [error["code"] for error in waits["errors"]] == ["document-failed"]
    batch = settled(registry, batch, dossier)
    assert (batch["progress"], batch["settled"]) == ({"verified": 1}, True)
    assert "document-open" in [error["code"] for error in registry.is_refused(batch, "release")["errors"]]
    batch = registry.does(batch, check, {"verdict": "bad", "remark": "steht auf dem Kopf"})
    assert batch["progress"] == {"verified": 1}
    batch = registry.does(batch, "/images/2:turn", TURN)
    batch = settled(registry, batch, dossier)
    assert batch["documents"][0]["verdict"] is None
    batch = registry.does(batch, check, GOOD)
    assert batch["progress"] == {"filed": 1}
    assert registry.is_refused(batch, check, GOOD)["code"] == "batch-state-forbids"
    assert registry.does(batch, "release")["state"] == "released"


def test_a_document_that_was_not_drawn_is_looked_at_when_it_changed_and_so_are_both_its_parts(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    (profile,) = [
        one for one in registry.client.get("/api/v1/scan-profiles").json()["items"] if one["key"] == "ersetzend"
    ]
    one_of_them = {**profile, "key": "eines", "sampleShare": 0, "sampleMinimum": 1}
    assert registry.client.put("/api/v1/scan-profiles/eines", json=one_of_them).status_code == 200
    batch = accepted(registry, registry.scan(waiting_stack(2), **replacing("eines")))
    (undrawn,) = [document for document in batch["documents"] if not document["drawn"]]
    batch = registry.does(batch, f"/documents/{undrawn['id']}:split", {"page": 2})
    batch = settled(registry, batch, dossier)
    assert sorted((one["drawn"], one["state"]) for one in batch["documents"]) == [
        ("changed", "verified"),
        ("changed", "verified"),
        ("sample", "filed"),
    ]
    for document in batch["documents"]:
        if document["drawn"] == "changed":
            batch = registry.does(batch, f"/documents/{document['id']}:check", GOOD)
    assert batch["progress"] == {"filed": 3}


def test_a_sheet_inserted_after_the_checks_needs_a_second_person_whom_the_note_names(
    registry: Registry,
    house: House,
    dossier: Dossier,
    replacing: Replacing,
    as_actor: AsActor,
    client_of: Callable[[Actor], TestClient],
) -> None:
    batch = registry.scan(waiting_stack(), **replacing("ersetzend-hoch"))
    second = Registry(client_of(as_actor.with_every_role()), house)
    third = Registry(client_of(as_actor.with_every_role()), house)
    batch = accepted(second, batch)
    (document,) = batch["documents"]
    check = f"/documents/{document['id']}:check"
    batch = settled(second, second.does(batch, "/images/2:turn", TURN), dossier)
    sheet = {"file": ("fehlt.pdf", a_stack(a_page("Noch ein Blatt")))}
    path = f"/api/v1/batches/{batch['id']}/documents/{document['id']}:insert-pages"
    assert second.client.post(path, files=sheet, data={"page": "3"}).status_code == 201
    assert [error["code"] for error in third.is_refused(batch, check, GOOD)["errors"]] == ["file-unseen"]
    work_off_ingests(house)
    batch = settled(second, second.seen(batch), dossier)
    assert batch["documents"][0]["pages"] == [2, 3, 4]
    assert second.is_refused(batch, check, GOOD)["code"] == "second-person-needed"
    assert third.does(batch, check, GOOD)["progress"] == {"filed": 1}
    note = note_in(third.client.get(f"/api/v1/documents/{document['id']}/renditions/transfer_note").content)
    people = {step.name: step.performer for step in note.steps}
    assert note.quality.checked_by == people["Sichtprüfung"] != people["Freigabe der Prüfung"]
    assert note.quality.second_person


def test_a_document_changed_after_the_checks_goes_into_the_case_of_those_that_did_not_change(
    registry: Registry, house: House, replacing: Replacing
) -> None:
    with house.begin() as work:
        closed = a_dossier(work)
        change_dossier_state(work, closed.id, Action.CLOSE, revision=None)
    letters = [[a_sheet(closed.reference), a_page(f"Brief {n}")] for n in range(2)]
    batch = accepted(registry, registry.scan(a_stack(*letters[0], *letters[1]), **replacing()))
    with house.begin() as work:
        change_dossier_state(work, closed.id, Action.REOPEN, revision=None)
    first, second = batch["documents"]
    assert registry.client.post(f"/api/v1/ingest-items/{first['itemId']}:retry", json={}).status_code == 200
    batch = registry.does(batch, "/images/4:turn", TURN)
    assert [one["state"] for one in batch["documents"]] == ["filed", "verified"]
    registry.does(batch, f"/documents/{second['id']}:check", GOOD)
    cases = {registry.client.get(f"/api/v1/documents/{one['id']}").json()["caseId"] for one in (first, second)}
    assert len(cases) == 1


def test_a_copy_that_nobody_checks_is_filed_as_it_is_ready(registry: Registry, dossier: Dossier) -> None:
    batch = registry.scan(waiting_stack())
    batch = registry.does(batch, "/images/2:turn", TURN)
    assert batch["documents"][0]["drawn"] is None
    assert settled(registry, batch, dossier)["progress"] == {"filed": 1}
