"""The report to a data subject says what is confirmed, and is erased after some days."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from eakte.documents.models import Withheld, object_key
from eakte.documents.queries import version_of
from eakte.foundation.clock import legal_day
from eakte.foundation.storage import ObjectMissing
from eakte.foundation.work import House
from eakte.privacy.errors import SubjectReportNotFound, SubjectRequestStateForbids
from eakte.privacy.models import SubjectReport, SubjectRequest
from eakte.privacy.queries import requests as queries
from eakte.privacy.rules import Judgement, RequestAct
from eakte.privacy.service.forgetting import look_after_privacy, resume_privacy
from eakte.privacy.service.judging import judge_findings
from eakte.privacy.service.reporting import ask_for_report, read_report
from eakte.privacy.service.requesting import act_on_request
from eakte.records.models import PartyRole
from eakte.records.service.details import PartyDetails, add_party
from ingest.adapters import pdfa
from tests.support.disposal import an_entry_to_destroy, closed
from tests.support.factories import LETTER, a_case, a_dossier
from tests.support.privacy import a_letter, a_request, a_searched_request, work_off_privacy


def a_report(house: House, request: SubjectRequest, **how: bool) -> SubjectReport:
    with house.begin() as work:
        asked = ask_for_report(work, request.id, **{"with_copies": False, "all_matches": False, **how})
    work_off_privacy(house)
    with house.begin() as work:
        return queries.get_report(work, asked.id)


def files_of(house: House, report: SubjectReport) -> dict[str, bytes]:
    content = house.storage.read(object_key(report.object_id), report.digest)
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def said(house: House, report: SubjectReport) -> dict[str, Any]:
    says: dict[str, Any] = json.loads(files_of(house, report)["auskunft.json"])
    return says


def test_a_report_says_what_is_confirmed_and_for_what_and_until_when_it_is_kept(house: House, tmp_path: Path) -> None:
    with house.begin() as work:
        entry = an_entry_to_destroy(work, years=10)
        case = a_case(work, dossier=a_dossier(work, entry=entry, title="Gewerbe"), title="Anmeldung Erika Müller")
        add_party(work, case.id, PartyDetails(PartyRole.RECIPIENT, "Otto Ohm", organisation="Finanzamt Musterhausen"))
        add_party(work, case.id, PartyDetails(PartyRole.RECIPIENT, "Paula Privat"))
        add_party(work, case.id, PartyDetails(PartyRole.RECIPIENT, "Erika Müller"))
        letter = a_letter(work, "Erika Müller, geb. 1.3.1980", case=case, title="Gewerbeschein")
        closed(work, case)
        namesake = a_case(work, title="Erika Müller, Sportlerin")
    request = a_searched_request(house)
    with house.begin() as work:
        judge_findings(work, request.id, Judgement.CONFIRMED, record_ids=[case.id])
    files = files_of(house, report := a_report(house, request))
    says = json.loads(files["auskunft.json"])
    assert namesake.reference not in files["auskunft.json"].decode()
    told = {record["reference"]: record for record in says["records"]}
    assert set(told) == {case.reference, letter.reference}
    about = told[case.reference]
    assert about["purpose"] == f"{entry.code} {entry.title}"
    assert about["recipients"] == [
        "Finanzamt Musterhausen",
        "eine weitere Person (nicht genannt, Art. 15 Abs. 4 DSGVO)",
    ]
    assert about["retention"]["until"] == "2025-03-02" and "Aufzubewahren bis 02.03.2025" in about["retention"]["term"]
    assert [(one["reference"], one["title"]) for one in about["documents"]] == [(letter.reference, "Gewerbeschein")]
    strong = told[letter.reference]["findings"]
    assert [(one["page"], one["matchedBy"], one["confirmed"]) for one in strong] == [(1, "name_and_birth", False)]
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in ("auskunft.pdf", "auskunft.json")}
    (tmp_path / "auskunft.pdf").write_bytes(files["auskunft.pdf"])
    assert pdfa.check(tmp_path / "auskunft.pdf", "3b") == ()
    with pypdfium2.PdfDocument(files["auskunft.pdf"]) as pdf:
        text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    for words in (request.reference, "Anmeldung Erika Müller", "Finanzamt Musterhausen", "Ihre Rechte"):
        assert words in text
    assert report.made_at
    assert report.erase_on == legal_day(report.made_at) + timedelta(days=30)


def test_a_name_nobody_judged_goes_into_a_report_only_if_asked(house: House) -> None:
    with house.begin() as work:
        open_, dismissed = a_case(work, title="Erika Müller"), a_case(work, title="Erika Müller")
    request = a_searched_request(house)
    with house.begin() as work:
        judge_findings(work, request.id, Judgement.DISMISSED, record_ids=[dismissed.id])
    assert said(house, a_report(house, request))["records"] == []
    asked_for_all = said(house, a_report(house, request, all_matches=True))["records"]
    assert [one["reference"] for one in asked_for_all] == [open_.reference]


def test_copies_are_of_documents_somebody_confirmed_and_never_of_what_is_withheld(house: House) -> None:
    with house.begin() as work:
        confirmed = a_letter(work, "Erika Müller, erika.mueller@example.org")
        strong = a_letter(work, "erika.mueller@example.org")
        infected = a_letter(work, "Erika Müller")
        version_of(work.session, infected.id, None).withheld = Withheld.MALWARE
    request = a_searched_request(house)
    with house.begin() as work:
        judge_findings(work, request.id, Judgement.CONFIRMED, record_ids=[confirmed.id, infected.id])
    files = files_of(house, a_report(house, request, with_copies=True))
    copies = {name: content for name, content in files.items() if name.startswith("kopien/")}
    assert list(copies.values()) == [LETTER]
    assert confirmed.reference.replace("/", "-") in next(iter(copies))
    assert strong.reference in files["auskunft.json"].decode()


def test_a_report_is_asked_for_after_the_search_and_made_once(house: House) -> None:
    with house.begin() as work:
        request = a_request(work)
        with pytest.raises(SubjectRequestStateForbids):
            ask_for_report(work, request.id, with_copies=False, all_matches=False)
    searched = a_searched_request(house)
    report = a_report(house, searched)
    again = a_report(house, searched)
    assert report.object_id != again.object_id


def assert_not_erased_early(house: House, report: SubjectReport) -> None:
    """The queue was asked too early, so what it does leaves the report as it is."""
    work_off_privacy(house)
    assert house.storage.read(object_key(report.object_id), report.digest)


def test_a_report_is_erased_when_its_days_are_over(house: House) -> None:
    report = a_report(house, a_searched_request(house))
    with house.begin() as work:
        resume_privacy(work)
        look_after_privacy(work)
        read_report(work, report.id)
        resume_privacy(replace(work, now=work.now + timedelta(days=31)))
    assert_not_erased_early(house, report)
    with house.begin() as work:
        look_after_privacy(replace(work, now=work.now + timedelta(days=31)))
        with pytest.raises(SubjectReportNotFound):
            read_report(work, report.id)
    with pytest.raises(ObjectMissing):
        house.storage.read(object_key(report.object_id), report.digest)


def test_years_after_its_end_a_request_forgets_who_asked_and_what_was_found(house: House) -> None:
    with house.begin() as work:
        a_case(work, title="Erika Müller")
    request = a_searched_request(house)
    with house.begin() as work:
        act_on_request(work, request.id, RequestAct.ANSWER, revision=None)
        act_on_request(work, request.id, RequestAct.CLOSE, revision=None)
        look_after_privacy(replace(work, now=work.now + timedelta(days=3 * 365)))
        assert queries.get_request(work, request.id).person is not None
        look_after_privacy(replace(work, now=work.now + timedelta(days=3 * 367)))
        forgotten = queries.get_request(work, request.id)
        assert (forgotten.person, forgotten.note, forgotten.identity_check) == (None, None, None)
        progress = queries.progress_of(work.session, [request.id])[request.id]
        assert progress.open_findings == progress.confirmed_findings == progress.dismissed_findings == 0
        assert forgotten.reference == request.reference and forgotten.received_on == date.fromisoformat(
            request.received_on.isoformat()
        )
