"""What is restricted is not found, in any engine, by anybody, and is found again when that is lifted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.access import Role
from eakte.documents.models import Document
from eakte.foundation.settings import SearchSettings
from eakte.foundation.work import Actor, House
from eakte.records.models import Dossier
from eakte.records.rules import RestrictionGround
from eakte.records.service.filing import change_record
from eakte.records.service.restricting import lift_restriction, restrict_record
from eakte.search.index import Filters
from eakte.search.service import index_of, rebuild_index, search, suggest, update_index, visibility_of
from tests.search.conftest import ENGINES
from tests.support.factories import AsActor, a_case, a_dossier
from tests.support.recognised import a_recognised_document

WORD = "Fledermauskasten"


@pytest.fixture(params=ENGINES)
def searched(request: pytest.FixtureRequest, committed_house: House, tmp_path: Path) -> Iterator[House]:
    """A house with an engine of each kind."""
    chosen = SearchSettings(engine=request.param, directory=tmp_path)
    house = replace(committed_house, settings=committed_house.settings.model_copy(update={"search": chosen}))
    yield house
    index_of(house.settings).close()


@pytest.fixture
def letters(searched: House) -> tuple[Document, Document]:
    """Two letters with the same word, in two cases of one dossier."""
    with searched.begin() as work:
        dossier = a_dossier(work, title="Holunderweg 7")
        found = [
            a_recognised_document(
                work, f"Der {WORD} hängt.", case=a_case(work, dossier=dossier), title=f"{WORD} {side}"
            )
            for side in ("Nord", "Süd")
        ]
    update_index(searched.begin)
    return found[0], found[1]


@pytest.fixture
def officer(searched: House) -> Actor:
    """Who may restrict does not find it either."""
    return AsActor(searched)(Role.DATA_PROTECTION_OFFICER, Role.CLERK)


def titles(house: House, actor: Actor) -> set[str]:
    with house.begin(actor) as work:
        results = search(work, WORD, filters=Filters(), limit=10, cursor=None, snippets=2)
    return {found.document.columns.title for found in results.found}


def total(house: House, actor: Actor) -> int:
    """What the index alone counts."""
    return index_of(house.settings).search(WORD, visibility_of(actor)).total


def test_a_restricted_case_leaves_the_index_and_comes_back(
    searched: House, letters: tuple[Document, Document], officer: Actor
) -> None:
    north, south = letters
    assert titles(searched, officer) == {north.title, south.title}
    with searched.begin() as work:
        restrict_record(work, north.case_id, ground=RestrictionGround.CLAIMS, reason="Klage", until=None)
    assert titles(searched, officer) == {south.title}, "not even before the index has learnt of it"
    update_index(searched.begin)
    assert (total(searched, officer), titles(searched, officer)) == (1, {south.title})
    with searched.begin(officer) as work:
        assert not [one for one in suggest(work, "nord", limit=8) if "Nord" in one]
    with searched.begin() as work:
        lift_restriction(work, north.case_id, reason="erledigt")
    update_index(searched.begin)
    assert (total(searched, officer), titles(searched, officer)) == (2, {north.title, south.title})
    with searched.begin(officer) as work:
        assert suggest(work, "nord", limit=8)


def test_a_restricted_dossier_is_not_in_an_index_that_is_built_anew(
    searched: House, letters: tuple[Document, Document], officer: Actor
) -> None:
    with searched.begin() as work:
        dossier_id = letters[0].case.dossier_id
        restrict_record(work, dossier_id, ground=RestrictionGround.RETENTION, reason="Löschung verlangt", until=None)
    rebuild_index(searched.begin)
    assert total(searched, officer) == 0
    with searched.begin() as work:
        lift_restriction(work, dossier_id, reason="gelöscht wird anderswo")
    update_index(searched.begin)
    assert total(searched, officer) == 2


def test_what_happens_around_it_brings_nothing_restricted_back(
    searched: House, letters: tuple[Document, Document], officer: Actor
) -> None:
    north, south = letters
    with searched.begin() as work:
        restrict_record(work, north.id, ground=RestrictionGround.ACCURACY, reason="bestritten", until=None)
    update_index(searched.begin)
    with searched.begin() as work:
        dossier = work.session.get_one(Dossier, north.case.dossier_id)
        change_record(work, dossier, {"title": "Holunderweg 7a"}, dossier_id=dossier.id)
    update_index(searched.begin)
    assert (total(searched, officer), titles(searched, officer)) == (1, {south.title})
