"""The approval of invoices: a night run from receipt to the unit, and the work list of a unit with many open ones.

    python bench/approval.py                              10,000 invoices; a list of 50,000
    python bench/approval.py --count 500 --parts night --views
    python bench/approval.py --open 5000 --parts list

night   the official test invoices of $EAKTE_TEST_DATA (or --data), each with a number of its own, sent over the API by
        some connections at once: received, judged, stored and sent to their units by rule; with --views also until
        the last archival view (PDF/A) is made, for which nobody waits; in a rush they begin 20 minutes later, or
        EAKTE_XRECHNUNG__RUSH_WAIT_MIN
list    one unit with so many open invoices: its work list, first page and pages further on, and the counts per step,
        asked over the API by a clerk of the unit

Everything is real: `eakte stack` with PostgreSQL, S3, `eakte serve` and one worker, on the cores of this machine.
"""

# Python puts the folder of a script first on its path, where `xrechnung.py` would hide the package of that name.
# ruff: noqa: E402
import sys
from pathlib import Path

sys.path[:] = [*(place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent), *sys.path[:1]]

import argparse
import http.client
import itertools
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlparse
from uuid import UUID

import psycopg
from _stack import Stack, cpu_seconds, machine, own_stack, parts_of
from rich.console import Console
from rich.table import Table

from eakte.access import Role
from eakte.access.models import IdentityKind
from eakte.access.service import create_identity, create_unit, grant_role, issue_token
from eakte.entrypoints.house import open_house
from eakte.foundation.settings import Settings
from eakte.foundation.work import House
from eakte.records.plan_rules import EntryKind
from eakte.records.service.filing import Metadata, create_dossier
from eakte.records.service.plan_entries import EntryDetails, create_entry
from eakte.records.service.plans import create_plan
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.service.assignment import WantedRule, make_rule
from xrechnung.examining.facts import facts_of
from xrechnung.examining.inside import inside_of

DATA = Path(os.environ.get("EAKTE_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")) / "xrechnung"
CONNECTIONS = 4
UNITS = 20
ASKED = 300
console = Console()


@dataclass(frozen=True)
class Template:
    """A real invoice, split where its number stands."""

    before: bytes
    number: str
    after: bytes
    supplier: str
    leitweg_id: str | None

    def numbered(self, number: int) -> bytes:
        return self.before + f"{self.number}-{number}".encode() + self.after


