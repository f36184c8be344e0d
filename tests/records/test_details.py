"""Metadata, parties, business data, links, protection."""

import pytest

from eakte.access import Confidentiality, Permission, Role
from eakte.access.errors import ActionForbidden, IdentityNotFound
from eakte.audit.queries import entries_of
from eakte.documents.queries import get_document
from eakte.foundation.errors import Stale
from eakte.foundation.gathering import write_gathered
from eakte.foundation.ids import new_id
from eakte.foundation.work import House, UnitOfWork
from eakte.records.errors import (
    CaseNotFound,
    DossierNotFound,
    LinkNotFound,
    LinkToItself,
    LocationMissing,
    PartyNotFound,
    RecordNotFound,
)
from eakte.records.models import PartyRole
from eakte.records.queries import business_data_of, dossiers, get_case, get_dossier, links_of, parties_of
from eakte.records.rules import Medium
from eakte.records.service.details import (
    PartyDetails,
    add_party,
    link_records,
    protect_dossier,
    remove_party,
    set_business_data,
    unlink_records,
    visible_links,
)
from eakte.records.service.filing import change_record
from tests.support.factories import AsActor, a_case, a_client, a_document, a_dossier, a_unit


def last_changes(work: UnitOfWork, record_id: object) -> dict[str, object]:
    write_gathered(work.session)
    return dict(entries_of(work.session, record_id, cursor=None, limit=500).items[-1].changes)


def test_a_change_is_audited_with_old_and_new_value(work: UnitOfWork) -> None:
    dossier = a_dossier(work, title="Alt", keywords=("Bau",))
    change_record(work, dossier, {"title": "Neu", "keywords": ["Bau", "Garage"]}, dossier_id=dossier.id)
    assert last_changes(work, dossier.id) == {"title": ["Alt", "Neu"], "keywords": [["Bau"], ["Bau", "Garage"]]}


def test_a_change_that_changes_nothing_leaves_the_revision(work: UnitOfWork) -> None:
    dossier = a_dossier(work, title="Alt")
    before = dossier.revision
    change_record(work, dossier, {"title": "Alt"}, dossier_id=dossier.id)
    work.session.flush()
    assert dossier.revision == before


@pytest.mark.parametrize("medium", [Medium.PAPER, Medium.HYBRID])
def test_paper_needs_a_place(work: UnitOfWork, medium: Medium) -> None:
    with pytest.raises(LocationMissing):
        a_dossier(work, medium=medium)
    assert a_dossier(work, medium=medium, location="Archivraum 2").location == "Archivraum 2"


def test_new_cases_and_documents_are_as_confidential_as_what_they_lie_in(work: UnitOfWork) -> None:
    case = a_case(work, dossier=a_dossier(work, confidentiality=Confidentiality.SECRET))
    assert case.confidentiality is a_document(work, case=case).confidentiality is Confidentiality.SECRET


