"""Everything the house knows of a person is found, wherever it stands, and judged by a person."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from eakte.access.models import IdentityKind
from eakte.access.service import create_identity
from eakte.documents.queries import version_of
from eakte.documents.service import DocumentDetails
from eakte.foundation.ids import new_id
from eakte.foundation.settings import SearchSettings
from eakte.foundation.work import House
from eakte.privacy.errors import FindingNotFound, NameTooVague, SearchUnderWay, SubjectRequestStateForbids
from eakte.privacy.models import SubjectFinding
from eakte.privacy.queries import requests as queries
from eakte.privacy.rules import Judgement, Match, Person, Place, RequestState
from eakte.privacy.service.judging import judge_findings
from eakte.privacy.service.requesting import ask_for_search
from eakte.privacy.service.searching import search
from eakte.records.models import PartyRole
from eakte.records.rules import RestrictionGround
from eakte.records.service.details import PartyDetails, add_party, link_records, protect_dossier, set_business_data
from eakte.records.service.restricting import restrict_record
from eakte.search.pending import oldest_requests
from eakte.search.service import index_of, update_index
from ingest.batches.models import BatchDocument
from ingest.batches.service.receiving import BatchDetails, open_batch, receive_file
from ingest.service.receiving import open_ingest, receive
from retention.rules.holding import Scope
from retention.service.holding import set_hold
from tests.support.factories import LETTER, a_case, a_document, a_dossier, unique
from tests.support.privacy import (
    ERIKA,
    a_letter,
    a_newer_version,
    a_request,
    a_searched_request,
    found_for,
    work_off_privacy,
)
from xrechnung.service.receiving import note_invoice


def seen(found: list[SubjectFinding], record_id: UUID | None = None) -> set[tuple[Place, str, Match]]:
    """Where something was found and by what, of one record or of everything but the audit trail."""
    return {
        (one.place, one.field, one.match)
        for one in found
        if one.place is not Place.AUDIT and record_id in (None, one.record_id)
    }


def test_a_person_is_found_among_parties_metadata_business_data_and_links(house: House) -> None:
    with house.begin() as work:
        case = a_case(work, title="Antrag Müller, Erika", keywords=("Erika Mueller",))
        other = a_case(work, remark="Nachbarin: Erika Müller, geb. 1.3.1980")
        add_party(work, case.id, PartyDetails(PartyRole.APPLICANT, "Müller, E.", email="Erika.Mueller@example.org"))
        add_party(work, case.id, PartyDetails(PartyRole.SENDER, "Max Müller"))
        add_party(work, case.id, PartyDetails(PartyRole.SENDER, "Müller", organisation="Erika-Verein"))
        set_business_data(work, other.id, {"person": "EWO-471199"}, revision=None)
        link_records(work, case.id, other.id, note="auch Erika Müller")
    found = found_for(house, a_searched_request(house))
    assert seen(found, case.id) == {
        (Place.METADATA, "title", Match.NAME),
        (Place.METADATA, "keywords", Match.NAME),
        (Place.PARTY, "party", Match.EMAIL),
        (Place.METADATA, "link", Match.NAME),
    }
    assert seen(found, other.id) == {
        (Place.METADATA, "remark", Match.NAME_AND_BIRTH),
        (Place.BUSINESS_DATA, "person", Match.EXTERNAL_ID),
    }


def test_a_person_is_found_in_the_head_of_a_letter(house: House) -> None:
    person = "Erika Müller"
    details = DocumentDetails(
        subtitle=f"hier: {person}", refers_to=f"Schreiben von {person}", clerk=person, enclosures=("Plan", person)
    )
    with house.begin() as work:
        document = a_document(work, details=details)
    found = found_for(house, a_searched_request(house))
    assert seen(found, document.id) == {
        (Place.METADATA, field, Match.NAME) for field in ("subtitle", "refers_to", "clerk", "enclosures")
    }


def test_a_birth_date_in_the_business_data_makes_a_name_at_the_same_record_strong(house: House) -> None:
    with house.begin() as work:
        born, namesake = a_case(work, title="Erika Müller"), a_case(work, title="Erika Müller")
        set_business_data(work, born.id, {"geburtsdatum": "01.03.1980"}, revision=None)
        set_business_data(work, namesake.id, {"geburtsdatum": "01.03.1981"}, revision=None)
    found = found_for(house, a_searched_request(house))
    assert seen(found, born.id) == {(Place.METADATA, "title", Match.NAME_AND_BIRTH)}
    assert seen(found, namesake.id) == {(Place.METADATA, "title", Match.NAME)}


def test_staff_is_found_by_account_and_by_what_the_audit_trail_says(house: House) -> None:
    with house.begin() as work:
        login = unique("mueller")
        person = create_identity(work, kind=IdentityKind.PERSON, login=login, display_name="Erika Müller")
    with house.begin() as work:
        work = replace(work, actor=replace(work.actor, id=person.id, name=login))
        case = a_case(work, title="Beschwerde über Erika Müller")
    found = found_for(house, a_searched_request(house))
    account = [one for one in found if one.subject_id == person.id]
    assert {(one.place, one.field) for one in account} >= {(Place.ACCOUNT, "account"), (Place.AUDIT, "actor")}
    assert any(one.place is Place.AUDIT and one.record_id == case.id for one in found)


def test_staff_that_gave_a_sheet_into_the_batch_of_another_is_found_there(house: House) -> None:
    with house.begin() as work:
        login = unique("mueller")
        person = create_identity(work, kind=IdentityKind.PERSON, login=login, display_name="Erika Müller")
        batch = open_batch(work, BatchDetails())
    with house.begin() as work:
        receive_file(replace(work, actor=replace(work.actor, id=person.id)), batch.id, io.BytesIO(LETTER), "brief.pdf")
    (found,) = [one for one in found_for(house, a_searched_request(house)) if one.field == "batches"]
    assert (found.place, found.subject_id) == (Place.INTAKE, person.id)


def test_a_person_in_the_reason_for_which_paper_is_kept_is_found(house: House) -> None:
    with house.begin() as work:
        batch = open_batch(work, BatchDetails())
        part = BatchDocument(id=new_id(), batch_id=batch.id, number=1)
        part.keep_paper("Urschrift für Erika Müller", by=work.actor.id, at=work.now)
        work.session.add(part)
    (found,) = [one for one in found_for(house, a_searched_request(house)) if one.field == "paper_kept"]
    assert (found.place, found.subject_id) == (Place.INTAKE, part.id)


def test_what_the_spokes_know_is_found_too(house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        receive(work, open_ingest(work, case.reference).id, io.BytesIO(LETTER), "Antrag_Erika_Mueller.pdf")
        bill = a_letter(work, "Rechnung", case=case)
        invoice = note_invoice(work, bill, version_of(work.session, bill.id, None))
        invoice.seller_name, invoice.accounts = "Malerei Erika Müller", [{"name": "E. Müller", "iban": "DE02"}]
        hold = set_hold(work, reason="Klage von Erika Müller", record_ids=[], scope=Scope(party="Erika Müller"))
    found = found_for(house, a_searched_request(house))
    assert (Place.INTAKE, "file_name", Match.NAME) in seen(found)
    assert seen(found, bill.id) == {(Place.INVOICE, "seller", Match.NAME)}
    held = [one for one in found if one.subject_id == hold.id and one.place is Place.RETENTION]
    assert {one.field for one in held} == {"reason", "scope"}


@pytest.fixture
def indexed(committed_house: House, tmp_path: Path) -> Iterator[House]:
    """A house whose index answers for itself."""
    settings = SearchSettings(engine="tantivy", directory=tmp_path)
    house = replace(committed_house, settings=committed_house.settings.model_copy(update={"search": settings}))
    yield house
    index_of(house.settings).close()


def test_pages_are_found_by_the_index_and_where_it_does_not_answer_by_the_database(indexed: House) -> None:
    with indexed.begin() as work:
        plain = a_letter(work, "Deckblatt", "Sehr geehrte Frau Mueller, Erika,\ngeboren 1. März 1980")
        namesake = a_letter(work, "Müller und Erika stehen weit voneinander.")
        protected, restricted = a_dossier(work), a_dossier(work)
        hidden = a_letter(work, "Vermerk über Erika Müller", case=a_case(work, dossier=protected))
        protect_dossier(work, protected.id, protected=True, readers=[], revision=None)
        set_aside = a_letter(work, "Erika Müllers Widerspruch", case=a_case(work, dossier=restricted))
        ground = RestrictionGround.OBJECTION
        restrict_record(work, restricted.id, ground=ground, reason="Widerspruch", until=None)
        changed = a_letter(work, "Früher stand hier Erika Müller.")
        a_newer_version(work, changed, "Nun niemand mehr.")
    update_index(indexed.begin)
    with indexed.begin() as work:
        assert oldest_requests(work.session, 1) == []
        request = a_request(work)
    search(indexed.begin, request.id)
    found = [one for one in found_for(indexed, request) if one.place is Place.TEXT]
    assert {(one.record_id, one.page, one.version, one.match) for one in found} == {
        (plain.id, 2, 1, Match.NAME_AND_BIRTH),
        (hidden.id, 1, 1, Match.NAME),
        (set_aside.id, 1, 1, Match.NAME),
        (changed.id, 1, 1, Match.NAME),
    }
    assert namesake.id not in {one.record_id for one in found}


def test_a_second_search_keeps_what_was_judged_and_finds_what_came(house: House) -> None:
    with house.begin() as work:
        first, second = a_case(work, title="Erika Müller"), a_case(work, title="Erika Müller")
    request = a_searched_request(house)
    with house.begin() as work:
        judge_findings(work, request.id, Judgement.DISMISSED, record_ids=[first.id])
        third = a_case(work, title="Erika Müller")
        ask_for_search(work, request.id)
    work_off_privacy(house)
    titles = {one.record_id: one for one in found_for(house, request) if one.place is Place.METADATA}
    assert titles[first.id].judgement is Judgement.DISMISSED
    assert titles[second.id].judgement is titles[third.id].judgement is Judgement.OPEN


def test_a_search_is_cut_off_where_nobody_can_judge_any_more_and_says_so(house: House) -> None:
    with house.begin() as work:
        for _ in range(4):
            a_case(work, title="Erika Müller")
        request = a_request(work)
    assert search(house.begin, request.id, most=3) == 3
    with house.begin() as work:
        assert queries.get_request(work, request.id).found_more
    assert len(found_for(house, request)) == 3


def test_findings_are_judged_by_record_and_one_by_one_and_back(house: House) -> None:
    with house.begin() as work:
        case = a_case(work, title="Erika Müller", remark="Erika Müller", keywords=("Erika Müller",))
    request = a_searched_request(house)
    with house.begin() as work:
        judge_findings(work, request.id, Judgement.CONFIRMED, record_ids=[case.id])
        (one, *_) = [each for each in found_for(house, request) if each.field == "remark"]
        judge_findings(work, request.id, Judgement.DISMISSED, finding_ids=[one.id])
    states = {each.field: each.judgement for each in found_for(house, request) if each.place is Place.METADATA}
    assert states == {
        "title": Judgement.CONFIRMED,
        "remark": Judgement.DISMISSED,
        "keywords": Judgement.CONFIRMED,
    }
    with house.begin() as work:
        judge_findings(work, request.id, Judgement.OPEN, record_ids=[case.id])
        progress = queries.progress_of(work.session, [request.id])[request.id]
        assert progress.confirmed_findings == progress.dismissed_findings == 0
        with pytest.raises(FindingNotFound):
            judge_findings(work, request.id, Judgement.CONFIRMED, record_ids=[request.id])


def test_nothing_is_judged_before_it_was_searched_and_nothing_searched_twice_at_once(house: House) -> None:
    with house.begin() as work:
        request = a_request(work)
        with pytest.raises(SubjectRequestStateForbids):
            judge_findings(work, request.id, Judgement.CONFIRMED)
        ask_for_search(work, request.id)
        with pytest.raises(SearchUnderWay):
            ask_for_search(work, request.id)
    work_off_privacy(house)
    with house.begin() as work:
        assert queries.get_request(work, request.id).state is RequestState.SEARCHED


def test_a_request_needs_a_name_to_search_for(house: House) -> None:
    with house.begin() as work, pytest.raises(NameTooVague):
        a_request(work, Person(names=("Müller",)))


def test_the_audit_trail_never_learns_who_asked(house: House) -> None:
    """It is kept longer than that may be, and a second search would find the first request."""
    request = a_searched_request(house, ERIKA.model_copy(update={"names": ("Zacharias Quellwasser",)}))
    with house.begin() as work:
        ask_for_search(work, request.id)
    work_off_privacy(house)
    assert found_for(house, request) == []
