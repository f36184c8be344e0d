"""/stapel (Stapel): paper scanned together, from the first file to release."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from eakte.access import Permission
from eakte.access.errors import UnitNotFound
from eakte.access.queries import require
from eakte.foundation.errors import Finding
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.web import batch_queries, queries
from eakte.web.batch_views import batch_path, document_path, filed_among, next_step, offers_of, standing_of
from eakte.web.forms import Filled, Refusal, attempt, files_of, read_shape, texts_of
from eakte.web.pages.uploads import nothing_chosen
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from ingest.batches import views
from ingest.batches.errors import ScanProfileNotFound
from ingest.batches.models import Batch
from ingest.batches.queries import files, get_batch, profiles
from ingest.batches.rules import BatchAction, BatchState, Expected
from ingest.batches.schemas import NewBatch, Reason
from ingest.batches.service import checking, receiving, releasing
from ingest.errors import TargetNotFound

router = APIRouter(prefix="/stapel", route_class=PageRoute)

BATCHES = 50
DOCUMENTS = 100
FILES = 200

# What somebody who scans says the same of one batch after the other.
_REPEATED = ("device", "device_inventory", "workstation", "workstation_inventory")


@router.get("")
def show_batches(
    request: Request,
    work: PageWork,
    state: Annotated[BatchState | None, Query(alias="zustand")] = None,
    before: Annotated[UUID | None, Query(alias="vor")] = None,
) -> Response:
    found = batch_queries.newest_batches(work, state=state, before=before, limit=BATCHES)
    shown = found[:BATCHES]
    more = address("/stapel", zustand=state.value if state else None, vor=shown[-1].id) if found[BATCHES:] else None
    return render(
        request,
        "batches.html",
        batches=shown,
        chosen=state,
        states=list(BatchState),
        next_page=more,
        may_begin=work.actor.may(Permission.INGEST),
        may_destroy=work.actor.may(Permission.DESTROY_PAPER),
    )


# --- beginning ----------------------------------------------------------------------------------------------


@router.get("/neu")
def show_new_batch(request: Request, work: PageWork) -> Response:
    require(work, Permission.INGEST)
    last = batch_queries.last_own_batch(work)
    repeated = {name: getattr(last, name) or "" for name in _REPEATED} if last is not None else {}
    profile = last.profile.key if last is not None else receiving.STANDARD_PROFILE
    return _new_batch(request, work, Filled({**repeated, "profile": profile}))


@router.post("/neu")
def begin_batch(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def begin() -> Batch:
        return receiving.open_batch(work, _details(read_shape(NewBatch, texts, required=("profile",))))

    outcome = attempt(work, begin, ScanProfileNotFound, UnitNotFound, TargetNotFound)
    if isinstance(outcome, Refusal):
        return _new_batch(request, work, Filled(texts, outcome))
    return go_to(batch_path(outcome.id), "stapel")


def _details(new: NewBatch) -> receiving.BatchDetails:
    return receiving.BatchDetails(
        **new.model_dump(exclude={"expected_sheets", "expected_images", "expected_documents"}),
        expected=Expected(new.expected_sheets, new.expected_images, new.expected_documents),
    )


def _new_batch(request: Request, work: UnitOfWork, filled: Filled) -> Response:
    return render(
        request,
        "new_batch.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        profiles=[(profile.key, profile.name) for profile in profiles(work.session)],
        units=[(unit.key, f"{unit.key} {unit.name}") for unit in queries.all_units(work.session)],
    )


# --- a batch ------------------------------------------------------------------------------------------------


@router.get("/{batch_id}")
def show_batch(
    request: Request,
    work: PageWork,
    batch_id: UUID,
    still: Annotated[bool, Query(alias="ruhig")] = False,
    cursor: Cursor = None,
) -> Response:
    return batch_page(request, work, batch_id, None, still=still or cursor is not None, cursor=cursor)


def batch_page(
    request: Request,
    work: UnitOfWork,
    batch_id: UUID,
    refusal: Refusal | None,
    *,
    still: bool = True,
    cursor: str | None = None,
) -> Response:
    """A batch with its account, its documents and what is to be done; `still` keeps it from renewing itself."""
    batch = get_batch(work, batch_id)
    account, marks = views.account_of(work, batch), batch_queries.marks_of(work.session, batch)
    offers = offers_of(work, batch, marks)
    standing = standing_of(work, batch, account, marks, offers)
    documents = views.documents(work, batch, cursor=cursor, limit=DOCUMENTS)
    path = batch_path(batch.id)
    return render(
        request,
        "batch.html",
        status=refusal.status if refusal is not None else 200,
        batch=batch,
        path=path,
        account=account,
        offers=offers,
        standing=standing,
        next_step=next_step(standing),
        documents=documents.items,
        filed=filed_among(work, [view.document for view in documents.items]),
        first_unchecked=next((document_path(batch.id, mark.id) for mark in marks if mark.unchecked), None),
        file_counts=batch_queries.file_counts(work.session, batch.id),
        files=files(work, batch, cursor=None, limit=FILES) if batch.state is BatchState.OPEN else None,
        unit=queries.unit_of(work.session, batch.unit_id) if batch.unit_id is not None else None,
        people={who: queries.name_of(work.session, who) for who in _people(batch)},
        largest_mb=work.settings.ingest.max_file_mb,
        at_once_mb=work.settings.api.max_upload_mb,
        moving=batch.state is not BatchState.OPEN and not account.settled,
        still=still,
        refusal=refusal,
        next_page=address(path, cursor=documents.next_cursor) if documents.next_cursor else None,
    )


def _people(batch: Batch) -> list[UUID]:
    return [who for who in (batch.created_by, batch.decided_by, batch.released_by, batch.destroyed_by) if who]


# --- files --------------------------------------------------------------------------------------------------


@router.get("/{batch_id}/dateien")
def show_files(request: Request, work: PageWork, batch_id: UUID, cursor: Cursor = None) -> Response:
    batch = get_batch(work, batch_id)
    page = files(work, batch, cursor=cursor, limit=FILES)
    path = f"{batch_path(batch.id)}/dateien"
    return render(
        request,
        "batch_files.html",
        batch=batch,
        path=batch_path(batch.id),
        files=page.items,
        next_page=address(path, cursor=page.next_cursor) if page.next_cursor else None,
    )


@router.post("/{batch_id}/dateien")
def upload_files(request: Request, work: FormWork, form: OwnForm, batch_id: UUID) -> Response:
    outcome = attempt(work, lambda: _receive(work, batch_id, form))
    if isinstance(outcome, Refusal):
        return batch_page(request, work, batch_id, outcome)
    return go_to(batch_path(batch_id), "dateien")


def _receive(work: UnitOfWork, batch_id: UUID, form: FormData) -> Refusal | None:
    """Take in every file that can be taken in; the others are named, and the sender still has them."""
    get_batch(work, batch_id).must_allow(BatchAction.RECEIVE)
    chosen = files_of(form, "files")
    if not chosen:
        raise nothing_chosen()
    refused = [finding for file in chosen if (finding := _refused(work, batch_id, file)) is not None]
    if not refused:
        return None
    advice = f"{len(chosen) - len(refused)} von {len(chosen)} Dateien sind im Stapel, diese nicht:"
    return Refusal("Nicht alle Dateien wurden angenommen.", advice, "files-refused", refused)


def _refused(work: UnitOfWork, batch_id: UUID, file: UploadFile) -> Finding | None:
    name = file.filename or ""
    outcome = attempt(work, lambda: receiving.receive_file(work, batch_id, file.file, name))
    if not isinstance(outcome, Refusal):
        return None
    return Finding(outcome.code, f"{name}: {outcome.title} {outcome.advice}")


# --- decisions ----------------------------------------------------------------------------------------------


@router.post("/{batch_id}/abschliessen")
def complete(request: Request, work: FormWork, batch_id: UUID) -> Response:
    return _decide(request, work, batch_id, lambda: receiving.complete_batch(work, batch_id), "vollstaendig")


@router.post("/{batch_id}/klaeren")
def explain(request: Request, work: FormWork, form: OwnForm, batch_id: UUID) -> Response:
    def act() -> Batch:
        return checking.explain_differences(work, batch_id, explanation=reason_in(form))

    return _decide(request, work, batch_id, act, "geklaert")


@router.post("/{batch_id}/annehmen")
def accept(request: Request, work: FormWork, batch_id: UUID) -> Response:
    return _decide(request, work, batch_id, lambda: checking.accept_batch(work, batch_id), "angenommen")


@router.post("/{batch_id}/zurueckweisen")
def reject(request: Request, work: FormWork, form: OwnForm, batch_id: UUID) -> Response:
    def act() -> Batch:
        return checking.reject_batch(work, batch_id, reason=reason_in(form))

    return _decide(request, work, batch_id, act, "zurueckgewiesen")


@router.post("/{batch_id}/freigeben")
def release(request: Request, work: FormWork, batch_id: UUID) -> Response:
    return _decide(request, work, batch_id, lambda: releasing.release_batch(work, batch_id), "freigegeben")


def reason_in(form: FormData) -> str:
    """Why somebody does something. Raises RequestInvalid."""
    return read_shape(Reason, texts_of(form), required=("reason",)).reason


def _decide(request: Request, work: UnitOfWork, batch_id: UUID, act: Callable[[], Batch], done: str) -> Response:
    outcome = attempt(work, act)
    if isinstance(outcome, Refusal):
        return batch_page(request, work, batch_id, outcome)
    return go_to(batch_path(batch_id), done)
