"""`eakte invoice list` and `act`, as somebody of central accounting uses them."""

import json
from dataclasses import replace

import pytest

from eakte.access import Role
from tests.support.approval import Town
from tests.support.factories import a_token
from tests.support.installation import Installation
from xrechnung.approval.rules.workflow import Step


@pytest.fixture
def town(stack: Installation) -> Town:
    town = Town(stack.house)
    town.unit("Parks")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    return town


@pytest.fixture
def accounting(stack: Installation, town: Town) -> Installation:
    """The same installation, entered by central accounting."""
    token = a_token(stack.house, town.people["Zita"])
    return replace(stack, environment={**stack.environment, "EAKTE_CLIENT__TOKEN": token})


def test_an_invoice_is_found_and_sent_on_its_way_from_the_command_line(accounting: Installation, town: Town) -> None:
    known = town.invoice("RE-[bold]77")
    invoice_id = str(known)
    listed = accounting.cli("invoice", "list", "--number", "RE-[bold]77", "--json")
    assert listed.returncode == 0, listed.stderr
    assert invoice_id in {one["id"] for one in json.loads(listed.stdout)}
    possible = accounting.cli("invoice", "act", invoice_id, "--json")
    assert "assign" in {one["act"] for one in json.loads(possible.stdout) if one["allowed"]}
    done = accounting.cli("invoice", "act", invoice_id, "assign", "--unit", str(town.units["Parks"]))
    assert "zugewiesen" in done.stdout, done.stderr
    assert town.approval(known).step is Step.ASSIGNED
    waiting = accounting.cli("invoice", "list", "--unit", str(town.units["Parks"]), "--json")
    assert [one["invoiceId"] for one in json.loads(waiting.stdout)] == [invoice_id]
    refused = accounting.cli("invoice", "act", invoice_id, "cancel")
    assert (refused.returncode, "reason-missing" in refused.stderr) == (2, True)
