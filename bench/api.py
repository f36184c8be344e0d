"""The HTTP API over a database of 100,000 documents: reads, writes and search, with the rights of one clerk.

    python bench/api.py                           100,000 documents, tantivy
    python bench/api.py --documents 5000 --seconds 2

Everything is real: `eakte stack` with PostgreSQL, S3, `eakte serve` and a worker that indexes what is written.
The clerk sees one organisational unit below one part of the filing plan, up to "restricted". The load comes
from processes of their own over kept connections; one connection shows the time of an answer, several show how
many come out of it. Client and server share the machine.
"""

import argparse
import http.client
import itertools
import json
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlparse
from uuid import UUID

from _stack import Stack, cpu_seconds, machine, own_stack
from _town import TownHall, build_town_hall
from rich.console import Console
from rich.table import Table
from search import QUERIES

from eakte.entrypoints.house import open_house
from eakte.foundation.ids import new_id
from eakte.foundation.settings import Settings

API = "/api/v1"
MOST_REQUESTS = 4_000
WARM_UP_S = 2.0
"""So long is asked before anything is measured: a server that just began reads and plans each thing once."""
PREFIXES = ("Bau", "Schr", "Gen", "Stra")
SEARCHES = [query for kind, queries in QUERIES.items() if kind != "field filter" for query in queries]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: object = None
    headers: tuple[tuple[str, str], ...] = ()


# An operation answers requests; it is told the ETag of the answer before, if it had one.
Operation = Callable[[TownHall, random.Random], Iterator[Request]]


def _get(path: Callable[[TownHall, random.Random], str]) -> Operation:
    def requests(hall: TownHall, chance: random.Random) -> Iterator[Request]:
        while True:
            yield Request("GET", path(hall, chance))

    return requests


def _post(path: Callable[[TownHall, random.Random], str], body: dict[str, object]) -> Operation:
    def requests(hall: TownHall, chance: random.Random) -> Iterator[Request]:
        for number in itertools.count():
            key = (("Idempotency-Key", str(new_id())),)
            yield Request("POST", path(hall, chance), {**body, "title": f"Messung {number}"}, key)

    return requests


def _patch(hall: TownHall, chance: random.Random) -> Iterator[Request]:
    """Changes every document at most once, so that the ETag is known: what was built is revision 1."""
    for number, document in enumerate(chance.sample(hall.documents, len(hall.documents))):
        yield Request("PATCH", f"/documents/{document}", {"title": f"Geändert {number}"}, (("If-Match", '"1"'),))


def _search(hall: TownHall, chance: random.Random) -> Iterator[Request]:
    for query in itertools.cycle(chance.sample(SEARCHES, len(SEARCHES))):
        yield Request("GET", f"/search?{urlencode({'q': query})}")


OPERATIONS: dict[str, Operation] = {
    "GET document": _get(lambda hall, chance: f"/documents/{chance.choice(hall.documents)}"),
    "GET dossier": _get(lambda hall, chance: f"/dossiers/{chance.choice(hall.dossiers)}"),
    "GET versions": _get(lambda hall, chance: f"/documents/{chance.choice(hall.documents)}/versions"),
    "list 50 dossiers": _get(lambda hall, chance: "/dossiers?limit=50"),
    "list 50 documents": _get(lambda hall, chance: "/documents?limit=50"),
    "documents of a case": _get(lambda hall, chance: f"/cases/{chance.choice(hall.cases)}/documents"),
    "search": _search,
    "suggest": _get(lambda hall, chance: f"/search/suggestions?prefix={chance.choice(PREFIXES)}"),
    "POST case": _post(lambda hall, chance: f"/dossiers/{chance.choice(hall.dossiers)}/cases", {}),
    "POST document": _post(
        lambda hall, chance: f"/cases/{chance.choice(hall.cases)}/documents", {"documentKind": "outgoing"}
    ),
    "PATCH document": _patch,
}
READING = tuple(name for name in OPERATIONS if not name.startswith(("POST", "PATCH")))


