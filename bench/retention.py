"""Retention of many closed records: the nightly run, and the list of what is due.

    python bench/retention.py                      1,000,000 closed dossiers and cases
    python bench/retention.py --count 100000

first night    no record has a period yet (a house that comes from an older version): all are computed, stored, audited
ordinary night everything is computed anew, nothing changed since yesterday
after a change the same, after a rule of a twentieth of the records was changed: those are stored and audited
baseline       the same work done record by record, each in a transaction of its own, as reactions do it; some of them
               are timed and the time of all is extrapolated
due list       pages of 50 of what is due, as the API asks the database for them, by who may dispose of everything

Real: PostgreSQL, tables, audit trail. One process computes, the database has the other core. The storage is not asked:
every record counts as locked already, as on most nights. Rows are made by SQL, valid and as the product writes them.
"""

# Python puts the folder of a script first on its path, where this very module would hide the package of its name.
# ruff: noqa: E402
import sys
from pathlib import Path

sys.path[:] = [*(place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent), *sys.path[:1]]

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import psutil
import psycopg
from _stack import cpu_seconds, machine
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from eakte.entrypoints.house import create_database_engine, open_house
from eakte.entrypoints.migrating import migrate
from eakte.foundation.clock import legal_day
from eakte.foundation.embedded import EmbeddedPostgres
from eakte.foundation.settings import AuditSettings, DatabaseSettings, Settings
from eakte.foundation.work import House
from retention.queries.due import WantedDue, due
from retention.queries.facts import Concerned, next_closed
from retention.queries.periods import store
from retention.service.computing import BATCH, compute_record, different
from retention.service.rounds import look_after

BASELINE = 200
PAGES = 300
console = Console(width=120)

