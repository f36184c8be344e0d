"""Searching with an actor's rights, and keeping the index up to date with the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.documents.queries import SeenDocument, visible_among
from eakte.foundation.settings import Settings
from eakte.foundation.work import Actor, BeginWork, UnitOfWork
from eakte.search import pending, queries
from eakte.search.engines import open_engine
from eakte.search.errors import IndexUnreadable
from eakte.search.index import FacetValue, Filters, Hit, IndexedDocument, Scope, SearchIndex, Visibility
from eakte.search.messages import RebuildIndex, UpdateIndex

log = structlog.get_logger()

BATCH = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with the document it means."""

    hit: Hit
    document: SeenDocument


@dataclass(frozen=True, slots=True)
class Results:
    found: Sequence[Found]
    total: int
    facets: dict[str, tuple[FacetValue, ...]]
    next_cursor: str | None


@lru_cache(maxsize=8)
def index_of(settings: Settings) -> SearchIndex:
    """The engine an operator chose, opened once per process."""
    return open_engine(settings)


def visibility_of(actor: Actor) -> Visibility:
    """An actor's rights as the filter that goes into every query.

    Search shows contents, so it needs the right to contents, not only to metadata.
    """
    scopes = tuple(
        Scope(scope.units, scope.entry_id, scope.levels)
        for scope in actor.scopes
        if {Permission.READ, Permission.READ_CONTENT} <= scope.permissions
    )
    return Visibility(scopes, actor.id)


def search(
    work: UnitOfWork,
    query: str,
    *,
    filters: Filters,
    limit: int,
    cursor: str | None,
    snippets: int,
) -> Results:
    """Find documents the actor may read. Raises InvalidQuery, InvalidCursor.

    The index filters by rights; what the database would not show by now (a right withdrawn, or processing restricted
    a moment ago) is left out of the hits as well.
    """
    index = index_of(work.settings)
    page = index.search(
        query, visibility_of(work.actor), filters=filters, limit=limit, cursor=cursor, snippets=snippets
    )
    visible = visible_among(work, [hit.document_id for hit in page.hits])
    documents = {one: document for one, document in visible.items() if not document.processing_restricted}
    found = [Found(hit, documents[hit.document_id]) for hit in page.hits if hit.document_id in documents]
    return Results(found, page.total, dict(page.facets), page.next_cursor)


def suggest(work: UnitOfWork, prefix: str, *, limit: int) -> tuple[str, ...]:
    """Complete what somebody types, from what they may read."""
    return index_of(work.settings).suggest(prefix, visibility_of(work.actor), limit=limit)


def ask_for_rebuild(work: UnitOfWork) -> None:
    """Have the index built anew by a worker."""
    require_unlimited(work, Permission.MANAGE_SYSTEM)
    work.defer(RebuildIndex())


def resume_update(work: UnitOfWork) -> None:
    """Ask for an update when requests wait and the job for them got lost, or when the index cannot be read."""
    waits = pending.waits_for_nobody(work.session)
    if waits or not (_is_readable(index_of(work.settings)) or pending.is_awaited(work.session)):
        work.defer(UpdateIndex())


def update_index(begin: BeginWork) -> int:
    """Take every pending request into the index; answers how many documents it wrote.

    The index first, the requests' end after: when we die between the two, the same is indexed again. Other jobs
    that wait for what this one does are not needed any more.
    An index that cannot be read, as after an update of the program, is built anew before.
    """
    with begin() as work:
        if not _is_readable(index_of(work.settings)):
            if not pending.rebuild_is_awaited(work.session):
                work.defer(RebuildIndex())
                work.defer(UpdateIndex())
            return 0
    written = 0
    while True:
        with begin() as work:
            index = index_of(work.settings)
            others = pending.waiting_updates(work.session)
            requests = pending.oldest_requests(work.session, BATCH)
            if not requests:
                return written
            ids = queries.documents_of_requests(work.session, requests)
            gone = queries.records_gone(work.session, requests)
            if gone:
                index.remove(gone)
            for start in range(0, len(ids), BATCH):
                written += _take_in(index, work.session, ids[start : start + BATCH])
            pending.forget_requests(work.session, [request.id for request in requests])
            pending.forget_updates(work.session, others)
            log.info("index_updated", documents=len(ids))
        # What came meanwhile brought a job of its own.
        if len(requests) < BATCH:
            return written


def _take_in(index: SearchIndex, session: Session, ids: Sequence[UUID]) -> int:
    """Write documents into the index, and take out those that must not be found any more; answers how many it wrote."""
    documents = queries.indexed_documents(session, ids)
    hidden = set(ids).difference(document.id for document in documents)
    if hidden:
        index.remove(sorted(hidden))
    return index.index(documents)


def rebuild_index(begin: BeginWork) -> int:
    """Build a fresh index from the database and let it take the old one's place; answers how many documents."""
    with begin() as work:
        index = index_of(work.settings)
        fresh = index.start_rebuild()
        written = fresh.index(_every_document(work.session))
    index.finish_rebuild(fresh)
    log.info("index_rebuilt", documents=written)
    return written


def _every_document(session: Session) -> Iterator[IndexedDocument]:
    for ids in queries.all_document_ids(session, BATCH):
        yield from queries.indexed_documents(session, ids)
        session.expunge_all()


def _is_readable(index: SearchIndex) -> bool:
    try:
        index.check()
    except IndexUnreadable:
        return False
    return True