@dataclass(frozen=True)
class Office:
    """Where invoices go to, and by whom they come."""

    dossier: UUID
    units: list[UUID]
    accounting: str
    clerk: str
    """Tokens; the clerk is of the first unit."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with testsuite-*/*.xml, or any XML files")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--before", type=int, default=0, help="so many come before, for figures of the middle of it")
    parser.add_argument("--open", type=int, default=50_000)
    parser.add_argument("--parts", nargs="+", choices=("night", "list"), default=["night", "list"])
    parser.add_argument("--views", action="store_true", help="wait for the archival views too")
    chosen = parser.parse_args()
    files = sorted(chosen.data.glob("testsuite-*/*.xml")) or sorted(chosen.data.rglob("*.xml"))
    templates = [template for file in files if (template := _template(file.read_bytes())) is not None]
    if not templates:
        parser.error(f"no invoices with a number below {chosen.data}")
    console.print(machine())
    for part in chosen.parts:
        with own_stack() as stack, open_house(_settings(stack)) as house:
            office = _office(house, templates)
            if part == "night":
                night(stack, house, office, templates, chosen.count, before=chosen.before, views=chosen.views)
            else:
                work_list(stack, house, office, templates[0], chosen.open)


def _settings(stack: Stack) -> Settings:
    parts = json.loads((stack.var / "run" / "stack.json").read_text())
    return Settings(_env_file=None, var=stack.var, **{name: parts[name] for name in ("database", "storage", "audit")})


def _template(content: bytes) -> Template | None:
    inside = inside_of(content)
    if inside is None or inside.invoice is None:
        return None
    facts = facts_of(inside.invoice)
    before, found, after = content.partition(f">{facts.number}<".encode())
    if not found or facts.number is None:
        return None
    return Template(before + b">", facts.number, b"<" + after, facts.seller_name or "", facts.buyer_reference)


def _office(house: House, templates: Sequence[Template]) -> Office:
    """Units, a dossier, people, and a rule for each Leitweg-ID that occurs."""
    with house.begin() as work:
        plan = create_plan(work, key="rechnungen", name="Aktenplan für die Messung")
        entry = create_entry(work, plan.id, EntryDetails("20.1", "Eingangsrechnungen", EntryKind.SUBJECT_UNIT))
        units = [create_unit(work, key=str(number), name=f"Amt {number}").id for number in range(20, 20 + UNITS)]
        dossier = create_dossier(work, entry.id, Metadata("Eingangsrechnungen"), unit_id=units[0])
        tokens = []
        for name, role, unit in (("rechnungsstelle", Role.ACCOUNTING, None), ("gruenamt", Role.CLERK, units[0])):
            person = create_identity(work, kind=IdentityKind.PERSON, login=name, display_name=name.title())
            grant_role(work, person.id, role, unit_id=unit)
            tokens.append(issue_token(work, person.id, label="Messung")[1])
        occurring = sorted({template.leitweg_id for template in templates if template.leitweg_id})
        for leitweg_id, unit_id in zip(occurring, itertools.cycle(units), strict=False):
            make_rule(work, WantedRule(Criterion.LEITWEG_ID, leitweg_id, unit_id))
    return Office(dossier.id, units, *tokens)


# --- the night run ------------------------------------------------------------------------------------------


def night(
    stack: Stack, house: House, office: Office, templates: Sequence[Template], count: int, *, before: int, views: bool
) -> None:
    parts = parts_of(stack.process)
    refused = _send(stack, office, templates, range(count, count + before))
    _wait_for(house, _AT_WORK, 0)

    def cpu() -> list[float]:
        return [*(sum(map(cpu_seconds, each)) for each in parts.values()), time.process_time()]

    begun, used = time.perf_counter(), cpu()
    columns = ("until", "seconds", "invoices/s", "CPU ms each", *parts, "this script")
    table = Table(*columns, title=f"{count:,} invoices in one night run")

    def reached(what: str) -> None:
        seconds = time.perf_counter() - begun
        each = [1e3 * (after - before) / count for before, after in zip(used, cpu(), strict=True)]
        table.add_row(
            what, f"{seconds:,.0f}", f"{count / seconds:,.1f}", *(f"{one:,.1f}" for one in (sum(each), *each))
        )

    refused += _send(stack, office, templates, range(count))
    reached("received")
    _wait_for(house, "select count(*) from invoices where judged_at is null", 0)
    reached("judged and stored")
    _wait_for(house, _UNASSIGNED, 0)
    reached("assigned")
    if views:
        _wait_for(house, "select count(*) from ingest_items where state not in ('filed', 'failed')", 0)
        _wait_for(house, "select count(*) from procrastinate_jobs where task_name = 'xrechnung.ShowInvoice'", 0)
        reached("archival views made")
    console.print(table)
    _tell(house, refused)


_AT_WORK = "select count(*) from procrastinate_jobs where coalesce(scheduled_at, now()) <= now()"
_UNASSIGNED = (
    "select count(*) from procrastinate_jobs where task_name in ('xrechnung.JudgeInvoice', 'xrechnung.AssignInvoice')"
)


def _send(stack: Stack, office: Office, templates: Sequence[Template], wanted: range) -> list[int]:
    """Send invoices of these numbers by some connections at once; what was answered where one was not taken."""
    numbers = iter(wanted)
    lock, refused = threading.Lock(), list[int]()

    def send() -> None:
        connection = _connection(stack)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            status = _post(connection, office, templates[number % len(templates)].numbered(number), number)
            if status != 201:
                refused.append(status)

    senders = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return refused


def _tell(house: House, refused: Sequence[int]) -> None:
    asked = {
        "accepted": "select count(*) from invoices where accepted",
        "refused by rule": "select count(*) from invoices where not accepted",
        "not readable": "select count(*) from invoices where accepted is null",
        "with a unit": "select count(*) from approvals where unit_id is not null",
        "with central accounting": "select count(*) from approvals where unit_id is null and step = 'checked'",
    }
    with _database(house) as connection:
        said = [f"{what}: {connection.execute(sql).fetchone()[0]:,}" for what, sql in asked.items()]
    console.print("; ".join(said), f"; not taken: {len(refused)}" if refused else "")


def _post(connection: http.client.HTTPConnection, office: Office, content: bytes, number: int) -> int:
    boundary = b"messung"
    body = b"".join(
        (
            b'--%s\r\nContent-Disposition: form-data; name="dossierId"\r\n\r\n' % boundary,
            str(office.dossier).encode(),
            b'\r\n--%s\r\nContent-Disposition: form-data; name="file"; filename="%d.xml"\r\n' % (boundary, number),
            b"Content-Type: application/xml\r\n\r\n" + content + b"\r\n--%s--\r\n" % boundary,
        )
    )
    headers = {
        "Authorization": f"Bearer {office.accounting}",
        "Content-Type": f"multipart/form-data; boundary={boundary.decode()}",
    }
    connection.request("POST", "/api/v1/invoices", body, headers)
    response = connection.getresponse()
    response.read()
    return response.status


def _wait_for(house: House, sql: str, expected: int) -> None:
    with _database(house) as connection:
        while connection.execute(sql).fetchone()[0] != expected:
            time.sleep(0.5)


# --- the work list ------------------------------------------------------------------------------------------

# One invoice that came through the product, again and again under ids and numbers of its own.
_CLONES = """
CREATE TEMP TABLE clones AS
    SELECT n, gen_random_uuid() AS document, gen_random_uuid() AS version, gen_random_uuid() AS invoice
    FROM generate_series(1, %(count)s) n;
