"""/suche: words into hits, with the page they are on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.documents.models import DocumentKind
from eakte.foundation.errors import Forbidden, Invalid, NotFound
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Record
from eakte.records.queries import get_record_by_reference
from eakte.search import service
from eakte.search.index import FacetValue, Filters
from eakte.web import queries
from eakte.web.forms import Refusal, refusal_of
from eakte.web.rendering import address, render
from eakte.web.session import PageRoute, PageWork
from eakte.web.wording import word_for

router = APIRouter(route_class=PageRoute)

HITS = 20
_TITLES = {"kind": "Art", "entry": "Aktenplan", "unit": "Stelle", "year": "Jahr"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet as a link: choosing it, or taking it back."""

    label: str
    count: int | None
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody searches for, as it stands in the address."""

    words: str
    chosen: Mapping[str, Sequence[str]]
    dossier_id: UUID | None

    def filters(self) -> Filters:
        return Filters(
            kind=frozenset(self.chosen["kind"]),
            entry=frozenset(self.chosen["entry"]),
            unit=frozenset(self.chosen["unit"]),
            year=frozenset(int(year) for year in self.chosen["year"]),
            dossier_id=self.dossier_id,
        )

    def address(self, **changed: object) -> str:
        return address("/suche", **{"q": self.words, **self.chosen, "akte": self.dossier_id, **changed})

    def toggled(self, facet: str, value: str) -> str:
        values = self.chosen[facet]
        rest = [other for other in values if other != value]
        return self.address(**{facet: rest if value in values else [*values, value]})


@router.get("/suche")
def search(
    request: Request,
    work: PageWork,
    q: Annotated[str, Query(max_length=10_000)] = "",
    kind: Annotated[list[DocumentKind] | None, Query()] = None,
    entry: Annotated[list[str] | None, Query()] = None,
    unit: Annotated[list[str] | None, Query()] = None,
    year: Annotated[list[int] | None, Query()] = None,
    dossier_id: Annotated[UUID | None, Query(alias="akte")] = None,
    cursor: Cursor = None,
) -> Response:
    chosen = {
        "kind": [value.value for value in kind or ()],
        "entry": entry or [],
        "unit": unit or [],
        "year": [str(value) for value in year or ()],
    }
    asked = Asked(q.strip(), chosen, dossier_id)
    results: service.Results | None = None
    refusal: Refusal | None = None
    try:
        results = service.search(work, asked.words, filters=asked.filters(), limit=HITS, cursor=cursor, snippets=3)
    except Invalid as error:
        refusal = refusal_of(error)
    return render(
        request,
        "search.html",
        status=refusal.status if refusal is not None else 200,
        asked=asked,
        results=results,
        refusal=refusal,
        facets=dict(_facets(work, asked, results)) if results is not None else {},
        exact=_exact(work, asked.words) if cursor is None else None,
        next_page=asked.address(cursor=results.next_cursor) if results is not None and results.next_cursor else None,
        paged=cursor is not None,
        suggestions=_suggestions(work, asked.words),
    )


def _facets(work: UnitOfWork, asked: Asked, results: service.Results) -> Iterator[tuple[str, list[Choice]]]:
    for facet, title in _TITLES.items():
        values = list(results.facets.get(facet, ()))
        known = {value.value for value in values}
        # A chosen value without hits stays, or nobody could take it back.
        values += [FacetValue(value, 0) for value in asked.chosen[facet] if value not in known]
        labels = _labels(work, facet, [value.value for value in values])
        yield (
            title,
            [
                Choice(
                    labels.get(value.value, value.value),
                    value.count,
                    value.value in asked.chosen[facet],
                    asked.toggled(facet, value.value),
                )
                for value in values
            ],
        )


def _labels(work: UnitOfWork, facet: str, values: Sequence[str]) -> dict[str, str]:
    match facet:
        case "kind":
            return {value: word_for(DocumentKind(value)) for value in values if value in list(DocumentKind)}
        case "entry":
            titles = queries.entry_titles(work.session, values)
            return {code: f"{code} {title}" for code, title in titles.items()}
        case "unit":
            names = queries.unit_names(work.session, values)
            return {key: f"{key} {name}" for key, name in names.items()}
    return {}


def _exact(work: UnitOfWork, words: str) -> Record | None:
    """The record whose reference was typed."""
    if not words:
        return None
    try:
        return get_record_by_reference(work, words, to=Permission.READ)
    except (NotFound, Forbidden):
        return None


def _suggestions(work: UnitOfWork, words: str) -> list[str]:
    """What the last word could have been meant to be."""
    *before, last = words.split() or [""]
    if len(last) < 2 or len(last) > 100:
        return []
    completed = service.suggest(work, last, limit=8)
    return [" ".join([*before, word]) for word in completed if word.casefold() != last.casefold()]