# A fifth are dossiers. Entries say something themselves, or rules hang there: vouchers that count from the adoption of
# the annual statement, of which the two youngest years have none; permits; local exceptions; nothing at all.
_MADE = """
INSERT INTO organisational_units (id, key, name)
    VALUES ('00000000-0000-0000-0000-0000000000aa', '20', 'Amt');
"""
_PLAN = """
INSERT INTO filing_plans (id, key, name, version, dossier_pattern, case_pattern, document_pattern, created_at, revision)
    VALUES (uuidv7(), 'messung', 'Messung', '1', 'x{{number}}', 'x{{number}}', 'x{{number}}', now(), 1);
CREATE TEMP TABLE groups AS SELECT n, uuidv7() AS id FROM generate_series(1, 40) n;
INSERT INTO filing_plan_entries (id, plan_id, parent_id, path, kind, code, code_sort, title, retention_years,
        retention_unlimited, disposal, revision)
    SELECT g.id, p.id, NULL, ARRAY[g.id], 'main_group', g.n::text, g.n::text, 'Gruppe', 10, false, 'B', 1
    FROM groups g, filing_plans p;
CREATE TEMP TABLE leaves AS SELECT n, uuidv7() AS id, 1 + n % 40 AS g FROM generate_series(0, 1999) n;
INSERT INTO filing_plan_entries (id, plan_id, parent_id, path, kind, code, code_sort, title, retention_years,
        retention_unlimited, disposal, revision)
    SELECT l.id, p.id, g.id, ARRAY[g.id, l.id], 'subject_unit', g.n || '.' || l.n, g.n || '.' || l.n, 'Betreff',
        CASE WHEN l.n % 4 = 0 THEN 2 + l.n % 29 END, l.n % 100 = 1, (ARRAY['A','V','B'])[1 + l.n % 3], 1
    FROM leaves l JOIN groups g ON g.n = l.g, filing_plans p;
CREATE TEMP TABLE rules AS SELECT n, uuidv7() AS id FROM generate_series(0, 19) n;
INSERT INTO retention_rules (id, catalogue, key, name, source, event, event_key, length, unit, rounding, fiscal_month,
        fiscal_day, buffer_days, correction_days, lock_mode, protection, example, revision)
    SELECT id, 'messung', n::text, 'Regel ' || n, '§ ' || n, CASE WHEN n < 5 THEN 'entered' WHEN n < 8 THEN
        'business_data' WHEN n = 8 THEN 'parent_closing' ELSE 'closing' END,
        CASE WHEN n < 5 THEN 'annual_statement_adopted' WHEN n < 8 THEN 'permit_ends' END, 3 + n, 'years',
        (ARRAY['from_next_year', 'exact', 'end_of_year', 'end_of_fiscal_year'])[1 + n % 4], 12, 31, 30 * (n % 2), 0,
        'governance', 'normal', true, 1 FROM rules;
INSERT INTO rule_assignments (id, rule_id, entry_id, inheritance, assigned_by, assigned_at)
    SELECT uuidv7(), r.id, l.id, CASE WHEN l.n % 2 = 0 THEN 'replaces' ELSE 'adds' END, uuidv7(), now()
    FROM leaves l JOIN rules r ON r.n = l.n % 20 WHERE l.n % 4 <> 0;
INSERT INTO entered_dates (id, key, fiscal_year, day, source, entered_by, entered_at, revision)
    SELECT uuidv7(), 'annual_statement_adopted', y, make_date(y + 1, 9, 30), 'Rat', uuidv7(), now(), 1
    FROM generate_series(2000, 2024) y;
"""
_RECORDS = """
CREATE TEMP TABLE dossier AS SELECT n, uuidv7() AS id, (n * 7919) % 2000 AS leaf,
        timestamptz '2006-01-01' + n % 7300 * interval '1 day' + n % 86400 * interval '1 second' AS closed
    FROM generate_series(1, {dossiers}) n;
CREATE TEMP TABLE cases_made AS SELECT d.n * 4 + k AS n, uuidv7() AS id, d.id AS dossier,
        d.closed - k * interval '9 days' AS closed FROM dossier d, generate_series(0, 3) k;
INSERT INTO records (id, record_kind, reference, reference_sort, number, title, keywords, state, confidentiality,
        medium, unit_id, created_at, created_by, modified_at, closed_at, revision)
    SELECT id, kind, ref, ref, 1, 'Betreff', '[]', 'closed', 'open', 'electronic',
        '00000000-0000-0000-0000-0000000000aa', closed, id, closed, closed, 1
    FROM (SELECT id, 'dossier' AS kind, 'D-' || n AS ref, closed FROM dossier
          UNION ALL SELECT id, 'case', 'C-' || n, closed FROM cases_made) made;
INSERT INTO dossiers (id, entry_id, protected) SELECT d.id, l.id, false FROM dossier d JOIN leaves l ON l.n = d.leaf;
INSERT INTO cases (id, dossier_id) SELECT id, dossier FROM cases_made;
INSERT INTO business_data (record_id, name, value) SELECT id, 'fiscal_year', extract(year FROM closed)::int::text
    FROM cases_made WHERE n % 3 = 0;
INSERT INTO business_data (record_id, name, value) SELECT id, 'permit_ends', (closed + interval '2 years')::date::text
    FROM dossier WHERE n % 2 = 0;
CREATE TEMP TABLE document AS SELECT n, uuidv7() AS id, id AS case_id, closed FROM cases_made WHERE n % 2 = 0;
INSERT INTO records (id, record_kind, reference, reference_sort, number, title, keywords, state, confidentiality,
        medium, unit_id, created_at, created_by, modified_at, revision)
    SELECT id, 'document', 'S-' || n, 'S-' || n, 1, 'Betreff', '[]', 'open', 'open', 'electronic',
        '00000000-0000-0000-0000-0000000000aa', closed, id, closed, 1 FROM document;
INSERT INTO documents (id, case_id, document_kind, source) SELECT id, case_id, 'incoming', 'upload' FROM document;
INSERT INTO business_data (record_id, name, value) SELECT id, 'fiscal_year', extract(year FROM closed)::int::text
    FROM document WHERE n % 10 = 0;
INSERT INTO rule_assignments (id, rule_id, record_id, inheritance, reason, assigned_by, assigned_at)
    SELECT uuidv7(), r.id, d.id, 'replaces', 'Ausnahme', uuidv7(), now()
    FROM dossier d JOIN rules r ON r.n = 10 + d.n % 10 WHERE d.n % 200 = 0;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--without-first-night", action="store_true", help="periods are there already, not audited")
    chosen = parser.parse_args()
    count = chosen.count
    console.print(machine())
    with tempfile.TemporaryDirectory(prefix="eakte-bench-") as directory, house_in(Path(directory)) as house:
        make_records(house, count)
        nights(house, count, first=not chosen.without_first_night)
        pages(house, count)


@contextmanager
def house_in(directory: Path) -> Iterator[House]:
    with EmbeddedPostgres(directory / "pg") as server:
        settings = Settings(
            _env_file=None,
            var=directory,
            database=DatabaseSettings(dsn=SecretStr(server.dsn)),
            audit=AuditSettings(key=SecretStr("Messung")),
        )
        engine = create_database_engine(settings)
        migrate(engine)
        engine.dispose()
        with open_house(settings) as house:
            yield house


def make_records(house: House, count: int) -> None:
    dsn = house.settings.database.dsn.get_secret_value()
    with psycopg.connect(dsn) as connection:
        for sql in (_MADE, _PLAN, _RECORDS):
            for statement in sql.format(dossiers=count // 5).split(";\n"):
                if statement.strip():
                    connection.execute(statement)  # type: ignore[arg-type]
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


# --- nights -------------------------------------------------------------------------------------------------


def nights(house: House, count: int, *, first: bool) -> None:
    today = legal_day(datetime.now(UTC))
    table = Table("run", "seconds", "records/s", "CPU s here", "CPU s database", "memory grew to MiB",
                  title=f"{count:,} closed dossiers and cases")  # fmt: skip

    def row(name: str, run: Callable[[], int]) -> None:
        measured(house, table, name, count, run)

    row("baseline: record by record", lambda: baseline(house, count))
    forget(house)
    if first:
        row("first night", lambda: night(house))
    else:
        fill(house)
    sql(house, "UPDATE record_retentions SET locked_until = last_day")
    sql(house, "VACUUM ANALYZE")
    row("ordinary night", lambda: night(house))
    row("ordinary night, again", lambda: night(house))
    sql(house, "UPDATE retention_rules SET length = length + 1 WHERE key = '11'")
    row("night after a rule changed", lambda: night(house))
    console.print(table)
    with house.begin() as work:
        for outcome, number in work.session.execute(text("select outcome, count(*) from record_retentions group by 1")):
            console.print(f"  {outcome}: {number:,}")
    console.print(f"  the run of {today}")


def measured(house: House, table: Table, name: str, count: int, run: Callable[[], int]) -> None:
    """Add a row: `run` says of how many records it took the time."""
    server = _server(house)
    begun, here, there = time.perf_counter(), time.process_time(), cpu_seconds(server)
    done = run()
    seconds, cpu, of_database = time.perf_counter() - begun, time.process_time() - here, cpu_seconds(server) - there
    factor = count / done
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add_row(name, f"{seconds * factor:,.0f}", f"{done / seconds:,.0f}", f"{cpu * factor:,.0f}",
                  f"{of_database * factor:,.0f}", f"{peak:,.0f}")  # fmt: skip


def night(house: House) -> int:
    today = legal_day(datetime.now(UTC))
    _without_storage(house)
    look_after(house.begin, today)
    with house.begin() as work:
        return int(work.session.execute(text("select computed from retention_rounds")).scalar_one())


def _without_storage(house: House) -> None:
    """Whatever a run stores counts as told to the storage, by a trigger of the database."""
    sql(house, "CREATE OR REPLACE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS "
               "'BEGIN NEW.locked_until := NEW.last_day; RETURN NEW; END'")  # fmt: skip
    sql(house, "CREATE OR REPLACE TRIGGER told BEFORE INSERT OR UPDATE ON record_retentions "
               "FOR EACH ROW EXECUTE FUNCTION told()")  # fmt: skip


def baseline(house: House, count: int) -> int:
    with house.begin() as work:
        some = "select id from cases order by md5(id::text) limit :count"
        ids: list[UUID] = list(work.session.scalars(text(some), {"count": min(BASELINE, count)}))
    for record_id in ids:
        with house.begin() as work:
            compute_record(work, record_id)
    return len(ids)


def fill(house: House) -> None:
    """Store every period as a night would, and tell nobody."""
    after: UUID | None = None
    while True:
        with house.begin() as work:
            ids = next_closed(work.session, Concerned(), after, BATCH)
            store(work.session, {subject.id: kept for subject, kept in different(work, ids)}, work.now)
        if len(ids) < BATCH:
            return
        after = ids[-1]


def forget(house: House) -> None:
    sql(house, "DELETE FROM record_retentions")


# --- the due list -------------------------------------------------------------------------------------------


def pages(house: House, count: int) -> None:
    table = Table("question", "p50 ms", "p95 ms", "pages", title=f"what is due among {count:,}")
    with house.begin() as work:
        entry = work.session.scalars(text("select id from filing_plan_entries where kind = 'main_group' limit 1")).one()
    today = legal_day(datetime.now(UTC))
    for name, wanted in (
        ("all", WantedDue(today)),
        ("below one entry of the plan", WantedDue(today, entry_id=entry)),
        ("to be offered to the archive", WantedDue(today, code="A")),
    ):
        times, cursor = [], None
        for _ in range(PAGES):
            begun = time.perf_counter()
            with house.begin() as work:
                page = due(work, wanted, cursor=cursor, limit=50)
            times.append(1e3 * (time.perf_counter() - begun))
            cursor = page.next_cursor
        times.sort()
        table.add_row(name, f"{statistics.median(times):.1f}", f"{times[int(0.95 * len(times))]:.1f}", str(len(times)))
    console.print(table)


# --- tools --------------------------------------------------------------------------------------------------


def sql(house: House, statement: str) -> None:
    with psycopg.connect(house.settings.database.dsn.get_secret_value(), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def _server(house: House) -> psutil.Process:
    """The database server: the process whose child serves our connection."""
    with psycopg.connect(house.settings.database.dsn.get_secret_value()) as connection:
        return psutil.Process(psutil.Process(connection.info.backend_pid).ppid())


if __name__ == "__main__":
    main()