INSERT INTO records SELECT (jsonb_populate_record(r, jsonb_build_object(
        'id', document, 'reference', 'M-' || n, 'reference_sort', 'M-' || lpad(n::text, 9, '0'), 'number', n + 1000))).*
    FROM clones, records r WHERE r.id = %(document)s;
INSERT INTO documents SELECT (jsonb_populate_record(d, jsonb_build_object('id', document))).*
    FROM clones, documents d WHERE d.id = %(document)s;
INSERT INTO document_versions SELECT (jsonb_populate_record(v, jsonb_build_object(
        'id', version, 'document_id', document))).*
    FROM clones, document_versions v WHERE v.id = %(version)s;
INSERT INTO invoices SELECT (jsonb_populate_record(i, jsonb_build_object(
        'id', invoice, 'document_id', document, 'version_id', version, 'number', 'RE-' || n))).*
    FROM clones, invoices i WHERE i.id = %(invoice)s;
INSERT INTO approvals SELECT (jsonb_populate_record(a, jsonb_build_object(
        'invoice_id', invoice, 'unit_id', %(unit)s::uuid, 'assigned_on', current_date, 'revision', 1,
        'step', (ARRAY['assigned', 'assigned', 'assigned', 'certified', 'on_hold'])[1 + n %% 5],
        'held_from', CASE WHEN n %% 5 = 4 THEN 'assigned' END,
        'urgent_on', current_date + n %% 200, 'at_stake', (n * 7919 %% 1000) / 10.0))).*
    FROM clones, approvals a WHERE a.invoice_id = %(invoice)s
"""


def work_list(stack: Stack, house: House, office: Office, template: Template, count: int) -> None:
    assert _post(_connection(stack), office, template.numbered(0), 0) == 201
    _wait_for(house, "select count(*) from approvals where step = 'assigned'", 1)
    with _database(house) as database:
        row = database.execute("select id, document_id, version_id from invoices").fetchone()
        assert row is not None
        known = {"invoice": row[0], "document": row[1], "version": row[2], "unit": office.units[0], "count": count}
        cursor = psycopg.ClientCursor(database)
        cursor.execute(_CLONES, known)
        database.execute("VACUUM ANALYZE")
    table = Table(
        "question", "p50 ms", "p95 ms", "CPU ms, API", "whole stack", title=f"a unit with {count:,} open invoices"
    )
    unit = str(office.units[0])
    questions = {
        "first page of 50": _first_page({"unit": unit}),
        "first page of 50 at one step": _first_page({"unit": unit, "step": "certified"}),
        "all one's units": _first_page({}),
        "the following pages": _following_pages({"unit": unit}),
        "counts per step": lambda _: "/api/v1/invoices/work-list/counts?" + urlencode({"unit": unit}),
    }
    for name, question in questions.items():
        times, cpu = _ask(stack, office.clerk, question)
        ordered = sorted(times)
        cells = (statistics.median(ordered), ordered[int(0.95 * len(ordered))], *cpu)
        table.add_row(name, *(f"{cell:.1f}" for cell in cells))
    console.print(table)


# An answer leads to the next question.
Question = Callable[[dict[str, object]], str]


def _first_page(wanted: dict[str, str]) -> Question:
    return lambda _: "/api/v1/invoices/work-list?" + urlencode({"limit": 50, **wanted})


def _following_pages(wanted: dict[str, str]) -> Question:
    """Page after page, beginning anew now and then."""
    chance = random.Random(1)

    def question(answer: dict[str, object]) -> str:
        further = {"cursor": answer["next"]} if answer.get("next") and chance.random() < 0.99 else {}
        return "/api/v1/invoices/work-list?" + urlencode({"limit": 50, **wanted, **further})

    return question


def _ask(stack: Stack, token: str, question: Question) -> tuple[list[float], tuple[float, float]]:
    """Milliseconds of each answer but the first ones, and processor milliseconds of one: of the API, of all parts."""
    api, connection = stack.part("serve"), _connection(stack)
    times: list[float] = []
    answer: dict[str, object] = {}
    for number in range(-20, ASKED):
        if number == 0:
            used = cpu_seconds(api), cpu_seconds(stack.process)
        begun = time.perf_counter()
        connection.request("GET", question(answer), headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        body = response.read()
        taken = 1e3 * (time.perf_counter() - begun)
        assert response.status == 200, body[:300]
        answer = json.loads(body)
        if number >= 0:
            times.append(taken)
    each = 1e3 / len(times)
    return times, ((cpu_seconds(api) - used[0]) * each, (cpu_seconds(stack.process) - used[1]) * each)


def _connection(stack: Stack) -> http.client.HTTPConnection:
    address = urlparse(stack.url)
    return http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)


def _database(house: House) -> "psycopg.Connection[tuple[int, ...]]":
    return psycopg.connect(house.settings.database.dsn.get_secret_value(), autocommit=True)


if __name__ == "__main__":
    main()
