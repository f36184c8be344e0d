"""`eakte privacy`, as a data protection officer uses it; the search and the report are made by the real worker."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.access import Confidentiality, Role
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_case_state
from tests.support.disposal import LONG_AGO, an_entry_to_destroy
from tests.support.factories import AsActor, a_case, a_dossier, a_token
from tests.support.installation import Installation
from tests.support.privacy import a_letter


@pytest.fixture
def officer(stack: Installation) -> Installation:
    """The command line of a data protection officer."""
    actor = AsActor(stack.house)(Role.DATA_PROTECTION_OFFICER, level=Confidentiality.TOP_SECRET)
    return replace(stack, environment={**stack.environment, "EAKTE_CLIENT__TOKEN": a_token(stack.house, actor.id)})


def test_a_report_is_made_in_one_go_and_again_after_somebody_confirmed(officer: Installation, tmp_path: Path) -> None:
    with officer.house.begin() as work:
        strong = a_letter(work, "Frau Friederike Quendelbach, f.quendelbach@example.org")
        weak = a_letter(work, "Quendelbach, Friederike")
    name, email = "Friederike Quendelbach", ("--email", "f.quendelbach@example.org")
    made = officer.cli("privacy", "report", name, *email, "-o", tmp_path / "erste")
    assert made.returncode == 0, made.stderr
    reference = made.stderr.split(":")[0].split()[-1]
    assert references_in(tmp_path / "erste") == [strong.reference]
    found = json.loads(officer.cli("privacy", "findings", reference, "--open", "--json").stdout)
    assert {one["label"] for one in found} == {strong.reference, weak.reference}
    confirmed = officer.cli("privacy", "confirm", reference, weak.reference)
    assert "bestätigt" in confirmed.stdout, confirmed.stderr
    officer.cli("privacy", "bundle", reference, "--copies", "-o", tmp_path / "zweite")
    assert references_in(tmp_path / "zweite") == sorted([strong.reference, weak.reference])
    assert "beantwortet" in officer.cli("privacy", "answer", reference).stdout
    listed = json.loads(officer.cli("privacy", "list", "--json").stdout)
    assert {one["reference"]: one["state"] for one in listed}[reference] == "answered"


def references_in(folder: Path) -> list[str]:
    """The records a report in a folder speaks of."""
    (path,) = folder.glob("Auskunft DS-*.zip")
    with zipfile.ZipFile(path) as bundle:
        says = json.loads(bundle.read("auskunft.json"))
        assert len([one for one in bundle.namelist() if one.startswith("kopien/")]) == len(says["copies"])
    return sorted(one["reference"] for one in says["records"])


def test_an_erasure_is_entered_decided_listed_and_restricted(officer: Installation) -> None:
    with officer.house.begin() as work:
        dossier = a_dossier(work, entry=an_entry_to_destroy(work))
        due, open_ = (a_case(work, dossier=dossier, title="Ottokar Wiesenknopf") for _ in range(2))
        change_case_state(replace(work, now=LONG_AGO), due.id, Action.CLOSE, revision=None)
    entered = officer.cli("privacy", "erasure", "Ottokar Wiesenknopf")
    assert entered.returncode == 0, entered.stderr
    reference = entered.stderr.split(":")[0].split()[-1]
    officer.cli("privacy", "confirm", reference, due.reference, open_.reference)
    decided = {
        one["reference"]: one for one in json.loads(officer.cli("privacy", "decide", reference, "--json").stdout)
    }
    assert (decided[due.reference]["outcome"], decided[open_.reference]["outcome"]) == ("erasable", "unknown")
    listed = officer.cli("privacy", "list-erasable", reference)
    assert "Entwurf AV-" in listed.stdout, listed.stderr
    restricted = officer.cli("privacy", "restrict", reference)
    assert restricted.stdout.startswith("1 "), restricted.stderr
    unknown = officer.cli("privacy", "decide", "DS-1900/0001")
    assert unknown.returncode == 2 and "gibt es nicht" in unknown.stderr
