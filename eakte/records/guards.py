"""What stands in the way of a transition. Other packages add their own reasons here."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import TransitionBlocked
from eakte.records.models import Record
from eakte.records.rules import Action, RecordState

Guard = Callable[[UnitOfWork, Record], Iterable[Finding]]
GuardT = TypeVar("GuardT", bound=Guard)
_guards: dict[Action, list[Guard]] = defaultdict(list)


def guards(action: Action) -> Callable[[GuardT], GuardT]:
    """Ask the decorated function for blockers before every `action`.

    It is asked once, about the record somebody acts on, and speaks for everything that goes along: about a dossier
    for its open cases and what lies in them, too. What the actor may not see, it counts and does not name.
    """

    def register(guard: GuardT) -> GuardT:
        _guards[action].append(guard)
        return guard

    return register


def must_be_free(work: UnitOfWork, record: Record, action: Action) -> None:
    """Raises RecordStateForbids by the table, or TransitionBlocked with every blocker, not the first."""
    record.must_allow(action)
    findings = [*_container_not_open(record)]
    findings += [finding for guard in _guards[action] for finding in guard(work, record)]
    if findings:
        raise TransitionBlocked(findings=findings, reference=record.reference, count=len(findings))


def _container_not_open(record: Record) -> Iterable[Finding]:
    """Nothing changes in a closed or cancelled dossier or case, whatever the state of what lies in it."""
    container = record.container
    if container is not None and container.state is not RecordState.OPEN:
        word = "Die Akte" if container.container is None else "Der Vorgang"
        message = f"{word} {container.reference} ist nicht in Bearbeitung."
        yield Finding("container-not-open", message, container.reference)
