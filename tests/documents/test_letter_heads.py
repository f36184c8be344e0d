"""What the head of a letter says (Unterbetreff, Bezug, Bearbeiter, Anlagen), from its filing to the search."""

from fastapi.testclient import TestClient

from eakte.audit.queries import entries_of
from eakte.documents.service import DocumentDetails
from eakte.foundation.gathering import write_gathered
from eakte.foundation.ids import new_id
from eakte.foundation.work import House
from eakte.search.queries import indexed_documents
from tests.support.factories import a_case, a_document

HEAD = {
    "subtitle": "Nachforderung der Statik",
    "refersTo": "Ihr Schreiben vom 3. Mai",
    "clerk": "Frau Öztürk",
    "enclosures": ["Lageplan", "Baubeschreibung"],
}


def test_the_head_of_a_letter_is_kept_as_it_was_sent(client: TestClient, house: House) -> None:
    with house.begin() as work:
        case_id = a_case(work).id
    made = client.post(f"/api/v1/cases/{case_id}/documents", json={"title": "Bauantrag", **HEAD})
    assert made.status_code == 201
    read = client.get(f"/api/v1/documents/{made.json()['id']}").json()
    assert {name: read[name] for name in HEAD} == HEAD


def test_a_letter_without_such_a_head_has_none(client: TestClient, house: House) -> None:
    with house.begin() as work:
        document_id = a_document(work).id
    read = client.get(f"/api/v1/documents/{document_id}").json()
    assert [read[name] for name in HEAD] == [None, None, None, []]


def test_a_change_of_the_head_is_audited_and_null_empties_it(client: TestClient, house: House) -> None:
    with house.begin() as work:
        document = a_document(work, details=DocumentDetails(clerk="Herr Bode", enclosures=("Lageplan",)))
        revision = document.revision
    patch = {"clerk": None, "refersTo": "Ihre E-Mail", "enclosures": ["Lageplan", "Statik"]}
    answer = client.patch(f"/api/v1/documents/{document.id}", json=patch, headers={"If-Match": f'"{revision}"'})
    assert answer.status_code == 200
    assert (answer.json()["clerk"], answer.json()["enclosures"]) == (None, ["Lageplan", "Statik"])
    with house.begin() as work:
        write_gathered(work.session)
        changes = entries_of(work.session, document.id, cursor=None, limit=500).items[-1].changes
    assert changes == {
        "clerk": ["Herr Bode", None],
        "refers_to": [None, "Ihre E-Mail"],
        "enclosures": [["Lageplan"], ["Lageplan", "Statik"]],
    }


def test_a_search_finds_what_a_letter_is_about_in_particular_and_what_it_encloses(house: House) -> None:
    details = DocumentDetails(
        subtitle="Statik", refers_to="Ihr Schreiben", clerk="Frau Öztürk", enclosures=("Lageplan",)
    )
    with house.begin() as work:
        document = a_document(work, keywords=("Bau",), details=details)
        (indexed,) = indexed_documents(work.session, [document.id])
    assert indexed.keywords == ("Bau", "Statik", "Ihr Schreiben", "Lageplan")


# --- cases and dossiers ---------------------------------------------------------------------------------


def test_who_keeps_a_dossier_or_case_can_change_and_must_be_known(client: TestClient, house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        unit_id = str(case.unit_id)
    for address in (f"/api/v1/dossiers/{case.dossier_id}", f"/api/v1/cases/{case.id}"):
        tag = client.get(address).headers["ETag"]
        answer = client.patch(address, json={"keepingUnitId": unit_id}, headers={"If-Match": tag})
        assert (answer.status_code, answer.json()["keepingUnitId"]) == (200, unit_id)
        tag = answer.headers["ETag"]
        unknown = client.patch(address, json={"keepingUnitId": str(new_id())}, headers={"If-Match": tag})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unit-not-found")
        emptied = client.patch(address, json={"keepingUnitId": None}, headers={"If-Match": tag})
        assert emptied.json()["keepingUnitId"] is None


def test_a_case_has_a_type_and_its_own_keeping_unit(client: TestClient, house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        said = {"caseType": "Baugenehmigung", "keepingUnitId": str(case.unit_id)}
    made = client.post(f"/api/v1/dossiers/{case.dossier_id}/cases", json={"title": "Garage", **said})
    assert made.status_code == 201
    read = client.get(f"/api/v1/cases/{made.json()['id']}").json()
    assert {name: read[name] for name in said} == said