@dataclass(frozen=True)
class Measured:
    """Milliseconds of every answer, how long all took, processor seconds, and answers that were no success.

    `cpu_s` is what `eakte serve` used, `all_cpu_s` what the whole stack used: these hardly depend on neighbours.
    """

    times: list[float]
    seconds: float
    cpu_s: float
    all_cpu_s: float
    refused: dict[int, int]

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _connection(name: str, url: str, hall: TownHall, seconds: float, seed: int) -> tuple[list[float], dict[int, int]]:
    """One connection's answers, in a process of its own."""
    address = urlparse(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    times: list[float] = []
    refused: dict[int, int] = {}
    until = time.perf_counter() + seconds
    for request in OPERATIONS[name](hall, random.Random(seed)):
        body = None if request.body is None else json.dumps(request.body)
        headers = {"Authorization": f"Bearer {hall.token}", "Content-Type": "application/json", **dict(request.headers)}
        begun = time.perf_counter()
        connection.request(request.method, API + request.path, body, headers)
        response = connection.getresponse()
        response.read()
        ended = time.perf_counter()
        times.append((ended - begun) * 1_000)
        if response.status >= 300:
            refused[response.status] = refused.get(response.status, 0) + 1
        if ended >= until or len(times) >= MOST_REQUESTS:
            break
    connection.close()
    return times, refused


def measure(name: str, stack: Stack, hall: TownHall, seconds: float, connections: int, seed: int) -> Measured:
    # Each connection changes documents of its own.
    shares = [_share(hall, one, connections) for one in range(connections)]
    serve = stack.part("serve")
    if name in READING:
        _connection(name, stack.url, hall, WARM_UP_S, seed)
    with multiprocessing.get_context("fork").Pool(connections) as pool:
        cpu, all_cpu = cpu_seconds(serve), cpu_seconds(stack.process)
        begun = time.perf_counter()
        asked = [
            pool.apply_async(_connection, (name, stack.url, share, seconds, seed + one))
            for one, share in enumerate(shares)
        ]
        answers = [one.get(seconds + 120) for one in asked]
        ended = time.perf_counter()
    cpu, all_cpu = cpu_seconds(serve) - cpu, cpu_seconds(stack.process) - all_cpu
    refused: dict[int, int] = {}
    for _, codes in answers:
        for code, count in codes.items():
            refused[code] = refused.get(code, 0) + count
    return Measured([each for times, _ in answers for each in times], ended - begun, cpu, all_cpu, refused)


def _share(hall: TownHall, number: int, count: int) -> TownHall:
    def part(ids: list[UUID]) -> list[UUID]:
        return ids[number::count]

    return TownHall(hall.token, part(hall.dossiers), part(hall.cases), part(hall.documents))


def show(console: Console, connections: int, results: dict[str, tuple[Measured, Measured]]) -> None:
    table = Table(title="API, as a clerk with limited rights; times in ms", caption=machine())
    table.add_column("operation")
    headings = ("1 connection: p50", "p95", f"{connections} connections: requests/s", "p50", "p95")
    for heading in (*headings, "CPU ms/request: API", "stack", "refused"):
        table.add_column(heading, justify="right")
    for name, (alone, many) in results.items():
        refused = {
            code: alone.refused.get(code, 0) + many.refused.get(code, 0) for code in alone.refused | many.refused
        }
        table.add_row(
            name,
            f"{alone.percentile(0.5):.1f}",
            f"{alone.percentile(0.95):.1f}",
            f"{many.per_second:,.0f}",
            f"{many.percentile(0.5):.1f}",
            f"{many.percentile(0.95):.1f}",
            f"{many.cpu_s / len(many.times) * 1_000:.1f}",
            f"{many.all_cpu_s / len(many.times) * 1_000:.1f}",
            ", ".join(f"{code}: {count}" for code, count in refused.items()) or "-",
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--only", nargs="+", choices=list(OPERATIONS))
    parser.add_argument("--hold", action="store_true", help="wait for Enter at the end, to look at the server")
    chosen = parser.parse_args()
    console = Console(width=150)
    with own_stack() as stack:
        with open_house(_settings_of(stack)) as house:
            begun = time.perf_counter()
            hall = build_town_hall(house, chosen.documents)
            console.print(f"{chosen.documents:,} documents written in {time.perf_counter() - begun:.0f} s")
        begun = time.perf_counter()
        said = stack.run("index", "rebuild", check=True).stdout.strip()
        seconds = time.perf_counter() - begun
        console.print(f"{said} {seconds:.0f} s, {chosen.documents / seconds:,.0f} documents/s out of the database")
        console.print(f"The clerk sees {len(hall.dossiers):,} dossiers and {len(hall.documents):,} documents.")
        results = {}
        for number, name in enumerate(chosen.only or OPERATIONS):
            alone = measure(name, stack, hall, chosen.seconds, 1, 10 * number)
            many = measure(name, stack, hall, chosen.seconds, chosen.connections, 10 * number + 1)
            results[name] = (alone, many)
        show(console, chosen.connections, results)
        if chosen.hold:
            console.input(f"{stack.url}  token {hall.token}  serve {stack.part('serve').pid}  Enter ends.")


def _settings_of(stack: Stack) -> Settings:
    parts = json.loads((stack.var / "run" / "stack.json").read_text())
    return Settings(_env_file=None, var=stack.var, **{name: parts[name] for name in ("database", "storage", "audit")})


if __name__ == "__main__":
    main()
