"""`eakte retention`, as a records manager and the operator use it."""

import json
from datetime import timedelta

from eakte.foundation import clock
from tests.support.factories import a_dossier, an_entry, unique
from tests.support.installation import Installation
from tests.support.retention import close


def test_rules_are_taken_over_hung_and_explained_from_the_command_line(stack: Installation) -> None:
    yesterday = clock.legal_day(clock.now()) - timedelta(days=1)
    with stack.house.begin() as work:
        entry = an_entry(work, code=unique("77."), retention_years=0)
        dossier = a_dossier(work, entry=entry)
        close(work, dossier, f"{yesterday} 09:00")
    taken = stack.cli("retention", "rules", "import", "kommunal-allgemein")
    assert "0 geändert" in taken.stdout, taken.stderr
    due = json.loads(stack.cli("retention", "due", "--entry", entry.code, "--json").stdout)
    assert [one["reference"] for one in due] == [dossier.reference]
    rule = ("kommunal-allgemein/dauernd", "--record", dossier.reference, "--reason", "Stadtgeschichte")
    assigned = stack.cli("retention", "assign", *rule)
    assert assigned.returncode == 0, assigned.stderr
    explained = stack.cli("retention", "explain", dossier.reference)
    assert "Aufzubewahren auf Dauer" in explained.stdout, explained.stderr
    assert json.loads(stack.cli("retention", "due", "--entry", entry.code, "--json").stdout) == []
    checked = stack.cli("retention", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
