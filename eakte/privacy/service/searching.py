"""Finding by person: everything in the house that may speak of who asks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from eakte.access import Confidentiality
from eakte.foundation.ids import new_id
from eakte.foundation.work import SYSTEM, BeginWork, UnitOfWork
from eakte.privacy.matching import Hit, Name, Probe
from eakte.privacy.messages import SubjectSearched
from eakte.privacy.models import SubjectFinding
from eakte.privacy.queries import in_house, in_records, in_texts
from eakte.privacy.queries.requests import delete_unjudged, judged_marks, request_to_search
from eakte.privacy.registry import Found, Source, sources
from eakte.privacy.rules import Match, RequestState
from eakte.search.index import Scope, SearchIndex, Visibility
from eakte.search.service import index_of

log = structlog.get_logger()

MOST = 20_000
"""Findings of one search; more than that nobody can judge, and the person has to be described better."""
_AT_A_TIME = 100
_PAGE = 500
_OWN: tuple[Source, ...] = (
    in_records.in_parties,
    in_records.in_metadata,
    in_records.in_business_data,
    in_records.in_links,
    in_house.in_accounts,
    in_house.in_audit,
)
_EVERYTHING = Visibility((Scope(None, None, frozenset(level.value for level in Confidentiality)),), SYSTEM.id)


def search(begin: BeginWork, request_id: UUID, *, most: int = MOST) -> int:
    """Search everything for who asks, and note what was found; answers how much. A repeat finds the same."""
    with begin() as work:
        request = request_to_search(work.session, request_id)
        if request is None:
            return 0
        found, more = gather(work, Probe(request.subject), most)
    with begin() as work:
        _note(work, request_id, found, more=more)
    log.info("person_searched", request=str(request_id), findings=len(found), more=more)
    return len(found)


def gather(work: UnitOfWork, probe: Probe, most: int) -> tuple[list[Found], bool]:
    """At most so many findings, and whether there are more."""
    found: dict[str, Found] = {}
    for one in _everywhere(work, probe):
        if one.mark not in found and len(found) == most:
            return _strengthened(work.session, probe, list(found.values())), True
        known = found.get(one.mark)
        if known is None or (one.hit.match.strong and not known.hit.match.strong):
            found[one.mark] = one
    return _strengthened(work.session, probe, list(found.values())), False


def _everywhere(work: UnitOfWork, probe: Probe) -> Iterator[Found]:
    for source in (*_OWN, *sources):
        yield from source(work.session, probe)
    asked = in_texts.documents_beside_index(work.session)
    asked.update(_indexed(index_of(work.settings), probe))
    for ids in _parts(sorted(asked), _AT_A_TIME):
        yield from in_texts.in_pages(work.session, probe, ids)


def _parts(ids: Iterable[UUID], size: int) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while part := list(islice(rest, size)):
        yield part


def _indexed(index: SearchIndex, probe: Probe) -> Iterator[UUID]:
    """Documents that hold the words of a name in whatever order, an e-mail or an id; the pages are read afterwards."""
    for query in _queries(probe):
        cursor = None
        while True:
            page = index.search(query, _EVERYTHING, limit=_PAGE, cursor=cursor, facets=(), snippets=0)
            yield from (hit.document_id for hit in page.hits)
            cursor = page.next_cursor
            if cursor is None:
                break


def _queries(probe: Probe) -> Iterator[str]:
    yield from (_all_words(name) for name in probe.names)
    for exact in (*probe.person.emails, *probe.person.external_ids):
        yield '"' + exact.replace('"', " ") + '"'


def _all_words(name: Name) -> str:
    return " ".join((name.given[0], *name.family))


def _strengthened(session: Session, probe: Probe, found: Sequence[Found]) -> list[Found]:
    """A name counts for more at a record of which a business datum is the birth date."""
    weak = {one.record_id for one in found if one.record_id is not None and not one.hit.match.strong}
    born: set[UUID] = set()
    for ids in _parts(weak, 1000):
        born |= in_records.born_then(session, probe, ids)
    return [
        replace(one, hit=Hit(Match.NAME_AND_BIRTH, one.hit.excerpt))
        if one.record_id in born and not one.hit.match.strong
        else one
        for one in found
    ]


def _note(work: UnitOfWork, request_id: UUID, found: Sequence[Found], *, more: bool) -> None:
    """Replace what nobody judged yet; what was judged stays as it was judged."""
    request = request_to_search(work.session, request_id, lock=True)
    if request is None:
        return
    delete_unjudged(work.session, request_id)
    judged = judged_marks(work.session, request_id)
    new = [one for one in found if one.mark not in judged]
    work.session.add_all(_row(work, request_id, one) for one in new)
    request.searched_at, request.found_more = work.now, more
    if request.state is RequestState.RECEIVED:
        request.state = RequestState.SEARCHED
    work.session.flush()
    changes = {"findings": (None, len(found)), "new": (None, len(new))}
    work.publish(SubjectSearched(record_id=request_id, changes=changes))


def _row(work: UnitOfWork, request_id: UUID, one: Found) -> SubjectFinding:
    return SubjectFinding(
        id=new_id(),
        request_id=request_id,
        place=one.place,
        record_id=one.record_id,
        subject_id=one.subject_id,
        label=one.label,
        field=one.field,
        page=one.page,
        version=one.version,
        excerpt=one.hit.excerpt,
        match=one.hit.match,
        found_at=work.now,
        mark=one.mark,
    )
