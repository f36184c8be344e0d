"""Searching at the browser, over an index that really follows the database."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.documents.models import Document
from eakte.documents.queries import version_of
from eakte.documents.service import MadeRenditions, attach_renditions
from eakte.foundation.work import SYSTEM, House
from eakte.search.service import index_of, update_index
from tests.support.app import app_on
from tests.support.factories import LETTER, a_case, a_document, a_dossier, a_token, store_original_bytes
from tests.web.conftest import Visitor, a_person

TEXT = "Der Fledermauskasten hängt <b>nicht</b> an der Südfassade."


@pytest.fixture
def found(committed_house: House) -> Document:
    """A letter on whose second page there is a bat box, in the index."""
    with committed_house.begin(SYSTEM) as work:
        case = a_case(work, dossier=a_dossier(work, title="Holunderweg 7"))
        document = a_document(work, case=case, title="Auflagen", content=LETTER)
        made = MadeRenditions(
            archival=None,
            pdfa_level=None,
            check_report=[],
            text=store_original_bytes(work, b"Anschreiben\f" + TEXT.encode(), "auflagen.txt"),
            pages=[("Anschreiben", 95.0), (TEXT, 95.0)],
        )
        attach_renditions(work, document, version_of(work.session, document.id, None), made)
    update_index(committed_house.begin)
    return document


@pytest.fixture
def searcher(committed_house: House) -> Iterator[Callable[..., Visitor]]:
    def searcher(*roles: Role) -> Visitor:
        with committed_house.begin(SYSTEM) as work:
            person = a_person(work, *roles, password=None)
        visitor = Visitor(TestClient(app_on(committed_house)))
        visitor.client.cookies.set("eakte", a_token(committed_house, person.id))
        return visitor

    yield searcher
    index_of(committed_house.settings).close()


def test_a_hit_shows_the_word_and_leads_to_its_page(found: Document, searcher: Callable[..., Visitor]) -> None:
    page = searcher(Role.CLERK).open("/suche?q=Fledermauskasten")
    assert "1 Treffer" in page.words()
    assert page.words("//mark") == "Fledermauskasten"
    assert f"/dokumente/{found.id}/seiten/2" in page.links()
    assert found.reference in page.words()
    assert "Holunderweg 7" in page.words()
    assert "&lt;b&gt;" in page.source
    assert not page.all("//p[@class='snippet']//b")


def test_facets_narrow_and_can_be_taken_back(found: Document, searcher: Callable[..., Visitor]) -> None:
    visitor = searcher(Role.CLERK)
    page = visitor.open("/suche?q=Fledermauskasten")
    (choice,) = [link for link in page.links("//nav[@aria-label='Treffer eingrenzen']//a") if "kind=incoming" in link]
    narrowed = visitor.open(choice)
    assert "1 Treffer" in narrowed.words()
    (taken,) = narrowed.all("//nav//a[@class='chosen']")
    assert taken.get("href") == "/suche?q=Fledermauskasten"
    assert "Keine Treffer." in visitor.open("/suche?q=Fledermauskasten&kind=outgoing").words()


def test_what_one_may_not_read_is_not_found(found: Document, searcher: Callable[..., Visitor]) -> None:
    page = searcher(Role.ADMINISTRATOR).open("/suche?q=Fledermauskasten")
    assert "Keine Treffer." in page.words()
    assert found.reference not in page.source


def test_a_reference_leads_straight_to_its_record(found: Document, searcher: Callable[..., Visitor]) -> None:
    page = searcher(Role.CLERK).open(f"/suche?q={found.reference}")
    assert page.links("//p[@class='exact']//a") == [f"/dokumente/{found.id}"]


def test_a_query_that_cannot_be_understood_is_explained(found: Document, searcher: Callable[..., Visitor]) -> None:
    page = searcher(Role.CLERK).open("/suche?q=year:bald")
    assert page.status == 422
    assert page.words("//*[@role='alert']//h2") == "Die Suchanfrage ist nicht verständlich."


def test_a_search_can_stay_in_one_dossier(found: Document, searcher: Callable[..., Visitor]) -> None:
    visitor = searcher(Role.CLERK)
    dossier_id = found.case.dossier_id
    assert "1 Treffer" in visitor.open(f"/suche?q=Fledermauskasten&akte={dossier_id}").words()
    assert "Keine Treffer." in visitor.open(f"/suche?q=Fledermauskasten&akte={found.id}").words()
