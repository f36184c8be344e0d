"""A stack is taken apart: what its sheets say, what is missing, and what waits for a person."""

from eakte.foundation.work import House
from eakte.records.models import Dossier
from eakte.records.queries import references_read_as
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_dossier_state
from tests.ingest.batches.conftest import Batch, Registry
from tests.ingest.batches.stacks import a_sheet, a_stack, an_empty_side
from tests.support.factories import a_dossier
from tests.support.queue import work_off_ingests
from tests.support.scans import a_page_image as a_page


def kinds(batch: Batch) -> list[str]:
    return [image["kind"] for image in batch["images"]]


def test_each_document_is_filed_where_its_separator_sheet_says(
    registry: Registry, house: House, dossier: Dossier
) -> None:
    with house.begin() as work:
        other = a_dossier(work)
    stack = a_stack(
        a_sheet(dossier.reference),
        a_page("Bescheid Nr. 1"),
        a_page("Anlage zu Nr. 1"),
        an_empty_side(),
        a_sheet(other.reference),
        a_page("Widerspruch"),
    )
    batch = registry.scan(stack, expectedSheets=6)
    assert kinds(batch) == ["separator", "page", "page", "blank", "separator", "page"]
    assert batch["counts"] == {
        "images": 6, "documents": 2, "pages": 3, "separators": 2, "blanks": 1, "rejected": 0, "rescans": 0,
    }  # fmt: skip
    assert (batch["state"], batch["findings"], batch["settled"]) == ("accepted", [], True)
    first, second = batch["documents"]
    assert (first["reference"], first["pages"], first["state"]) == (dossier.reference, [2, 3], "filed")
    assert (second["reference"], second["pages"], second["state"]) == (other.reference, [6], "filed")
    filed = registry.client.get(f"/api/v1/documents/{first['id']}").json()
    assert (filed["documentType"], filed["source"]) == ("Bescheid", "scan")
    text = registry.client.get(f"/api/v1/documents/{first['id']}/renditions/text").text
    assert "Bescheid Nr. 1" in text
    assert "TRENNBLATT" not in text


def test_a_sheet_that_lay_upside_down_is_read_and_told(registry: Registry, dossier: Dossier) -> None:
    batch = registry.scan(a_stack(a_sheet(dossier.reference).rotate(180), a_page("Bescheid")))
    assert [(image["kind"], image["turned"]) for image in batch["images"]] == [("separator", 180), ("page", 0)]
    assert batch["documents"][0]["state"] == "filed"


def test_the_same_file_twice_is_told_and_filed_once(registry: Registry, dossier: Dossier) -> None:
    batch = registry.open(into=dossier.reference)
    letter = a_stack(a_page("Einmal genügt"))
    registry.send(batch, letter, "brief.pdf")
    again = registry.send(batch, letter, "brief (Kopie).pdf")
    batch = registry.does(batch, "complete")
    assert (again["state"], again["duplicateOf"]) == ("duplicate", batch["files"][0]["id"])
    assert [document["state"] for document in batch["documents"]] == ["filed"]


def test_a_missing_sheet_holds_the_whole_batch_until_somebody_explains_it(registry: Registry, dossier: Dossier) -> None:
    batch = registry.scan(a_stack(a_sheet(dossier.reference), a_page("Seite 1")), expectedSheets=3)
    assert [finding["code"] for finding in batch["findings"]] == ["sheets-missing"]
    assert (batch["state"], batch["progress"]) == ("split", {"verified": 1})
    refused = registry.is_refused(batch, "accept")
    assert refused["code"] == "batch-not-ready"
    assert [error["code"] for error in refused["errors"]] == ["sheets-missing"]
    registry.does(batch, "explain", {"reason": "Verzählt: der Stapel hatte zwei Blätter."})
    batch = registry.does(batch, "accept")
    assert (batch["state"], batch["progress"]) == ("accepted", {"filed": 1})


def test_a_double_feed_is_seen_as_a_missing_image(registry: Registry, dossier: Dossier) -> None:
    batch = registry.scan(a_stack(a_sheet(dossier.reference), a_page("Vorn"), a_page("Hinten")), expectedImages=4)
    assert [finding["code"] for finding in batch["findings"]] == ["images-missing"]
    assert "Gezählt wurden 4 Bilder, gescannt 3." in batch["findings"][0]["message"]


def test_what_has_no_known_place_waits_and_the_rest_is_filed(
    registry: Registry, house: House, dossier: Dossier
) -> None:
    with house.begin() as work:
        closed = a_dossier(work)
        change_dossier_state(work, closed.id, Action.CLOSE, revision=None)
    stack = a_stack(
        a_sheet("99.9-XX-2020/1"),
        a_page("Unbekannt"),
        a_sheet(closed.reference),
        a_page("Zu spät"),
        a_sheet(dossier.reference, batch="S-1999-00001"),
        a_page("Aus einem anderen Stapel"),
        a_sheet(dossier.reference),
        a_page("Richtig"),
    )
    batch = registry.scan(stack)
    assert [document["code"] for document in batch["documents"]] == [
        "target-not-found",
        "record-state-forbids",
        "separator-of-another-batch",
        None,
    ]
    assert batch["progress"] == {"failed": 3, "filed": 1}
    assert all(document["message"] for document in batch["documents"][:3])
    item = batch["documents"][0]["itemId"]
    retried = registry.client.post(f"/api/v1/ingest-items/{item}:retry", json={"into": dossier.reference})
    assert retried.status_code == 200, retried.text
    work_off_ingests(house)
    assert registry.seen(batch)["documents"][0]["state"] == "filed"


def test_what_only_the_text_says_of_its_place_is_proposed_and_a_person_confirms_it(
    registry: Registry, house: House, dossier: Dossier
) -> None:
    batch = registry.scan(a_stack(a_page("Stadt Musterhausen", f"Aktenzeichen: {dossier.reference}", "Bescheid")))
    (document,) = batch["documents"]
    assert (document["state"], document["code"]) == ("failed", "target-proposed")
    assert document["reference"] == dossier.reference
    confirmed = registry.client.post(
        f"/api/v1/ingest-items/{document['itemId']}:retry", json={"into": document["reference"]}
    )
    assert confirmed.status_code == 200, confirmed.text
    work_off_ingests(house)
    assert registry.seen(batch)["documents"][0]["state"] == "filed"


def test_a_reference_whose_letters_were_misread_still_leads_to_its_dossier(house: House, dossier: Dossier) -> None:
    misread = dossier.reference.replace("0", "O").replace("1", "I").replace("5", "S")
    with house.begin() as work:
        assert dossier.reference in references_read_as(work.session, misread)
        assert references_read_as(work.session, "II/3-512.01/1871-9999") == []