def test_nobody_files_above_their_own_level(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        dossier = a_dossier(work)
    with house.begin(as_actor(Role.CLERK)) as work:
        with pytest.raises(ActionForbidden):
            a_case(work, dossier=dossier, confidentiality=Confidentiality.SECRET)
        case = a_case(work, dossier=dossier)
        with pytest.raises(ActionForbidden):
            a_document(work, case=case, confidentiality=Confidentiality.SECRET)


def test_only_who_may_protect_changes_the_confidentiality(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        dossier = a_dossier(work)
    level = {"confidentiality": Confidentiality.RESTRICTED}
    with house.begin(as_actor(Role.CLERK)) as work, pytest.raises(ActionForbidden):
        change_record(work, get_dossier(work, dossier.id, to=Permission.EDIT), level, dossier_id=dossier.id)
    with house.begin(as_actor(Role.SUBJECT_ADMIN)) as work:
        change_record(work, get_dossier(work, dossier.id, to=Permission.EDIT), level, dossier_id=dossier.id)


def test_parties_come_and_go_and_the_audit_keeps_no_name(work: UnitOfWork) -> None:
    case = a_case(work)
    party = add_party(work, case.id, PartyDetails(PartyRole.APPLICANT, "Annegret Tschöpe-Mühlbauer", city="Ilmstadt"))
    assert [found.name for found in parties_of(work.session, case.id)] == ["Annegret Tschöpe-Mühlbauer"]
    assert last_changes(work, case.id) == {"party": [None, str(party.id)]}
    with pytest.raises(PartyNotFound):
        remove_party(work, a_case(work).id, party.id, revision=None)
    remove_party(work, case.id, party.id, revision=case.revision)
    assert parties_of(work.session, case.id) == []


def test_business_data_are_set_changed_and_removed_by_name(work: UnitOfWork) -> None:
    document = a_document(work)
    set_business_data(work, document.id, {"flurstueck": "7", "gemarkung": "Ilm"}, revision=None)
    left = set_business_data(work, document.id, {"flurstueck": "8", "gemarkung": None, "neu": "1"}, revision=None)
    assert left == business_data_of(work.session, document.id) == {"flurstueck": "8", "neu": "1"}
    assert last_changes(work, document.id) == {"flurstueck": ["7", "8"], "gemarkung": ["Ilm", None], "neu": [None, "1"]}


def test_a_long_business_value_is_kept(work: UnitOfWork) -> None:
    case = a_case(work)
    long = "ä" * 10_000
    assert set_business_data(work, case.id, {"begruendung": long}, revision=None) == {"begruendung": long}


def test_details_make_an_older_revision_stale(house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        seen = case.revision
    with house.begin() as work:
        set_business_data(work, case.id, {"a": "1"}, revision=seen)
    with house.begin() as work, pytest.raises(Stale):
        set_business_data(work, case.id, {"a": "2"}, revision=seen)


def test_a_link_shows_at_both_ends_and_once(work: UnitOfWork) -> None:
    source, target = a_case(work), a_document(work)
    link = link_records(work, source.id, target.id, note="siehe auch")
    assert link_records(work, source.id, target.id, note="geändert").id == link.id
    assert [other.id for _, other in visible_links(work, source.id)] == [target.id]
    assert [(found.note, other.id) for found, other in visible_links(work, target.id)] == [("geändert", source.id)]
    with pytest.raises(LinkToItself):
        link_records(work, source.id, source.id, note=None)
    with pytest.raises(LinkNotFound):
        unlink_records(work, target.id, link.id, revision=None)
    unlink_records(work, source.id, link.id, revision=None)
    assert links_of(work.session, source.id) == []


def test_a_link_whose_other_end_is_invisible_is_hidden(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        unit = a_unit(work)
        source, hidden = a_case(work, dossier=a_dossier(work, unit=unit)), a_case(work)
        link_records(work, source.id, hidden.id, note=None)
    with house.begin(as_actor(Role.CLERK, unit=unit)) as work:
        assert visible_links(work, source.id) == []
        with pytest.raises(RecordNotFound):
            link_records(work, source.id, hidden.id, note=None)


def test_a_protected_dossier_is_seen_by_its_readers_only(house: House, as_actor: AsActor) -> None:
    named, other, head = as_actor(Role.CLERK), as_actor(Role.HEAD), as_actor(Role.HEAD, Role.SUBJECT_ADMIN)
    with house.begin() as work:
        document = a_document(work)
        case, dossier = document.case, document.case.dossier
    with house.begin(head) as work:
        protect_dossier(work, dossier.id, protected=True, readers=[named.id], revision=dossier.revision)
    for actor in (named, head):
        with house.begin(actor) as work:
            assert get_document(work, document.id, to=Permission.READ).id == document.id
    with house.begin(other) as work:
        with pytest.raises(DossierNotFound):
            get_dossier(work, dossier.id, to=Permission.READ)
        with pytest.raises(CaseNotFound):
            get_case(work, case.id, to=Permission.READ)
        assert dossiers(work, entry_id=None, state=None, modified_after=None, cursor=None, limit=50).items == []
    with house.begin(head) as work:
        protect_dossier(work, dossier.id, protected=False, readers=[], revision=None)
    with house.begin(other) as work:
        assert get_dossier(work, dossier.id, to=Permission.READ)


def test_being_a_reader_gives_no_right_that_no_role_gives(house: House, as_actor: AsActor) -> None:
    nobody = as_actor()
    with house.begin() as work:
        dossier = a_dossier(work)
        protect_dossier(work, dossier.id, protected=True, readers=[nobody.id], revision=None)
    with house.begin(nobody) as work, pytest.raises(DossierNotFound):
        get_dossier(work, dossier.id, to=Permission.READ)


def test_readers_must_exist(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    with pytest.raises(IdentityNotFound):
        protect_dossier(work, dossier.id, protected=True, readers=[a_client(work).id, new_id()], revision=None)
    protect_dossier(work, dossier.id, protected=True, readers=[], revision=None)
