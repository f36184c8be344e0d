"""Reference numbers: without gaps, never twice, whoever creates at the same time."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from eakte.foundation.work import SYSTEM, House, UnitOfWork
from eakte.records.models import Counter, ReferenceAlias
from eakte.records.service.filing import Metadata, create_case, create_dossier
from eakte.records.service.numbering import next_reference
from tests.support.factories import a_dossier, a_plan, a_unit, an_entry

PARALLEL, CREATES = 16, 1000


class Failure(Exception):
    """What goes wrong in the middle of a work."""


def numbers_of(references: list[str]) -> list[int]:
    return sorted(int(re.findall(r"\d+", reference)[-1]) for reference in references)


def test_a_thousand_parallel_creates_leave_no_gap_and_no_double(committed_house: House) -> None:
    with committed_house.begin() as work:
        entry, unit = an_entry(work), a_unit(work)
        dossiers = [a_dossier(work, entry=entry, unit=unit).id for _ in range(4)]

    def create(index: int) -> tuple[UUID, str]:
        dossier_id = dossiers[index % len(dossiers)]
        with committed_house.begin() as work:
            return dossier_id, create_case(work, dossier_id, Metadata(f"Vorgang {index}")).reference

    with ThreadPoolExecutor(PARALLEL) as pool:
        made = list(pool.map(create, range(CREATES)))
    for dossier_id in dossiers:
        numbers = numbers_of([reference for owner, reference in made if owner == dossier_id])
        assert numbers == list(range(1, CREATES // len(dossiers) + 1))


def test_parallel_works_of_which_some_fail_give_their_numbers_back(committed_house: House) -> None:
    with committed_house.begin() as work:
        entry, unit = an_entry(work), a_unit(work)

    def create(index: int) -> str | None:
        with suppress(Failure), committed_house.begin() as work:
            dossier = create_dossier(work, entry.id, Metadata(f"Akte {index}"), unit_id=unit.id)
            if index % 3 == 0:
                raise Failure
            return dossier.reference
        return None

    with ThreadPoolExecutor(PARALLEL) as pool:
        made = [reference for reference in pool.map(create, range(90)) if reference is not None]
    assert numbers_of(made) == list(range(1, 61))


def test_a_failed_work_gives_its_number_back(house: House) -> None:
    with house.begin() as work:
        entry, unit = an_entry(work), a_unit(work)
    with suppress(Failure), house.begin() as work:
        lost = create_dossier(work, entry.id, Metadata("Akte"), unit_id=unit.id).reference
        raise Failure
    with house.begin() as work:
        assert create_dossier(work, entry.id, Metadata("Akte"), unit_id=unit.id).reference == lost


def test_a_number_whose_reference_came_from_elsewhere_is_passed_over(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    taken = next_reference(work, "X/{number}", {})[0].replace("1", "2")
    work.session.add(ReferenceAlias(reference=taken, record_id=dossier.id, retired_at=work.now))
    work.session.flush()
    assert next_reference(work, "X/{number}", {}) == ("X/3", 3)
    counter = work.session.get_one(Counter, "X/#", populate_existing=True)
    assert counter.value == 3


def test_each_year_begins_with_one(house: House) -> None:
    with house.begin() as work:
        entry, unit = an_entry(work, plan=a_plan(work, dossier_pattern="{entry}/{year}/{number}")), a_unit(work)

    def reference_at(moment: datetime) -> str:
        with house.sessions.begin() as session:
            work = UnitOfWork(session, SYSTEM, moment, house.storage, house.settings)
            return create_dossier(work, entry.id, Metadata("Akte"), unit_id=unit.id).reference

    code = entry.code
    assert reference_at(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == f"{code}/2026/1"
    # Half an hour before midnight in Greenwich it is next year in Berlin.
    assert reference_at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == f"{code}/2027/1"
    assert reference_at(datetime(2027, 1, 1, 12, 0, tzinfo=UTC)) == f"{code}/2027/2"
