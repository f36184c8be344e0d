"""/aufbewahrung: rules in force, why one holds at an entry or a record, and dates that are entered later."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.access.queries import holds_everywhere
from eakte.foundation.clock import legal_day
from eakte.foundation.work import UnitOfWork
from eakte.records import plan_queries
from eakte.records.plan_rules import covers
from eakte.records.queries import permissions_on
from eakte.records.rules import RecordState
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.queries import entries_on
from eakte.web.rendering import address, go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from eakte.web.views import trail_of
from retention.models.rules import EnteredDate
from retention.queries import rules as queries
from retention.queries.lists import names_of
from retention.rules.periods import Event, Trigger
from retention.rules.readiness import OBSTACLE_WORDS
from retention.rules.sentences import event_in_words, key_in_words, rule_in_words
from retention.schemas.rules import NewDate
from retention.service import dating
from retention.service.explaining import explain, rules_at

router = APIRouter(prefix="/aufbewahrung", route_class=PageRoute)

_PATH = "/aufbewahrung"
_SHOWN = 100
After = Annotated[str | None, Query(max_length=2000)]


@router.get("")
def show_rules(request: Request, work: PageWork, nach: After = None) -> Response:
    """Every rule of the catalogues, in force or not, and where it hangs in the plan."""
    page = queries.rules(work, catalogue=None, cursor=nach, limit=_SHOWN)
    today = legal_day(work.now)
    return render(
        request,
        "retention_rules.html",
        rules=[(one, rule_in_words(one.rule()), covers(one.valid_from, one.valid_until, today)) for one in page.items],
        entries=queries.entries_with(work.session, [one.id for one in page.items]),
        may_enter=holds_everywhere(work, Permission.MANAGE_RETENTION),
        next_page=_more(_PATH, page.next_cursor),
    )


@router.get("/eintrag/{entry_id}")
def show_entry(request: Request, work: PageWork, entry_id: UUID) -> Response:
    """Which rules hold for what is filed under an entry, and from where it inherits them."""
    entry = plan_queries.get_entry(work, entry_id)
    rules = [(one, rule_in_words(one.rule)) for one in rules_at(work, entry.id)]
    above = entries_on(work.session, entry.path[:-1])
    return render(request, "retention_entry.html", entry=entry, above=above, rules=rules)


# --- dates of fiscal years --------------------------------------------------------------------------------


@router.get("/daten")
def show_dates(request: Request, work: PageWork, nach: After = None) -> Response:
    return _dates(request, work, Filled(), cursor=nach)


@router.post("/daten")
def enter_for_a_year(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def do() -> EnteredDate:
        new = read_shape(NewDate, texts, required=("key", "fiscal_year", "day", "source"))
        return dating.enter_date(work, new.key, new.day, source=new.source, fiscal_year=new.fiscal_year)

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _dates(request, work, Filled(texts, outcome), cursor=None)
    return go_to(f"{_PATH}/daten", "gespeichert")


def _dates(request: Request, work: UnitOfWork, filled: Filled, *, cursor: str | None) -> Response:
    page = queries.dates_of_years(work, key=None, fiscal_year=None, cursor=cursor, limit=_SHOWN)
    return render(
        request,
        "retention_dates.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        dates=page.items,
        people=names_of(work.session, {one.entered_by for one in page.items}),
        awaited=[(key_in_words(key), count) for key, count in queries.awaited(work)],
        keys=_options(queries.entered_keys(work.session)),
        named=key_in_words,
        may_enter=holds_everywhere(work, Permission.MANAGE_RETENTION),
        next_page=_more(f"{_PATH}/daten", page.next_cursor),
    )


# --- a record ---------------------------------------------------------------------------------------------


@router.get("/schriftgut/{record_id}")
def show_record(request: Request, work: PageWork, record_id: UUID) -> Response:
    return _record(request, work, record_id, Filled())


@router.post("/schriftgut/{record_id}/daten")
def enter_for_a_record(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    texts = texts_of(form)

    def do() -> EnteredDate:
        new = read_shape(NewDate, texts, required=("key", "day", "source"))
        return dating.enter_date(work, new.key, new.day, source=new.source, record_id=record_id)

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _record(request, work, record_id, Filled(texts, outcome))
    return go_to(f"{_PATH}/schriftgut/{record_id}", "gespeichert")


def _record(request: Request, work: UnitOfWork, record_id: UUID, filled: Filled) -> Response:
    found = explain(work, record_id)
    triggers = [one.considered.rule.trigger for one in found.rules]
    keys = [one.key for one in triggers if one.key is not None and one.key not in {date.key for date in found.dates}]
    return render(
        request,
        "retention_record.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        explanation=found,
        record=found.record,
        trail=[*trail_of(work, found.record), (found.record.reference, path_of(found.record))],
        rules=[(one, rule_in_words(one.considered.rule), _started(one.considered.rule.trigger)) for one in found.rules],
        obstacles=[OBSTACLE_WORDS[one] for one in found.obstacles] if found.record.state is RecordState.CLOSED else [],
        people=names_of(work.session, {one.entered_by for one in found.dates}),
        keys=_options(keys),
        named=key_in_words,
        may_enter=Permission.OVERRIDE_RETENTION in permissions_on(work.actor, found.record),
    )


def _started(trigger: Trigger) -> str:
    source = ", aus den Fachdaten" if trigger.event is Event.BUSINESS_DATA else ""
    return f"{event_in_words(trigger)}{source}"


def _options(keys: Iterable[str]) -> list[tuple[str, str]]:
    return [(key, key_in_words(key)) for key in dict.fromkeys(keys)]


def _more(path: str, cursor: str | None) -> str | None:
    return address(path, nach=cursor) if cursor else None
