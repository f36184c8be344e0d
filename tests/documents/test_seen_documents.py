"""A document in a list of hits says the same of itself as when it is opened."""

from collections.abc import Callable

import pytest

from eakte.access import Confidentiality, Permission, Role
from eakte.documents.models import Document
from eakte.documents.queries import get_document, visible_among
from eakte.documents.schemas import document_shape, seen_shape
from eakte.documents.service import DocumentDetails
from eakte.foundation.work import Actor, House, UnitOfWork
from eakte.records.rules import Action, RestrictionGround
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from eakte.records.service.restricting import restrict_record
from tests.support.factories import AsActor, a_case, a_document, a_dossier

Happening = Callable[[UnitOfWork, Document], None]


def as_it_is(work: UnitOfWork, document: Document) -> None:
    pass


def in_a_closed_case(work: UnitOfWork, document: Document) -> None:
    change_case_state(work, document.case_id, Action.CLOSE, revision=None)


def in_a_closed_dossier(work: UnitOfWork, document: Document) -> None:
    in_a_closed_case(work, document)
    change_dossier_state(work, document.case.dossier_id, Action.CLOSE, revision=None)


def restricted_by_itself(work: UnitOfWork, document: Document) -> None:
    restrict_record(work, document.id, ground=RestrictionGround.ACCURACY, reason="Widerspruch", until=None)


def restricted_by_its_dossier(work: UnitOfWork, document: Document) -> None:
    dossier_id = document.case.dossier_id
    restrict_record(work, dossier_id, ground=RestrictionGround.ACCURACY, reason="Widerspruch", until=None)


@pytest.mark.parametrize(
    "happens", [as_it_is, in_a_closed_case, in_a_closed_dossier, restricted_by_itself, restricted_by_its_dossier]
)
@pytest.mark.parametrize("roles", [[Role.CLERK], [Role.AUDITOR], list(Role)])
def test_a_hit_shows_what_the_document_shows(
    house: House, as_actor: AsActor, happens: Happening, roles: list[Role]
) -> None:
    with house.begin() as work:
        case = a_case(work, dossier=a_dossier(work), confidentiality=Confidentiality.RESTRICTED)
        details = DocumentDetails(subtitle="Nachforderung", enclosures=("Lageplan",))
        document = a_document(work, case=case, details=details, keywords=["Dach"])
        happens(work, document)
    actor: Actor = as_actor(*roles)
    with house.begin(actor) as work:
        seen = visible_among(work, [document.id])[document.id]
        opened = document_shape(work, get_document(work, document.id, to=Permission.READ))
        assert seen_shape(actor, seen) == opened
        assert seen.columns.dossier_id == document.case.dossier_id


def test_what_lies_deeper_than_one_may_see_is_no_hit(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        case = a_case(work, confidentiality=Confidentiality.CONFIDENTIAL)
        hidden, shown = a_document(work, case=case), a_document(work)
    with house.begin(as_actor(Role.CLERK)) as work:
        assert set(visible_among(work, [hidden.id, shown.id])) == {shown.id}
        assert visible_among(work, []) == {}
