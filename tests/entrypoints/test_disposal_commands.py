"""Disposal lists at the command line, against a running house."""

from tests.support.disposal import a_due_dossier, an_entry_to_destroy
from tests.support.installation import Installation


def test_a_list_is_drawn_up_and_goes_no_step_that_is_not_its_turn(stack: Installation) -> None:
    with stack.house.begin() as work:
        entry = an_entry_to_destroy(work)
        dossier, _, _ = a_due_dossier(work, entry=entry)
    drawn = stack.cli("retention", "list", "create", "--name", "Altakten", "--entry", entry.code)
    assert "2 Positionen" in drawn.stdout, drawn.stderr
    reference = drawn.stdout.partition(":")[0]
    assert f"{reference}  Altakten: im Entwurf" in stack.cli("retention", "list", "show", reference).stdout
    assert dossier.reference in stack.cli("retention", "list", "items", reference).stdout
    for verb in ("offer", "transfer", "destroy"):
        refused = stack.cli("retention", verb, reference)
        assert (refused.returncode, "list-state-forbids" in refused.stderr) == (2, True), refused.stderr
    cancelled = stack.cli("retention", "list", "act", reference, "cancel")
    assert "aufgehoben" in cancelled.stdout, cancelled.stderr
