"""Templates into answers. Everything is escaped; what is marked in a hit is the only markup made here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from sqlalchemy import Row

from eakte.access import Confidentiality, Permission
from eakte.access.models import OrganisationalUnit
from eakte.access.queries import BERLIN
from eakte.documents.models import DocumentKind
from eakte.foundation.work import Actor
from eakte.records.models import FilingPlanEntry, PartyRole, Record
from eakte.records.rules import Medium, RecordKind
from eakte.web.batch_views import works_with_batches
from eakte.web.invoice_views import works_with_invoices
from eakte.web.session import form_token
from eakte.web.wording import DONE, FIELD_NAMES, document_word, image_reason, seal_word, word_for

STATIC = Path(__file__).parent / "static"

ROOMS = {RecordKind.DOSSIER: "akten", RecordKind.CASE: "vorgaenge", RecordKind.DOCUMENT: "dokumente"}


def path_of(record: Record | Row[*tuple[Any, ...]]) -> str:
    """Where the page of a record is, or of one of which only the columns were read."""
    return f"/{ROOMS[record.record_kind]}/{record.id}"


def entry_path(entry_id: UUID) -> str:
    return f"/aktenplan/{entry_id}"


def as_date(value: date | None) -> str:
    return f"{value:%d.%m.%Y}" if value is not None else "–"


def as_instant(value: datetime | None) -> str:
    """An instant as people in the office read it."""
    return f"{value.astimezone(BERLIN):%d.%m.%Y, %H:%M}" if value is not None else "–"


def as_size(value: int) -> str:
    """Bytes as people read them, with a decimal comma."""
    size, unit = float(value), "B"
    for larger in ("KB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit in ("B", "KB") else f"{size:.1f} {unit}".replace(".", ",")


def as_money(value: Decimal) -> str:
    """An amount with a decimal comma, points between thousands and no digit lost: "1.234,50"."""
    plain = f"{value:,.2f}" if value == round(value, 2) else f"{value:,f}"
    return plain.translate(str.maketrans(",.", ".,"))


def as_percent(value: str) -> str:
    """ "2 %", from a number as JSON keeps it."""
    return f"{Decimal(value).normalize():f}".replace(".", ",") + " %"


def as_day(value: str) -> str:
    """A day as JSON keeps it."""
    return as_date(date.fromisoformat(value))


def marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """A piece of text with its hits marked; everything in it is escaped."""
    parts, last = [], 0
    for start, end in sorted(marks):
        if start < last:
            continue
        parts.append(escape(_plain(text[last:start])))
        parts.append(Markup("<mark>{}</mark>").format(_plain(text[start:end])))
        last = end
    parts.append(escape(_plain(text[last:])))
    return Markup("").join(parts)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def address(path: str, **query: Any) -> str:
    """A path with a query; nothing for what is None or empty."""
    given = {name: value for name, value in query.items() if value not in (None, "", [], ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("eakte.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        word=word_for,
        document_word=document_word,
        image_reason=image_reason,
        seal_word=seal_word,
        tally=_tally,
        date=as_date,
        instant=as_instant,
        size=as_size,
        money=as_money,
        percent=as_percent,
        isodate=as_day,
        path=path_of,
        entry_path=entry_path,
    )
    environment.globals.update(
        marked=marked,
        address=address,
        options=_options,
        unit_options=_unit_options,
        trail_to=_trail_to,
        FIELD_NAMES=FIELD_NAMES,
        LEVELS=list(Confidentiality),
        MEDIA=list(Medium),
        DOCUMENT_KINDS=list(DocumentKind),
        PARTY_ROLES=list(PartyRole),
    )
    return environment


def _options(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, word_for(member)) for member in members]


def _tally(counts: Mapping[StrEnum, int]) -> str:
    """How many of each, as "3 gelesen, 1 doppelt"."""
    return ", ".join(f"{count} {word_for(member)}" for member, count in sorted(counts.items()))


def _unit_options(units: Iterable[OrganisationalUnit]) -> list[tuple[str, str]]:
    return [(str(unit.id), f"{unit.key} {unit.name}") for unit in units]


def _trail_to(entries: Iterable[FilingPlanEntry]) -> list[tuple[str, str]]:
    return [(f"{entry.code} {entry.title}", entry_path(entry.id)) for entry in entries]


_environment_of_pages = _environment()


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page, made while the work is still open."""
    actor: Actor | None = getattr(request.state, "actor", None)
    page = _environment_of_pages.get_template(template).render(
        actor=actor,
        csrf=form_token(request) if actor is not None else "",
        here=request.url.path,
        menu=_menu(actor) if actor is not None else [],
        done=DONE.get(request.query_params.get("meldung", "")) if status == 200 else None,
        words=request.query_params.get("q", "") if request.url.path == "/suche" else "",
        **context,
    )
    return HTMLResponse(page, status)


_MENU = [("/", "Start"), ("/aktenplan", "Aktenplan"), ("/eingaenge", "Eingänge"), ("/arbeitsliste", "Arbeitsliste")]


_DISPOSAL = (Permission.DISPOSE, Permission.REVIEW_DISPOSAL, Permission.RELEASE_DISPOSAL)


def _menu(actor: Actor) -> list[tuple[str, str]]:
    """Where the main menu leads, for somebody with these rights."""
    menu = [*_MENU, ("/rechnungen", "Rechnungen")] if works_with_invoices(actor) else _MENU
    if actor.may(Permission.MANAGE_SIGNING):
        menu = [*menu, ("/rechnungen/befugnisse", "Befugnisse")]
    if works_with_batches(actor):
        menu = [*menu, ("/stapel", "Stapel")]
    if any(actor.may(permission) for permission in _DISPOSAL):
        menu = [*menu, ("/aussonderung", "Aussonderung")]
    if actor.may(Permission.MANAGE_PRIVACY):
        menu = [*menu, ("/datenschutz", "Datenschutz")]
    return menu


def go_to(path: str, done: str | None = None) -> RedirectResponse:
    """Send the browser on after a form was sent, so that reloading sends nothing twice."""
    return RedirectResponse(address(path, meldung=done), 303)
