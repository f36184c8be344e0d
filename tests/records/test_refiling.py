"""Refiling (Umschreiben): new references, aliases that keep finding the record, and no number twice."""

import pytest

from eakte.access import Confidentiality, Permission, Role
from eakte.access.errors import ActionForbidden
from eakte.documents.service import refile_document
from eakte.foundation.work import House, UnitOfWork
from eakte.records.errors import EntryClosedDown, EntryNotALeaf, ReferenceNotFound, TransitionBlocked
from eakte.records.models import EntryKind, FilingPlanEntry
from eakte.records.queries import aliases_of, get_record_by_reference
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_dossier_state, refile_case, refile_dossier
from eakte.records.service.plan_entries import close_down_entry
from tests.support.factories import AsActor, a_case, a_document, a_dossier, a_plan, a_unit, an_entry


def entries(work: UnitOfWork) -> tuple[FilingPlanEntry, FilingPlanEntry]:
    plan = a_plan(work)
    return an_entry(work, plan=plan, code="63"), an_entry(work, plan=plan, code="64")


def test_a_refiled_dossier_takes_cases_and_documents_to_new_references(work: UnitOfWork) -> None:
    here, there = entries(work)
    a_dossier(work, entry=there)
    dossier = a_dossier(work, entry=here)
    case = a_case(work, dossier=dossier)
    document = a_document(work, case=case)
    year = work.now.year
    assert document.reference == f"63-{year}/0001-001-0001"
    refile_dossier(work, dossier.id, entry_id=there.id, unit_id=None, revision=None)
    assert [record.reference for record in (dossier, case, document)] == [
        f"64-{year}/0002",
        f"64-{year}/0002-001",
        f"64-{year}/0002-001-0001",
    ]
    assert aliases_of(work.session, document.id) == [f"63-{year}/0001-001-0001"]
    found = get_record_by_reference(work, f"63-{year}/0001-001-0001", to=Permission.READ)
    assert found.id == document.id


def test_a_former_reference_is_never_given_again(work: UnitOfWork) -> None:
    here, there = entries(work)
    dossier = a_dossier(work, entry=here)
    former = dossier.reference
    refile_dossier(work, dossier.id, entry_id=there.id, unit_id=None, revision=None)
    refile_dossier(work, dossier.id, entry_id=here.id, unit_id=None, revision=None)
    refile_dossier(work, dossier.id, entry_id=there.id, unit_id=None, revision=None)
    new = a_dossier(work, entry=here)
    references = [former, *aliases_of(work.session, dossier.id), dossier.reference, new.reference]
    assert len(set(references)) == len(references) - 1  # `former` is an alias by now
    with pytest.raises(ReferenceNotFound):
        get_record_by_reference(work, "63-1999/0001", to=Permission.READ)


def test_a_dossier_that_only_changes_its_unit_keeps_its_reference(work: UnitOfWork) -> None:
    document = a_document(work)
    dossier = document.case.dossier
    before, unit = dossier.reference, a_unit(work)
    refile_dossier(work, dossier.id, entry_id=dossier.entry_id, unit_id=unit.id, revision=None)
    assert dossier.reference == before
    assert {record.unit_id for record in (dossier, document.case, document)} == {unit.id}
    assert aliases_of(work.session, dossier.id) == []


def test_refiling_to_where_it_is_changes_nothing(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    revision = dossier.revision
    refile_dossier(work, dossier.id, entry_id=dossier.entry_id, unit_id=None, revision=revision)
    assert dossier.revision == revision


def test_a_refiled_case_takes_the_next_number_of_its_new_dossier(work: UnitOfWork) -> None:
    target = a_dossier(work)
    a_case(work, dossier=target)
    case = a_case(work)
    document = a_document(work, case=case)
    former = case.reference
    refile_case(work, case.id, dossier_id=target.id, revision=None)
    assert case.reference == f"{target.reference}-002"
    assert document.reference == f"{target.reference}-002-0001"
    assert get_record_by_reference(work, former, to=Permission.READ).id == case.id


def test_a_refiled_document_takes_the_next_number_of_its_new_case(work: UnitOfWork) -> None:
    target = a_case(work)
    a_document(work, case=target)
    document = a_document(work)
    former = document.reference
    refile_document(work, document.id, case_id=target.id, revision=None)
    assert document.reference == f"{target.reference}-0002"
    assert document.unit_id == target.unit_id
    assert aliases_of(work.session, document.id) == [former]


def test_numbers_that_meet_in_the_new_place_give_way(work: UnitOfWork) -> None:
    plan = a_plan(work, case_pattern="V{entry}/{number:03}")
    here, there = an_entry(work, plan=plan, code="63"), an_entry(work, plan=plan, code="64")
    resident = a_case(work, dossier=a_dossier(work, entry=there))
    moving = a_case(work, dossier=a_dossier(work, entry=here))
    refile_dossier(work, moving.dossier_id, entry_id=there.id, unit_id=None, revision=None)
    assert (resident.reference, moving.reference) == ("V64/001", "V64/002")


@pytest.mark.parametrize("obstacle", ["group", "closed down"])
def test_a_dossier_goes_only_where_dossiers_are_taken(work: UnitOfWork, obstacle: str) -> None:
    dossier = a_dossier(work)
    kind = EntryKind.GROUP if obstacle == "group" else EntryKind.SUBJECT_UNIT
    target = an_entry(work, kind=kind)
    if obstacle == "closed down":
        close_down_entry(work, target.id, revision=None)
    with pytest.raises((EntryNotALeaf, EntryClosedDown)):
        refile_dossier(work, dossier.id, entry_id=target.id, unit_id=None, revision=None)


def test_refiling_needs_the_right_at_both_ends_and_for_everything_inside(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        here, there = entries(work)
        dossier = a_dossier(work, entry=here)
        a_case(work, dossier=dossier, confidentiality=Confidentiality.SECRET)
    with house.begin(as_actor(Role.REGISTRY, entry=here)) as work, pytest.raises(TransitionBlocked):
        refile_dossier(work, dossier.id, entry_id=there.id, unit_id=None, revision=None)
    reader = as_actor(Role.REGISTRY, entry=here, level=Confidentiality.SECRET)
    with house.begin(reader) as work, pytest.raises(ActionForbidden):
        refile_dossier(work, dossier.id, entry_id=there.id, unit_id=None, revision=None)


def test_a_case_moves_only_into_an_open_dossier(work: UnitOfWork) -> None:
    target, case = a_dossier(work), a_case(work)
    change_dossier_state(work, target.id, Action.CLOSE, revision=None)
    with pytest.raises(Exception, match="geschlossen"):
        refile_case(work, case.id, dossier_id=target.id, revision=None)
