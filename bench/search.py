"""How fast the engines index and find, on made-up municipal documents of about 3 kB.

    python bench/search.py                        100,000 documents; Whoosh fewer, as it says
    python bench/search.py --documents 5000 --engines tantivy

All documents are indexed as a rebuild does it. Every search runs with a rights filter, all facets and snippets, as
people do it.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from _stack import machine
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

from eakte.foundation.embedded import EmbeddedPostgres
from eakte.search.adapters.postgres import PostgresIndex
from eakte.search.adapters.tantivy import TantivyIndex
from eakte.search.adapters.whoosh import WhooshIndex
from eakte.search.index import IndexedDocument, Scope, SearchIndex, Visibility
from eakte.search.models import create_tables

EVERY = 10_000
ROUNDS = 60


def _words(text: str) -> list[str]:
    return text.split()


FIRSTS = _words(
    "Bau Abwasser Straßen Gewerbe Grundstücks Verkehrs Umwelt Haushalts Jugend Sozial Schul Friedhofs Abfall Melde"
    " Kataster Vermessungs Denkmalschutz Brandschutz Naturschutz Erschließungs Anlieger Wohnungs Wasser Gebäude"
    " Flächen Planungs Personal Rechnungs Steuer Gebühren Beitrags Kita Hort Sport Kultur Markt Gaststätten Park"
    " Radwege Kanal Winterdienst Feuerwehr Rettungs Katastrophen Wahl Standesamts Vereins Förder Zuwendungs"
)
MIDDLES = ("",) * 12 + tuple(_words("genehmigungs planungs nutzungs prüfungs sanierungs ausbau verwaltungs aufsichts"))
LASTS = _words(
    "verfahren satzung antrag bescheid gebühr plan amt ausschuss behörde ordnung prüfung vertrag protokoll rechnung"
    " beschluss vorlage bericht gutachten stellungnahme auflage maßnahme fläche anlage stelle förderung beitrag"
    " konzept kosten frist verordnung"
)
PLAIN = _words(
    "die der das und in zu den mit von für auf ist im dem nicht ein eine als auch nach wird bei werden aus an hat"
    " über vor durch sind nur noch kann wie unter haben vom zur bis zum oder diese dieser sowie gemäß"
)
TRADE = _words(
    "Antragsteller Nachbar Grundstück Unterlagen Nachweis Frist Eingang Prüfung Entscheidung Hinweis Begründung"
    " Anhörung Ortstermin Zustimmung Vermerk Anlage Gemarkung Flurstück Eigentümer Vorhaben Lageplan Statik Zufahrt"
    " Stellplatz Spielplatz Gehweg Bürgersteig Baum Laterne Zaun Garage Carport Dach Fassade Heizung Leitung Kanal"
    " Sitzung Rat Bürgermeister Dezernat Sachbearbeiterin Widerspruch Klage Verwaltungsgericht Zuständigkeit"
)
VERBS = _words(
    "geprüft genehmigt abgelehnt beantragt erteilt vorgelegt nachgereicht festgesetzt bezahlt erhoben angehört"
    " beschlossen vertagt zugestellt begründet geändert aufgehoben vereinbart übersandt bestätigt"
)
NAMES = _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf"
    " Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Krause Lehmann Köhler Yılmaz Kowalski"
)
STREET_FIRSTS = _words("Ahrenbrücken Bahnhof Linden Mühlen Kirch Schiller Goethe Garten Wald See Berg Haupt Markt Ring")
STREET_LASTS = _words("straße weg platz allee gasse ring damm")
UNITS = ("Bauamt", "Ordnungsamt", "Kämmerei", "Sozialamt", "Schulamt", "Grünflächenamt", "Jugendamt", "Standesamt")
LEVELS = ("open", "open", "open", "internal", "confidential")
READER = UUID(int=7)

QUERIES = {
    "word": ["Zustimmung", "Spielplatz", "Schröder", "Verwaltungsgericht", "festgesetzt", "Kitasatzung", "Wahlplan"],
    "several words": ["Antragsteller Lageplan Schröder", "Garage Nachbar Widerspruch", "Frist Gehweg Laterne"],
    "phrase": ['"Antrag wird geprüft"', '"im Gebiet der Gemarkung"', '"die Stellungnahme der"', '"Frau Schröder"'],
    "prefix": ["Katastr*", "Verwaltungs*", "Spielpl*", "Ahrenbr*", "63.2-BA*"],
    "compound part": ["Genehmigung", "Straße", "Gebühr", "Denkmal", "Satzung", "Rat"],
    "field filter": ["titel:Bescheid art:eingang jahr:2023", "von:Schröder datum:2022..2024", "aktenplan:63* Frist"],
    "empty": [""],
}


@dataclass(frozen=True)
class Measured:
    """What one engine did: documents a second, bytes on disk, and milliseconds by kind of query."""

    engine: str
    documents: int
    per_second: float
    size: int
    times: dict[str, list[float]]


class Town:
    """Makes the paper of a town, always the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._compounds = [first + middle + last for first in FIRSTS for middle in MIDDLES for last in LASTS]
        self._chance.shuffle(self._compounds)
        # Few words are common and many are rare, as in all languages.
        self._weights = [1 / (rank + 10) for rank in range(len(self._compounds))]

    def documents(self, count: int) -> Iterator[IndexedDocument]:
        for number in range(count):
            yield self._document(number)

    def _document(self, number: int) -> IndexedDocument:
        chance = self._chance
        unit = chance.randrange(len(UNITS))
        group, leaf = chance.randint(1, 8), chance.randint(1, 9)
        day = date(2015, 1, 1) + timedelta(days=chance.randrange(3_900))
        nouns = iter(chance.choices(self._compounds, self._weights, k=90))
        pages = [self._page(nouns, number, day) for _ in range(chance.choice((1, 2, 2, 3)))]
        return IndexedDocument(
            id=UUID(int=(number << 64) | chance.getrandbits(60)),
            dossier_id=UUID(int=1_000_000 + number // 40),
            case_id=UUID(int=2_000_000 + number // 8),
            reference=f"{group * 10 + 3}.{leaf}-BA-{day.year}/{number:06}",
            aliases=(),
            title=f"{next(nouns)} {chance.choice(NAMES)}, {self._street()}",
            dossier_title=self._street(),
            case_title=chance.choice(("Posteingang", "Bescheid", "Anhörung", "Schriftwechsel")),
            parties=(f"{chance.choice(NAMES)}, {chance.choice(('Anna', 'Jürgen', 'Zoë', 'Karl'))}",),
            kind=chance.choice(("incoming", "outgoing", "internal")),
            entry=f"{group * 10 + 3}.{leaf}",
            entry_path=(UUID(int=1), UUID(int=100 + group), UUID(int=1_000 + group * 10 + leaf)),
            unit_id=UUID(int=50 + unit),
            unit=UNITS[unit],
            confidentiality=chance.choice(LEVELS),
            readers=(READER,) if number % 50 == 0 else (UUID(int=8),) if number % 33 == 0 else None,
            date=day,
            pages=tuple(pages),
        )

    def _page(self, nouns: Iterator[str], number: int, day: date) -> str:
        chance = self._chance
        lines = [f"Aktenzeichen 63.2-BA-{day.year}/{number}", f"Frau {chance.choice(NAMES)}", self._street(), ""]
        for _ in range(10):
            some = chance.choices(PLAIN, k=6)
            lines.append(
                f"Der {next(nouns, 'Antrag')} {some[0]} {chance.choice(TRADE)} {some[1]} {chance.choice(TRADE)} wird"
                f" {chance.choice(VERBS)}, {some[2]} {some[3]} {chance.choice(TRADE)} {some[4]} {next(nouns, 'Plan')}"
                f" {some[5]} {chance.randint(10, 9_999)},{chance.randint(10, 99)} €\nam {day:%d.%m.%Y}"
                f" {chance.choice(VERBS)}."
            )
        return "\n".join(lines)

    def _street(self) -> str:
        chance = self._chance
        return f"{chance.choice(STREET_FIRSTS)}{chance.choice(STREET_LASTS)} {chance.randint(1, 200)}"


ACTOR = Visibility(
    (
        Scope(frozenset(UUID(int=50 + unit) for unit in range(6)), None, frozenset({"open", "internal"})),
        Scope(frozenset({UUID(int=50)}), UUID(int=106), frozenset({"confidential"})),
        Scope(None, UUID(int=103), frozenset({"open"})),
    ),
    READER,
)


def measure(engine: str, index: SearchIndex, size: Callable[[], int], documents: int, seed: int) -> Measured:
    town = list(Town(seed).documents(documents))
    begun = time.perf_counter()
    fresh = index.start_rebuild()
    written = fresh.index(_told(engine, town, begun))
    index.finish_rebuild(fresh)
    seconds = time.perf_counter() - begun
    times = {
        kind: [_search(index, queries[turn % len(queries)]) for turn in range(ROUNDS)]
        for kind, queries in QUERIES.items()
    }
    return Measured(engine, written, written / seconds, size(), times)


def _told(engine: str, documents: list[IndexedDocument], begun: float) -> Iterator[IndexedDocument]:
    for number, document in enumerate(documents):
        if number and number % EVERY == 0:
            passed = time.perf_counter() - begun
            print(f"{engine}: {number:,} of {len(documents):,} after {passed:,.0f} s", file=sys.stderr, flush=True)
        yield document


def _search(index: SearchIndex, query: str) -> float:
    begun = time.perf_counter()
    index.search(query, ACTOR)
    return (time.perf_counter() - begun) * 1_000


def _percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _files(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def run(engine: str, documents: int, seed: int) -> Measured:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if engine == "tantivy":
            return measure(engine, TantivyIndex(directory), lambda: _files(directory), documents, seed)
        if engine == "whoosh":
            return measure(engine, WhooshIndex(directory), lambda: _files(directory), documents, seed)
        server = stack.enter_context(EmbeddedPostgres(directory / "postgres"))
        database = create_engine(server.dsn.replace("postgresql:", "postgresql+psycopg:", 1))
        create_tables(database)
        with database.connect() as connection:
            relation = text("select pg_total_relation_size('search_documents')")
            return measure(engine, PostgresIndex(database), lambda: connection.scalar(relation) or 0, documents, seed)


def show(console: Console, results: list[Measured]) -> None:
    table = Table(
        title="Volltextsuche: Rechtefilter, vier Facetten, Fundstellen; Zeiten p50 / p95 in ms", caption=machine()
    )
    table.add_column("engine")
    for name in ("documents", "documents/s", "MB", *QUERIES):
        table.add_column(name, justify="right")
    for result in results:
        times = (f"{_percentile(times, 0.5):.1f} / {_percentile(times, 0.95):.1f}" for times in result.times.values())
        table.add_row(
            result.engine, f"{result.documents:,}", f"{result.per_second:,.0f}", f"{result.size / 1e6:,.0f}", *times
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--whoosh-documents", type=int, default=5_000)
    parser.add_argument("--engines", nargs="+", default=["tantivy", "postgres", "whoosh"])
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    console = Console(width=200)
    results = []
    for engine in chosen.engines:
        documents = min(chosen.documents, chosen.whoosh_documents) if engine == "whoosh" else chosen.documents
        if documents < chosen.documents:
            console.print(f"{engine}: only {documents:,} documents, because pure Python is slow (--whoosh-documents)")
        results.append(run(engine, documents, chosen.seed))
    show(console, results)


if __name__ == "__main__":
    main()
