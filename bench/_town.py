"""A town hall's records, put into the database by COPY: valid rows, as the product would have written them."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from search import NAMES, UNITS, Town

from eakte.access import Confidentiality, Role
from eakte.access.models import IdentityKind
from eakte.access.service import create_identity, create_unit, grant_role, issue_token
from eakte.documents.models import DocumentKind, DocumentSource
from eakte.foundation.ids import new_id
from eakte.foundation.work import House
from eakte.records.plan_rules import EntryKind
from eakte.records.rules import Medium, NumberTemplate, RecordKind, RecordState, sort_key
from eakte.records.service.plan_entries import EntryDetails, create_entry
from eakte.records.service.plans import create_plan

GROUPS, LEAVES = 8, 9
CASES_PER_DOSSIER, DOCUMENTS_PER_CASE = 4, 5
PAPERS = 10_000
LEVELS = ("open",) * 7 + ("restricted",) * 2 + ("confidential",)

TABLES = {
    "records": (
        "id record_kind reference reference_sort number title remark keywords state confidentiality medium location"
        " unit_id created_at created_by modified_at closed_at cancelled_at revision"
    ),
    "dossiers": "id entry_id protected",
    "cases": "id dossier_id",
    "documents": "id case_id document_kind letter_date received_on source",
    "document_versions": "id document_id number page_count warnings received_at created_at created_by",
    "page_texts": "version_id page text confidence",
    "parties": "id record_id role name",
    "reference_counters": "scope value",
}


@dataclass
class TownHall:
    """What was made, and what its clerk sees of it: one unit, one part of the plan, not the confidential."""

    token: str
    dossiers: list[UUID] = field(default_factory=list)
    cases: list[UUID] = field(default_factory=list)
    documents: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class _Ground:
    """Plan, units and people, made through the product itself."""

    plan_key: str
    patterns: tuple[str, str, str]
    units: list[UUID]
    groups: list[UUID]
    leaves: list[list[tuple[str, UUID]]]
    clerk: UUID
    token: str


def _ground(house: House) -> _Ground:
    with house.begin() as work:
        plan = create_plan(work, key="messung", name="Aktenplan für die Messung")
        units = [create_unit(work, key=str(20 + number), name=name).id for number, name in enumerate(UNITS)]
        groups, leaves = [], []
        for number in range(GROUPS):
            code = f"{10 + number}"
            group = create_entry(work, plan.id, EntryDetails(code, f"Gruppe {code}", EntryKind.MAIN_GROUP))
            groups.append(group.id)
            below = []
            for leaf in range(1, LEAVES + 1):
                details = EntryDetails(f"{code}.{leaf}", f"Betreff {code}.{leaf}", EntryKind.SUBJECT_UNIT)
                below.append((details.code, create_entry(work, plan.id, details, parent_id=group.id).id))
            leaves.append(below)
        clerk = create_identity(work, kind=IdentityKind.CLIENT, login="messung", display_name="Sachbearbeitung")
        grant_role(
            work,
            clerk.id,
            Role.CLERK,
            unit_id=units[0],
            entry_id=groups[0],
            max_confidentiality=Confidentiality.RESTRICTED,
        )
        _, token = issue_token(work, clerk.id, label="Messung")
        patterns = (plan.dossier_pattern, plan.case_pattern, plan.document_pattern)
        return _Ground(plan.key, patterns, units, groups, leaves, clerk.id, token)


def build_town_hall(house: House, documents: int, seed: int = 1) -> TownHall:
    """Fill an empty house with so many documents and what they lie in."""
    ground = _ground(house)
    hall = TownHall(ground.token)
    dsn = house.settings.database.dsn.get_secret_value()
    rows = _rows(ground, hall, documents, random.Random(seed), Town(seed))
    with psycopg.connect(dsn) as connection:
        while some := list(itertools.islice(rows, 50_000)):
            for table, columns in TABLES.items():
                _copy(connection, table, columns.split(), [row for name, row in some if name == table])
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    return hall


def _copy(connection: "psycopg.Connection[Any]", table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


class _Registry:
    """Gives references and makes record rows; remembers how far every counter came."""

    def __init__(self, ground: _Ground) -> None:
        self.counts: dict[str, int] = {}
        self._ground = ground

    def record(
        self, kind: RecordKind, values: dict[str, object], title: str, level: str, unit_id: UUID, at: datetime
    ) -> tuple[UUID, str, tuple[Any, ...]]:
        """The id, the reference and the row of a new record."""
        template = NumberTemplate(self._ground.patterns[list(RecordKind).index(kind)])
        scope = template.scope(values)
        number = self.counts[scope] = self.counts.get(scope, 0) + 1
        reference = template.reference(values, number)
        record_id = new_id()
        clerk = self._ground.clerk
        row = (
            *(record_id, kind.value, reference, sort_key(reference), number, title, None, "[]"),
            *(RecordState.OPEN.value, level, Medium.ELECTRONIC.value, None, unit_id, at, clerk, at, None, None, 1),
        )
        return record_id, reference, row


def _rows(
    ground: _Ground, hall: TownHall, documents: int, chance: random.Random, town: Town
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every row of every table, dossier by dossier."""
    begun = datetime(2015, 1, 1, tzinfo=UTC)
    registry = _Registry(ground)
    # So many distinct papers are enough for words to be as rare and as common as in life.
    papers = list(town.documents(min(documents, PAPERS)))
    written = 0
    while written < documents:
        unit = chance.randrange(len(ground.units))
        # Most of a unit's dossiers lie in its own part of the plan.
        group = unit % GROUPS if chance.random() < 0.7 else chance.randrange(GROUPS)
        code, entry_id = chance.choice(ground.leaves[group])
        unit_id, at = ground.units[unit], begun + timedelta(minutes=written * 50)
        protected = chance.random() < 0.02
        level = "open" if chance.random() < 0.95 else "confidential"
        mine = unit == group == 0 and not protected and level == "open"
        values: dict[str, object] = {"plan": ground.plan_key, "entry": code, "year": at.year}
        title = f"{chance.choice(NAMES)}, {town._street()}"
        dossier_id, values["dossier"], row = registry.record(RecordKind.DOSSIER, values, title, level, unit_id, at)
        yield "records", row
        yield "dossiers", (dossier_id, entry_id, protected)
        if mine:
            hall.dossiers.append(dossier_id)
        for _ in range(CASES_PER_DOSSIER):
            case_id, values["case"], row = registry.record(
                RecordKind.CASE, values, "Schriftwechsel", "open", unit_id, at
            )
            yield "records", row
            yield "cases", (case_id, dossier_id)
            if mine:
                hall.cases.append(case_id)
            for _ in range(DOCUMENTS_PER_CASE):
                paper, content = chance.choice(papers), chance.choice(papers)
                written += 1
                level = chance.choice(LEVELS)
                document_id, _, row = registry.record(RecordKind.DOCUMENT, values, paper.title, level, unit_id, at)
                yield "records", row
                kind, source = DocumentKind(paper.kind).value, DocumentSource.SCAN.value
                yield "documents", (document_id, case_id, kind, paper.date, at.date(), source)
                version_id = new_id()
                yield "document_versions", (version_id, document_id, 1, len(content.pages), "[]", at, at, ground.clerk)
                for page, text in enumerate(content.pages, 1):
                    yield "page_texts", (version_id, page, text, 0.93)
                yield "parties", (new_id(), document_id, "sender", paper.parties[0])
                if mine and level != "confidential":
                    hall.documents.append(document_id)
    for scope, number in registry.counts.items():
        yield "reference_counters", (scope, number)
