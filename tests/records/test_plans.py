"""Filing plans in the database: entries, import, export, closing down."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eakte.access import Permission, Role
from eakte.access.errors import ActionForbidden
from eakte.audit.queries import entries_of as audit_of
from eakte.foundation.clock import legal_day
from eakte.foundation.errors import Stale
from eakte.foundation.gathering import write_gathered
from eakte.foundation.work import House, UnitOfWork
from eakte.records.errors import (
    EntryCannotHoldEntries,
    EntryClosedDown,
    EntryCodeTaken,
    EntryInUse,
    EntryNotALeaf,
    NumberTemplateInvalid,
    ParentClosedDown,
    PlanImportInvalid,
    PlanKeyTaken,
    RetentionInvalid,
    ValidityInvalid,
)
from eakte.records.models import EntryKind, FilingPlan
from eakte.records.plan_queries import entries, entries_below, entries_of, entry_with_code, get_plan
from eakte.records.service.plan_entries import change_entry, close_down_entry
from eakte.records.service.plans import ImportOutcome, change_plan, create_plan, export_plan, import_plan
from tests.support.factories import AsActor, a_dossier, a_plan, an_entry

SAMPLE = Path(__file__).parents[2] / "samples" / "aktenplan.csv"
SMALL = "code,title,parent\n6,Bauen,\n63,Bauaufsicht,6\n63.1,Anträge,63\n63.2,Gebühren,63\n".encode()


def listed(work: UnitOfWork, **filters: object) -> list[str]:
    return [entry.code for entry in entries(work, cursor=None, limit=500, **filters).items]  # type: ignore[arg-type]


# --- plans ----------------------------------------------------------------------------------------------


def test_a_plan_brings_sensible_number_templates(work: UnitOfWork) -> None:
    dossier = a_dossier(work, entry=an_entry(work, code="63.2"))
    assert dossier.reference == f"63.2-{work.now.year}/0001"


def test_a_plans_key_is_given_once(work: UnitOfWork) -> None:
    with pytest.raises(PlanKeyTaken):
        a_plan(work, key=a_plan(work).key)


def test_every_bad_template_is_named(work: UnitOfWork) -> None:
    with pytest.raises(NumberTemplateInvalid) as refused:
        create_plan(work, key="x", name="x", dossier_pattern="{dossier}-{number}", document_pattern="fest")
    assert [finding.pointer for finding in refused.value.findings] == ["/dossierPattern", "/documentPattern"]


def test_changing_a_plan_is_audited_and_leaves_references_alone(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    plan = dossier.entry.plan
    before = dossier.reference
    change_plan(work, plan.id, {"dossier_pattern": "{entry}.{number}"}, revision=plan.revision)
    assert dossier.reference == before
    assert a_dossier(work, entry=dossier.entry).reference == f"{dossier.entry.code}.1"
    write_gathered(work.session)
    assert audit_of(work.session, plan.id, cursor=None, limit=10).items[-1].changes == {
        "dossier_pattern": ["{entry}-{year}/{number:04}", "{entry}.{number}"]
    }
    with pytest.raises(Stale):
        change_plan(work, plan.id, {"name": "Zu spät"}, revision=plan.revision - 1)


def test_a_plan_does_not_end_before_it_begins(work: UnitOfWork) -> None:
    today = legal_day(work.now)
    with pytest.raises(ValidityInvalid):
        a_plan(work, valid_from=today, valid_until=today - timedelta(days=1))


def test_a_plan_that_is_over_takes_no_dossiers(work: UnitOfWork) -> None:
    yesterday = legal_day(work.now) - timedelta(days=1)
    with pytest.raises(EntryClosedDown):
        a_dossier(work, entry=an_entry(work, plan=a_plan(work, valid_until=yesterday)))


def test_everybody_reads_the_plan_and_only_records_managers_of_the_whole_house_change_it(
    house: House, as_actor: AsActor
) -> None:
    with house.begin() as work:
        group = an_entry(work, kind=EntryKind.GROUP)
        other = an_entry(work, plan=group.plan)
    with house.begin(as_actor()) as work:
        assert get_plan(work, group.plan_id).id == group.plan_id
        assert listed(work, plan_id=group.plan_id)
    with house.begin(as_actor(Role.CLERK)) as work, pytest.raises(ActionForbidden):
        get_plan(work, group.plan_id, to=Permission.MANAGE_PLAN)
    with house.begin(as_actor(Role.RECORDS_MANAGER, entry=group)) as work:
        assert an_entry(work, parent=group)
        for forbidden in (
            lambda: change_entry(work, other.id, {"title": "x"}, revision=None),
            lambda: an_entry(work, plan=group.plan),
            lambda: import_plan(work, group.plan_id, SMALL, "text/csv"),
            lambda: a_plan(work),
        ):
            with pytest.raises(ActionForbidden):
                forbidden()


# --- entries --------------------------------------------------------------------------------------------


def test_an_entry_knows_its_way_from_the_root(work: UnitOfWork) -> None:
    root = an_entry(work, kind=EntryKind.MAIN_GROUP)
    group = an_entry(work, parent=root, kind=EntryKind.GROUP)
    leaf = an_entry(work, parent=group)
    assert leaf.path == [root.id, group.id, leaf.id]


def test_an_entry_stands_below_groups_only_and_its_code_is_its_own(work: UnitOfWork) -> None:
    leaf = an_entry(work)
    with pytest.raises(EntryCannotHoldEntries):
        an_entry(work, parent=leaf)
    with pytest.raises(EntryCodeTaken):
        an_entry(work, plan=leaf.plan, code=leaf.code)
    assert an_entry(work, plan=a_plan(work), code=leaf.code)


def test_a_group_takes_no_dossiers(work: UnitOfWork) -> None:
    with pytest.raises(EntryNotALeaf):
        a_dossier(work, entry=an_entry(work, kind=EntryKind.GROUP))


def test_an_entry_in_use_keeps_its_kind(work: UnitOfWork) -> None:
    group = an_entry(work, kind=EntryKind.GROUP)
    leaf = an_entry(work, parent=group)
    with pytest.raises(EntryInUse):
        change_entry(work, group.id, {"kind": EntryKind.SUBJECT_UNIT}, revision=None)
    change_entry(work, leaf.id, {"kind": EntryKind.GROUP}, revision=None)
    change_entry(work, leaf.id, {"kind": EntryKind.SUBJECT_UNIT}, revision=None)
    a_dossier(work, entry=leaf)
    with pytest.raises(EntryInUse):
        change_entry(work, leaf.id, {"kind": EntryKind.GROUP}, revision=None)


def test_retention_is_either_years_or_unlimited(work: UnitOfWork) -> None:
    with pytest.raises(RetentionInvalid):
        an_entry(work, retention_years=10, retention_unlimited=True)
    entry = an_entry(work, retention_years=10)
    with pytest.raises(RetentionInvalid):
        change_entry(work, entry.id, {"retention_unlimited": True}, revision=None)
    work.session.expire(entry)


def test_a_closed_down_entry_keeps_its_dossiers_and_takes_no_new_ones(work: UnitOfWork) -> None:
    group = an_entry(work, kind=EntryKind.GROUP)
    leaf = an_entry(work, parent=group)
    dossier = a_dossier(work, entry=leaf)
    close_down_entry(work, group.id, revision=group.revision)
    assert (leaf.closed_down_at, dossier.entry) == (work.now, leaf)
    with pytest.raises(EntryClosedDown):
        a_dossier(work, entry=leaf)
    with pytest.raises(ParentClosedDown):
        an_entry(work, parent=group)
    revision = group.revision
    close_down_entry(work, group.id, revision=None)
    assert group.revision == revision


def test_children_top_level_and_validity_are_filters(work: UnitOfWork) -> None:
    plan = a_plan(work)
    today = legal_day(work.now)
    day = timedelta(days=1)
    root = an_entry(work, plan=plan, kind=EntryKind.MAIN_GROUP, code="1")
    for code in ("1.10", "1.9", "1.1"):
        an_entry(work, parent=root, code=code)
    an_entry(work, plan=plan, code="2", valid_until=today - day)
    an_entry(work, plan=plan, code="3", valid_from=today + day)
    gone = an_entry(work, plan=plan, code="4")
    close_down_entry(work, gone.id, revision=None)
    assert listed(work, plan_id=plan.id) == ["1", "1.1", "1.9", "1.10", "2", "3", "4"]
    assert listed(work, parent_id=root.id) == ["1.1", "1.9", "1.10"]
    assert listed(work, plan_id=plan.id, top_level=True) == ["1", "2", "3", "4"]
    assert listed(work, plan_id=plan.id, top_level=True, valid_at=today) == ["1"]
    assert listed(work, plan_id=plan.id, top_level=True, valid_at=today - day) == ["1", "2", "4"]
    assert listed(work, plan_id=plan.id, top_level=True, valid_at=today + day) == ["1", "3"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("gebühren", ["63.2"]),
        ("GEBUEHR", ["63.2"]),
        ("antraege", ["63.1"]),
        ("63.", ["63.1", "63.2"]),
        ("63 bau", ["63"]),
        ("%", []),
        ("_", []),
        ("  ", ["6", "63", "63.1", "63.2"]),
    ],
)
def test_entries_are_found_by_code_and_title(work: UnitOfWork, words: str, found: list[str]) -> None:
    plan = a_plan(work)
    import_plan(work, plan.id, SMALL, "text/csv")
    assert listed(work, plan_id=plan.id, words=words) == found


# --- import and export ----------------------------------------------------------------------------------


def content_of(work: UnitOfWork, plan: FilingPlan) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = json.loads(export_plan(work, plan.id, "application/json"))["entries"]
    return entries


def test_the_sample_plan_comes_in_and_a_repeat_changes_nothing(work: UnitOfWork) -> None:
    plan = a_plan(work)
    lines = len(SAMPLE.read_text().splitlines()) - 1
    assert import_plan(work, plan.id, SAMPLE.read_bytes(), "text/csv") == ImportOutcome(lines, 0, 0)
    assert import_plan(work, plan.id, SAMPLE.read_bytes(), "text/csv") == ImportOutcome(0, 0, lines)
    assert len(entries_of(work.session, plan.id)) == lines


@pytest.mark.parametrize("media_type", ["text/csv", "application/json"])
def test_what_is_written_out_comes_in_again_as_it_was(work: UnitOfWork, media_type: str) -> None:
    plan, copy = a_plan(work), a_plan(work)
    import_plan(work, plan.id, SAMPLE.read_bytes(), "text/csv")
    change_entry(work, entries_of(work.session, plan.id)[0].id, {"title": '=Formel; "Zitat"'}, revision=None)
    import_plan(work, copy.id, export_plan(work, plan.id, media_type), media_type)
    assert content_of(work, copy) == content_of(work, plan)
    outcome = import_plan(work, plan.id, export_plan(work, plan.id, media_type), media_type)
    assert (outcome.created, outcome.changed) == (0, 0)


@pytest.mark.parametrize("media_type", ["text/csv", "application/json"])
def test_what_was_closed_down_comes_in_closed_down_since_the_same_day(work: UnitOfWork, media_type: str) -> None:
    plan, copy = a_plan(work, case_pattern="{dossier}/{number:05}"), a_plan(work)
    import_plan(work, plan.id, SAMPLE.read_bytes(), "text/csv")
    group = next(entry for entry in entries_of(work.session, plan.id) if len(entry.path) == 2)
    leaf = entries_below(work.session, group)[-1]
    long_ago = replace(work, now=datetime(2020, 12, 31, 23, 30, tzinfo=UTC))
    close_down_entry(long_ago, leaf.id, revision=None)
    close_down_entry(work, group.id, revision=None)
    written = export_plan(work, plan.id, media_type)
    import_plan(work, copy.id, written, media_type)
    assert content_of(work, copy) == content_of(work, plan)
    since = {one["code"]: one["closedDownOn"] for one in content_of(work, copy) if one["closedDownOn"]}
    assert len(since) > 2
    assert (since[leaf.code], since[group.code]) == ("2021-01-01", legal_day(work.now).isoformat())
    assert import_plan(work, copy.id, written, media_type).changed == 0
    assert json.loads(export_plan(work, plan.id, "application/json"))["plan"]["casePattern"] == plan.case_pattern


def test_a_file_closes_down_what_is_open_and_never_opens_again(work: UnitOfWork) -> None:
    plan = a_plan(work)
    import_plan(work, plan.id, SMALL, "text/csv")
    assert import_plan(work, plan.id, b"code,closed_down_on\n63,2024-02-01\n", "text/csv") == ImportOutcome(0, 1, 0)
    closed = {entry.code for entry in entries_of(work.session, plan.id) if entry.closed_down_at is not None}
    assert {"63", "63.1"} <= closed, "and what lies below it"
    assert import_plan(work, plan.id, b"code,closed_down_on\n63,\n63.1,\n", "text/csv") == ImportOutcome(0, 0, 2)
    tomorrow = legal_day(work.now) + timedelta(days=1)
    with pytest.raises(PlanImportInvalid) as refused:
        import_plan(work, plan.id, f"code,closed_down_on\n63,{tomorrow}\n".encode(), "text/csv")
    assert [one.pointer for one in refused.value.findings] == ["/lines/2/closed_down_on"]


def test_an_import_changes_what_differs_and_leaves_what_is_not_named(work: UnitOfWork) -> None:
    plan = a_plan(work)
    import_plan(work, plan.id, SMALL, "text/csv")
    outcome = import_plan(work, plan.id, "code,title\n63.1,Bauanträge\n63.2,Gebühren\n64,Neu\n".encode(), "text/csv")
    assert outcome == ImportOutcome(created=1, changed=1, unchanged=1)
    assert {entry.code: entry.title for entry in entries_of(work.session, plan.id)} == {
        "6": "Bauen",
        "63": "Bauaufsicht",
        "63.1": "Bauanträge",
        "63.2": "Gebühren",
        "64": "Neu",
    }
    entry = entry_with_code(work.session, plan.id, "63.1")
    assert entry is not None
    write_gathered(work.session)
    audited = audit_of(work.session, entry.id, cursor=None, limit=10).items
    assert [(row.event, row.changes.get("title")) for row in audited] == [
        ("records.EntryCreated", [None, "Anträge"]),
        ("records.EntryChanged", ["Anträge", "Bauanträge"]),
    ]


def test_an_import_with_one_error_takes_nothing_over(work: UnitOfWork) -> None:
    plan = a_plan(work)
    with pytest.raises(PlanImportInvalid):
        import_plan(work, plan.id, SMALL + b"7,,\n8,Waise,99\n", "text/csv")
    assert entries_of(work.session, plan.id) == []


def test_an_import_does_not_make_a_group_of_an_entry_with_dossiers(work: UnitOfWork) -> None:
    plan = a_plan(work)
    import_plan(work, plan.id, SMALL, "text/csv")
    entry = entry_with_code(work.session, plan.id, "63.1")
    a_dossier(work, entry=entry)
    with pytest.raises(PlanImportInvalid) as refused:
        import_plan(work, plan.id, b"code,title,parent\n63.11,Darunter,63.1\n63.1,Gruppe,63\n", "text/csv")
    assert [finding.code for finding in refused.value.findings] == ["entry-in-use"]


def test_an_unused_branch_can_move_with_everything_below(work: UnitOfWork) -> None:
    plan = a_plan(work)
    import_plan(work, plan.id, SMALL + b"7,Kultur,\n", "text/csv")
    outcome = import_plan(work, plan.id, b"code,kind,parent\n7,main_group,\n63,,7\n", "text/csv")
    assert outcome.changed == 2
    by_code = {entry.code: entry for entry in entries_of(work.session, plan.id)}
    for code in ("63.1", "63.2"):
        assert by_code[code].path == [by_code["7"].id, by_code["63"].id, by_code[code].id]


def test_a_broken_or_unknown_file_is_refused(work: UnitOfWork) -> None:
    plan = a_plan(work)
    with pytest.raises(PlanImportInvalid):
        import_plan(work, plan.id, b"\xd0\xcf\x11\xe0\x81\x8d", "text/csv")
