"""Scan profiles: paper is replaced only where somebody looks, and both sides of a sheet are one sheet."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from eakte.foundation.work import House
from eakte.records.models import Dossier
from ingest.batches import queries
from ingest.batches.models import ScanProduct, ScanProfile
from tests.ingest.batches.conftest import Registry
from tests.ingest.batches.stacks import a_stack
from tests.support.scans import a_page_image as a_page

UNSEEN = {"sampleShare": 0, "sampleMinimum": 0}


def set_profile(registry: Registry, key: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    """Make or change a profile; answers the status and the body."""
    profile = {"key": key, "name": "Bauakten", "purpose": "copy", "procedure": "VB Bauakten", "procedureVersion": "1"}
    answer = registry.client.put(f"/api/v1/scan-profiles/{key}", json={**profile, **fields})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("second_person", [False, True])
def test_a_profile_that_replaces_paper_nobody_looks_at_is_refused(registry: Registry, second_person: bool) -> None:
    assert set_profile(registry, "bau", **UNSEEN)[0] == 200
    status, problem = set_profile(registry, "bau", purpose="replacement", secondPerson=second_person, **UNSEEN)
    assert (status, problem["code"]) == (422, "replacement-unchecked")
    kept = {one["key"]: one["purpose"] for one in registry.client.get("/api/v1/scan-profiles").json()["items"]}
    assert kept["bau"] == "copy"
    assert set_profile(registry, "bau", purpose="replacement", sampleShare=0, sampleMinimum=1)[0] == 200


def test_the_database_takes_no_such_profile_either(house: House) -> None:
    nobody_looks = update(ScanProfile).where(ScanProfile.key == "ersetzend").values(sample_share=0.0, sample_minimum=0)
    with pytest.raises(IntegrityError, match="ck_scan_profiles_checked"), house.begin() as work:
        work.session.execute(nobody_looks)


def test_what_nobody_checked_is_neither_certified_nor_released_when_its_profile_becomes_a_replacing_one(
    registry: Registry, house: House, replacing: Any
) -> None:
    set_profile(registry, "bau", **UNSEEN)
    batch = registry.scan(a_stack(a_page("Ungesehen")), **replacing("bau"))
    assert (batch["state"], batch["decidedBy"], batch["progress"]) == ("accepted", None, {"filed": 1})
    set_profile(registry, "bau", purpose="replacement")
    refused = registry.is_refused(batch, "release")
    assert "batch-undecided" in [error["code"] for error in refused["errors"]]
    with house.begin() as work:
        assert queries.unsealed_products(work.session) == []
        assert work.session.get(ScanProduct, UUID(batch["documents"][0]["id"])) is None


@pytest.mark.parametrize(
    ("counted", "message"), [(2, None), (4, "Gezählt wurden 4 Blätter, gescannt 2.")], ids=["even", "two missing"]
)
@pytest.mark.parametrize("duplex", ["auto", "no"])
def test_fronts_and_backs_that_a_simplex_scanner_delivered_apart_count_as_one_sheet(
    registry: Registry, dossier: Dossier, duplex: str, counted: int, message: str | None
) -> None:
    set_profile(registry, "beidseitig", pageCollation="odd-even-same-order", duplex=duplex, **UNSEEN)
    sides = [a_page(name) for name in ("Vorn eins", "Vorn zwei", "Hinten eins", "Hinten zwei")]
    batch = registry.open(profile="beidseitig", into=dossier.reference, expectedSheets=counted)
    registry.send(batch, a_stack(*sides))
    batch = registry.does(batch, "complete")
    assert [finding["message"] for finding in batch["findings"]] == ([] if message is None else [message])
