"""`make run` started again, after people have worked with the sample plan and letters."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eakte.documents.service import add_version
from eakte.entrypoints.commands import demo as command
from eakte.entrypoints.stack import RunningStack
from eakte.foundation.settings import Settings
from eakte.records.plan_queries import entries_of, plan_by_key
from eakte.records.service.plans import create_plan
from tests.support.factories import LETTER, a_document, a_unit, store_original_bytes
from tests.support.installation import Installation


def test_a_second_start_leaves_the_plan_as_people_made_it_and_serves_whatever_the_letters_do(
    stack: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with stack.house.begin() as work:
        assert plan_by_key(work.session, command.PLAN_KEY) is None
        a_unit(work)
        plan_id = create_plan(work, key=command.PLAN_KEY, name="Unser Plan").id

    @contextmanager
    def running(settings: Settings) -> Iterator[RunningStack]:
        yield RunningStack(stack.settings, "http://127.0.0.1", "admin", "geheim")

    waited: list[bool] = []
    # The loggers of this process would go on writing where this test's standard error was.
    monkeypatch.setattr(command, "configure_logging", lambda settings: None)
    monkeypatch.setattr(command, "running_stack", running)
    monkeypatch.setattr(command, "wait_for_interrupt", lambda: waited.append(True))
    command.demo(once=False)
    assert waited, "it serves"
    assert "fehlt der Eintrag" in capsys.readouterr().err
    with stack.house.begin() as work:
        assert not entries_of(work.session, plan_id), "nothing is imported into a plan that was there"
    with pytest.raises(command.DemoFailed):
        command.demo(once=True)


def test_of_a_letter_that_got_another_version_the_last_one_is_shown(stack: Installation) -> None:
    with stack.house.begin() as work:
        document = a_document(work, content=LETTER)
        add_version(work, document.id, store_original_bytes(work, LETTER))
        dossier = {"id": str(document.case.dossier_id)}
    sample = command.Sample(Path("brief.pdf"), document.title, "", page=1, word="unauffindbar")
    assert command._through(stack.client(), sample, dossier).reference == document.reference
