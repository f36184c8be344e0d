"""`eakte restriction`, as a data protection officer uses it."""

import json
from dataclasses import replace

import pytest

from eakte.access import Permission, Role
from eakte.records.queries import get_record
from tests.support.factories import AsActor, a_case, a_document, a_token, unique
from tests.support.installation import Installation


@pytest.fixture
def officer(stack: Installation) -> Installation:
    """The command line of a data protection officer."""
    actor = AsActor(stack.house)(Role.DATA_PROTECTION_OFFICER)
    return replace(stack, environment={**stack.environment, "EAKTE_CLIENT__TOKEN": a_token(stack.house, actor.id)})


def test_processing_is_restricted_listed_and_lifted_from_the_command_line(officer: Installation) -> None:
    reason = unique("Anschrift bestritten, Schreiben ")
    with officer.house.begin() as work:
        document = a_document(work, case=a_case(work))
    case = document.case
    done = officer.cli(
        "restriction", "set", case.reference, "--ground", "accuracy", "--reason", reason, "--until", "2027-01-31"
    )
    assert done.returncode == 0, done.stderr
    with officer.house.begin() as work:
        assert get_record(work, document.id, to=Permission.READ).processing_restricted
    again = officer.cli("restriction", "set", case.reference, "--ground", "claims", "--reason", reason)
    assert (again.returncode, "already-restricted" in again.stderr) == (2, True)
    due = json.loads(officer.cli("restriction", "list", "--active", "--until", "2027-01-31", "--json").stdout)
    assert (case.reference, "accuracy") in [(one["reference"], one["ground"]) for one in due]
    lifted = officer.cli("restriction", "lift", case.reference, "--reason", "berichtigt")
    assert lifted.returncode == 0, lifted.stderr
    past = json.loads(officer.cli("restriction", "list", "--lifted", "--json").stdout)
    assert [one["liftReason"] for one in past if one["reason"] == reason] == ["berichtigt"]
