"""What follows from an archive's appraisal and import result."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.rules.appraising import AppraisalOutcome, Origin, confirm_destruction, understand_appraisal
from retention.rules.exchange import (
    Agency,
    Appraisal,
    Envelope,
    ImportMessage,
    ImportResult,
    MessageType,
    XdomeaVersion,
)
from retention.rules.importing import ImportState, understand_import
from retention.rules.nodes import Decision, NodeKind
from retention.rules.offered import OfferedRecord

A, B, V = Decision.ARCHIVE, Decision.APPRAISE, Decision.DESTROY

DOSSIER, FIRST, SECOND, LETTER, ANNEX = (UUID(int=number) for number in range(1, 6))
FOREIGN = UUID(int=99)

TREE = (
    OfferedRecord(DOSSIER, NodeKind.DOSSIER, None, "632.20-1"),
    OfferedRecord(FIRST, NodeKind.CASE, DOSSIER, "632.20-1/1"),
    OfferedRecord(SECOND, NodeKind.CASE, DOSSIER, "632.20-1/2"),
    OfferedRecord(LETTER, NodeKind.DOCUMENT, FIRST, "632.20-1/1#1"),
    OfferedRecord(ANNEX, NodeKind.ATTACHMENT, LETTER, "632.20-1/1#1a"),
)


def said(record: UUID, decision: Decision | None, configured: str | None = None) -> Appraisal:
    return Appraisal(record_id=record, decision=decision, configured=configured, id_as_written=str(record))


def appraised(*appraisals: Appraisal) -> AppraisalOutcome:
    return understand_appraisal(TREE, appraisals)


def decisions(outcome: AppraisalOutcome) -> list[Decision | None]:
    return [outcome.decided[record.id].decision for record in TREE]


def codes(findings: Iterable[object]) -> set[str]:
    return {finding.code for finding in findings}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("appraisals", "expected", "told"),
    [
        ([said(DOSSIER, A)], [A, A, A, A, A], set()),
        ([said(DOSSIER, V)], [V, V, V, V, V], set()),
        ([said(DOSSIER, A), said(SECOND, V)], [A, A, V, A, A], set()),
        ([said(DOSSIER, A), said(FIRST, V), said(SECOND, A)], [A, V, A, V, V], set()),
        # x-man keeps whatever holds an A; what else lies there is as the archive said.
        ([said(DOSSIER, V), said(SECOND, A)], [A, V, A, V, V], {"destroyed-around-archived"}),
        ([said(SECOND, A)], [A, None, A, None, None], {"record-undecided"}),
        ([], [None, None, None, None, None], {"record-undecided"}),
        ([said(DOSSIER, B)], [None, None, None, None, None], {"not-a-decision", "record-undecided"}),
        ([said(DOSSIER, V), said(FIRST, B)], [V, None, V, None, None], {"not-a-decision", "record-undecided"}),
        (
            [said(DOSSIER, A), said(FIRST, None, "Auswahl")],
            [A, None, A, None, None],
            {"not-a-decision", "record-undecided"},
        ),
        (
            [said(DOSSIER, A), said(FIRST, A), said(FIRST, V)],
            [A, None, A, None, None],
            {"decisions-contradict", "record-undecided"},
        ),
        ([said(DOSSIER, A), said(DOSSIER, A)], [A, A, A, A, A], set()),
        ([said(DOSSIER, A), said(LETTER, V)], [A, A, A, A, A], {"document-decided"}),
        ([said(DOSSIER, V), said(FOREIGN, A)], [V, V, V, V, V], {"record-unknown"}),
    ],
)
def test_every_record_has_its_own_decision_or_that_of_the_nearest_above(
    appraisals: list[Appraisal], expected: list[Decision | None], told: set[str]
) -> None:
    outcome = appraised(*appraisals)
    assert decisions(outcome) == expected
    assert codes(outcome.findings) == told


def test_undecided_and_unknown_records_are_listed() -> None:
    outcome = appraised(said(FIRST, A), said(FOREIGN, V))
    assert (outcome.undecided, outcome.unknown) == ((SECOND,), (FOREIGN,))
    assert outcome.decided[DOSSIER].origin is Origin.RAISED


def test_undecided_means_destroy_only_once_a_person_confirms_it() -> None:
    outcome = confirm_destruction(appraised(said(FIRST, A)))
    assert decisions(outcome) == [A, A, V, A, A]
    assert outcome.decided[SECOND].origin is Origin.CONFIRMED
    assert not outcome.undecided
    assert list(outcome.with_decision(V)) == [SECOND]


def test_what_is_unclear_is_not_destroyed_by_a_confirmation() -> None:
    outcome = confirm_destruction(appraised(said(FIRST, B)))
    assert decisions(outcome) == [V, None, V, None, None]
    assert outcome.undecided == outcome.unclear == (FIRST,)


def test_words_an_archive_agreed_to_are_decisions() -> None:
    outcome = understand_appraisal(TREE, [said(DOSSIER, None, "Auswahl")], agreed={"Auswahl": A})
    assert decisions(outcome) == [A, A, A, A, A]
    assert not outcome.findings


def test_an_id_in_other_letters_is_the_same_record_and_is_told() -> None:
    record = OfferedRecord(UUID("abcdef00-0000-4000-8000-000000000001"), NodeKind.CASE)
    outcome = understand_appraisal(
        [record], [Appraisal(record_id=record.id, decision=V, id_as_written=str(record.id).upper())]
    )
    assert outcome.decided[record.id].decision is V
    assert codes(outcome.findings) == {"id-spelled-differently"}


@given(st.lists(st.tuples(st.sampled_from([*(one.id for one in TREE), FOREIGN]), st.sampled_from([A, B, V, None]))))
def test_nothing_that_holds_an_archived_record_is_ever_destroyed(answers: list[tuple[UUID, Decision | None]]) -> None:
    outcome = appraised(*(said(*answer) for answer in answers))
    decided = dict(zip((one.id for one in TREE), decisions(outcome), strict=True))
    for record in TREE:
        if decided[record.id] is A and record.parent_id:
            assert decided[record.parent_id] is A
        if decided[record.id] is V and record.kind is NodeKind.CASE:
            # Somebody said so, about the record or what it lies in.
            assert {said_decision for id_, said_decision in answers if id_ in (record.id, DOSSIER)} & {V}


# --- import results ------------------------------------------------------------------------------------------


def result(record: UUID, succeeded: bool = True, reference: str | None = None, *reasons: str) -> ImportResult:
    return ImportResult(record_id=record, succeeded=succeeded, archive_reference=reference, reasons=reasons)


def message(*results: ImportResult, succeeded: bool | None = None) -> ImportMessage:
    city, archive = Agency(name="Stadt"), Agency(name="Archiv")
    envelope = Envelope(
        process_id=UUID(int=7),
        type=MessageType.IMPORT_RESULT,
        version=XdomeaVersion.V3_0_0,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        sender=archive,
        receiver=city,
    )
    return ImportMessage(envelope, results, succeeded)


ALL = tuple(result(one.id) for one in TREE if one.kind is not NodeKind.ATTACHMENT)


def test_a_record_may_go_once_it_is_in_the_archive_with_all_that_lies_in_it() -> None:
    outcome = understand_import(TREE, message(*ALL))
    assert outcome.deletable == {one.id for one in TREE}
    assert not outcome.findings


def test_an_attachment_shares_the_fate_of_its_document() -> None:
    outcome = understand_import(TREE, message(*ALL))
    assert outcome.imported[ANNEX].state is ImportState.IMPORTED
    named = understand_import(TREE, message(*ALL, result(ANNEX, False, None, "unlesbar")))
    assert named.imported[ANNEX].state is ImportState.FAILED
    assert named.deletable == {SECOND}


def test_the_archive_reference_is_kept() -> None:
    outcome = understand_import(TREE, message(*ALL[1:], result(DOSSIER, True, "BArch B 1/17")))
    assert outcome.imported[DOSSIER].archive_reference == "BArch B 1/17"


def test_what_failed_stays_with_everything_it_lies_in() -> None:
    outcome = understand_import(TREE, message(ALL[0], ALL[1], ALL[2], result(LETTER, False, None, "Datei unlesbar")))
    assert outcome.in_state(ImportState.FAILED) == (LETTER, ANNEX)
    assert outcome.deletable == {SECOND}
    assert "Datei unlesbar" in outcome.findings[0].message


def test_what_nobody_confirmed_stays() -> None:
    outcome = understand_import(TREE, message(result(DOSSIER)))
    assert outcome.in_state(ImportState.UNCONFIRMED) == (FIRST, SECOND, LETTER, ANNEX)
    assert not outcome.deletable


def test_success_and_failure_at_once_confirm_nothing() -> None:
    outcome = understand_import(TREE, message(*ALL, result(SECOND, False)))
    assert outcome.imported[SECOND].state is ImportState.UNCONFIRMED
    assert "results-contradict" in codes(outcome.findings)


def test_success_for_the_whole_transfer_is_none_for_a_record() -> None:
    outcome = understand_import(TREE, message(succeeded=True))
    assert not outcome.deletable
    assert "import-without-list" in codes(outcome.findings)


def test_a_record_nobody_handed_over_is_told() -> None:
    outcome = understand_import(TREE, message(*ALL, result(FOREIGN)))
    assert outcome.unknown == (FOREIGN,)
    assert codes(outcome.findings) == {"record-unknown"}
