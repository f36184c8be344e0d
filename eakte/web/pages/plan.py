"""/aktenplan: the tree, its entries and the dossiers under them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.records import plan_queries
from eakte.records.models import Dossier, FilingPlanEntry
from eakte.records.plan_rules import EntryKind, covers
from eakte.records.queries import dossiers
from eakte.records.schemas import NewDossier
from eakte.records.service.filing import Metadata, create_dossier
from eakte.web import queries
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import address, entry_path, go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork

router = APIRouter(route_class=PageRoute)

SHOWN = 50
BRANCHES = 500

Branch = tuple[FilingPlanEntry, list["Branch"]]


@router.get("/aktenplan")
def show_plan(
    request: Request,
    work: PageWork,
    words: Annotated[str, Query(alias="suche", max_length=200)] = "",
    cursor: Cursor = None,
) -> Response:
    found = None
    if words.strip():
        found = plan_queries.entries(work, words=words, cursor=cursor, limit=SHOWN)
    more = address("/aktenplan", suche=words, cursor=found.next_cursor) if found and found.next_cursor else None
    return render(
        request, "plan.html", tree=_tree(work, []), entry=None, above=[], found=found, sought=words, next_page=more
    )


@router.get("/aktenplan/{entry_id}")
def show_entry(request: Request, work: PageWork, entry_id: UUID, cursor: Cursor = None) -> Response:
    entry = plan_queries.get_entry(work, entry_id)
    page = dossiers(work, entry_id=entry.id, state=None, modified_after=None, cursor=cursor, limit=SHOWN)
    path = entry_path(entry.id)
    return render(
        request,
        "plan.html",
        tree=_tree(work, entry.path),
        entry=entry,
        above=queries.entries_on(work.session, entry.path[:-1]),
        dossiers=page.items,
        next_page=address(path, cursor=page.next_cursor) if page.next_cursor else None,
        takes_dossiers=_takes_dossiers(work, entry),
        found=None,
        sought="",
    )


def _tree(work: UnitOfWork, path: list[UUID]) -> list[Branch]:
    """The topmost entries, opened along `path`."""

    def below(parent: FilingPlanEntry) -> list[Branch]:
        if parent.id not in path:
            return []
        children = plan_queries.entries(work, parent_id=parent.id, cursor=None, limit=BRANCHES).items
        return [(child, below(child)) for child in children]

    roots = plan_queries.entries(work, top_level=True, cursor=None, limit=BRANCHES).items
    return [(root, below(root)) for root in roots]


def _takes_dossiers(work: UnitOfWork, entry: FilingPlanEntry) -> bool:
    """Whether it makes sense to offer the form; the service decides."""
    today = work.now.astimezone(BERLIN).date()
    return (
        entry.kind is EntryKind.SUBJECT_UNIT
        and entry.closed_down_at is None
        and covers(entry.valid_from, entry.valid_until, today)
        and work.actor.may(Permission.CREATE_DOSSIER)
    )


# --- a new dossier --------------------------------------------------------------------------------------


@router.get("/aktenplan/{entry_id}/neue-akte")
def show_new_dossier(request: Request, work: PageWork, entry_id: UUID) -> Response:
    return _new_dossier(request, work, plan_queries.get_entry(work, entry_id), Filled())


@router.post("/aktenplan/{entry_id}/neue-akte")
def open_dossier(request: Request, work: FormWork, form: OwnForm, entry_id: UUID) -> Response:
    entry = plan_queries.get_entry(work, entry_id)
    texts = texts_of(form)

    def create() -> Dossier:
        new = read_shape(NewDossier, {**texts, "entry_id": str(entry_id)}, required=("title", "unit_id"))
        metadata = Metadata(
            new.title, new.remark, tuple(new.keywords), new.confidentiality, new.medium, new.location,
            new.runs_from, new.runs_until,
        )  # fmt: skip
        return create_dossier(
            work,
            entry_id,
            metadata,
            unit_id=new.unit_id,
            keeping_unit_id=new.keeping_unit_id,
            dossier_type=new.dossier_type,
        )

    outcome = attempt(work, create)
    if isinstance(outcome, Refusal):
        return _new_dossier(request, work, entry, Filled(texts, outcome))
    return go_to(path_of(outcome), "angelegt")


def _new_dossier(request: Request, work: UnitOfWork, entry: FilingPlanEntry, filled: Filled) -> Response:
    return render(
        request,
        "new_dossier.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        entry=entry,
        above=queries.entries_on(work.session, entry.path[:-1]),
        units=queries.all_units(work.session),
        filled=filled,
    )
