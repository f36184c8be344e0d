"""/schriftgut: what is the same for dossiers, cases and documents: finding, state, history."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Confidentiality, Permission
from eakte.audit.models import AuditEntry
from eakte.audit.queries import entries_of
from eakte.documents.models import Document, DocumentKind, DocumentSource
from eakte.documents.service import change_document_state
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, Record
from eakte.records.queries import get_record, get_record_by_reference
from eakte.records.rules import Action, Medium, Reading, RecordState, RestrictionGround
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from eakte.records.service.reading import note_reading
from eakte.web import queries
from eakte.web.errors import ActionUnknown
from eakte.web.forms import Refusal, attempt
from eakte.web.pages.cases import case_page
from eakte.web.pages.documents import document_page
from eakte.web.pages.dossiers import dossier_page
from eakte.web.rendering import address, as_date, go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from eakte.web.views import trail_of
from eakte.web.wording import EVENTS, FIELDS, QUIET_FIELDS, word_for

router = APIRouter(prefix="/schriftgut", route_class=PageRoute)

ENTRIES = 100


@router.get("")
def find_record(work: PageWork, reference: Annotated[str, Query(alias="aktenzeichen", max_length=300)]) -> Response:
    return go_to(path_of(get_record_by_reference(work, reference.strip(), to=Permission.READ)))


@router.get("/{record_id}")
def show_record(work: PageWork, record_id: UUID) -> Response:
    return go_to(path_of(get_record(work, record_id, to=Permission.READ)))


def record_page(request: Request, work: UnitOfWork, record: Record, refusal: Refusal | None = None) -> Response:
    """The page of a record of any kind, with the reason why something was refused."""
    match record:
        case Dossier():
            return dossier_page(request, work, record, refusal)
        case Case():
            return case_page(request, work, record, refusal)
        case Document():
            return document_page(request, work, record, refusal)
    raise AssertionError(record.record_kind)


# --- state ------------------------------------------------------------------------------------------------


@router.post("/{record_id}/zustand")
def change_state(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    record = get_record(work, record_id, to=Permission.READ)
    action = str(form.get("action"))

    def change() -> Record:
        return _changed(work, record, action, seen_revision(form))

    outcome = attempt(work, change)
    if isinstance(outcome, Refusal):
        return record_page(request, work, get_record(work, record_id, to=Permission.READ), outcome)
    return go_to(path_of(record), action)


def _changed(work: UnitOfWork, record: Record, action: str, revision: int) -> Record:
    if action not in (Action.CLOSE, Action.REOPEN, Action.CANCEL, Action.RESTORE):
        raise ActionUnknown
    match record:
        case Dossier():
            return change_dossier_state(work, record.id, Action(action), revision=revision)
        case Case():
            return change_case_state(work, record.id, Action(action), revision=revision)
    return change_document_state(work, record.id, Action(action), revision=revision)


# --- history ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history."""

    entry: AuditEntry
    what: str
    changes: Sequence[tuple[str, str, str]]


@router.get("/{record_id}/verlauf")
def show_history(request: Request, work: PageWork, record_id: UUID, cursor: Cursor = None) -> Response:
    record = get_record(work, record_id, to=Permission.SEE_AUDIT)
    note_reading(work, record, Reading.PAGE)
    page = entries_of(work.session, record.id, cursor=cursor, limit=ENTRIES)
    units = {str(unit.id): unit.name for unit in queries.all_units(work.session)}
    happenings = [
        Happening(entry, EVENTS.get(entry.event, entry.event), list(_changes(entry.changes, units)))
        for entry in page.items
    ]
    more = address(f"/schriftgut/{record.id}/verlauf", cursor=page.next_cursor) if page.next_cursor else None
    return render(
        request, "history.html", record=record, trail=trail_of(work, record), happenings=happenings, next_page=more
    )


def _changes(changes: dict[str, Any], units: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, (old, new) in changes.items():
        if name == "keeping_unit_id":
            old, new = units.get(old, old), units.get(new, new)
        if name not in QUIET_FIELDS and (old or new):
            yield FIELDS.get(name, name), _shown(name, old), _shown(name, new)


# Fields whose values are words of ours.
_KINDS: dict[str, type[StrEnum]] = {
    "state": RecordState,
    "medium": Medium,
    "confidentiality": Confidentiality,
    "document_kind": DocumentKind,
    "source": DocumentSource,
    "ground": RestrictionGround,
}


def _shown(name: str, value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return "ja" if value else "nein"
        case list():
            return ", ".join(map(str, value))
        case str() if name in _KINDS and value in list(_KINDS[name]):
            return word_for(_KINDS[name](value))
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return as_date(date.fromisoformat(value))
    return str(value)
