"""Disposal lists as records managers and archivists have them at the API."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.foundation.work import Actor, House
from tests.support.disposal import Disposers, a_due_dossier
from tests.support.factories import AsActor

LISTS = "/api/v1/retention/lists"
ClientOf = Callable[[Actor], TestClient]


def test_a_list_goes_from_drawing_up_to_release(house: House, client_of: ClientOf) -> None:
    disposers = Disposers(house)
    author, other = client_of(disposers.author), client_of(disposers.other)
    with house.begin() as work:
        dossier, (case,), _ = a_due_dossier(work)
    new = {
        "name": "Jahr 2026",
        "procedure": "destruction",
        "records": [str(dossier.id)],
        "reportInto": disposers.report_case,
    }
    key = {"Idempotency-Key": "einmal"}
    drawn = author.post(LISTS, json=new, headers=key)
    assert drawn.status_code == 201, drawn.text
    assert author.post(LISTS, json=new, headers=key).json() == drawn.json()
    path = drawn.headers["location"]
    assert sorted(drawn.json()["allowedActs"]) == ["cancel", "edit", "take-off"]
    listed = author.get(f"{path}/items").json()["items"]
    assert [(item["reference"], item["title"]) for item in listed] == [
        (case.reference, "Antrag"),
        (dossier.reference, "Bauantrag Grillenstraße 14"),
    ]
    assert other.post(f"{path}/acts", json={"act": "review"}).json()["code"] == "precondition-required"
    reviewed = other.post(f"{path}/acts", json={"act": "review"}, headers={"If-Match": drawn.headers["etag"]})
    assert reviewed.json()["state"] == "appraised"
    again = other.post(f"{path}/acts", json={"act": "review"}, headers={"If-Match": drawn.headers["etag"]})
    assert again.json()["code"] == "stale"
    released = other.post(f"{path}/acts", json={"act": "release"}, headers={"If-Match": reviewed.headers["etag"]})
    assert released.json()["destroyFrom"] is not None
    assert released.json()["counts"] == [{"state": "listed", "decision": "V", "count": 2}]


def test_what_is_due_is_shown_with_what_hinders_it(house: House, client_of: ClientOf) -> None:
    client = client_of(Disposers(house).author)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    seen = client.get("/api/v1/retention/candidates", params={"procedure": "four_step", "limit": 1}).json()
    rest = client.get("/api/v1/retention/candidates", params={"procedure": "four_step", "cursor": seen["next"]}).json()
    assert [one["reference"] for one in rest["items"]] == [dossier.reference]
    hidden = client.get("/api/v1/retention/candidates", params={"procedure": "destruction", "ready": False}).json()
    assert hidden == {"items": [], "next": None}
    assert client.get("/api/v1/retention/candidates?procedure=destruction&cursor=x").json()["code"] == "invalid-cursor"


def test_whoever_could_have_seen_a_record_is_told_that_it_is_gone(
    house: House, client_of: ClientOf, as_actor: AsActor
) -> None:
    disposers = Disposers(house)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    clerk, stranger = client_of(as_actor(Role.CLERK)), client_of(as_actor())
    gone = clerk.get(f"/api/v1/dossiers/{dossier.id}")
    assert (gone.status_code, gone.json()["code"]) == (410, "record-destroyed")
    assert list_.reference in gone.json()["detail"]
    assert clerk.get("/api/v1/records", params={"reference": dossier.reference}).status_code == 410
    assert stranger.get(f"/api/v1/dossiers/{dossier.id}").json()["code"] == "dossier-not-found"
    stone = client_of(disposers.other).get(f"/api/v1/retention/tombstones/{dossier.id}").json()
    assert (stone["decision"], stone["listReference"]) == ("V", list_.reference)
    assert "Bauantrag" not in str(stone)
