"""Setting up filing plans, taking them over from files, writing them out (Aktenplan anlegen, übernehmen)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.clock import GERMANY, legal_day
from eakte.foundation.errors import Finding
from eakte.foundation.ids import new_id
from eakte.foundation.messages import changes_of
from eakte.foundation.work import UnitOfWork
from eakte.records.adapters.plan_files import JSON, read_plan, write_csv, write_json
from eakte.records.errors import NumberTemplateInvalid, PlanImportInvalid, PlanKeyTaken, ValidityInvalid
from eakte.records.messages import PlanChanged, PlanCreated, PlanImported
from eakte.records.models import FilingPlan, FilingPlanEntry
from eakte.records.plan_queries import entries_of, get_plan, lock_entries, plan_by_key, spread_logging, used_entries
from eakte.records.plan_rules import COLUMNS, Judgement, KnownEntry, PlannedEntry, judge_plan
from eakte.records.rules import NumberTemplate
from eakte.records.service.plan_entries import EntryDetails, add_entry, close_down, must_be_consistent, tell_change

DOSSIER_PATTERN = "{entry}-{year}/{number:04}"
CASE_PATTERN = "{dossier}-{number:03}"
DOCUMENT_PATTERN = "{case}-{number:04}"
_TEMPLATES = ("dossier_pattern", "case_pattern", "document_pattern")


def create_plan(
    work: UnitOfWork,
    *,
    key: str,
    name: str,
    version: str = "1",
    valid_from: date | None = None,
    valid_until: date | None = None,
    dossier_pattern: str = DOSSIER_PATTERN,
    case_pattern: str = CASE_PATTERN,
    document_pattern: str = DOCUMENT_PATTERN,
) -> FilingPlan:
    """Set up a filing plan (Aktenplan anlegen).

    Raises PlanKeyTaken, NumberTemplateInvalid, ValidityInvalid, ActionForbidden.
    """
    require_unlimited(work, Permission.MANAGE_PLAN)
    if plan_by_key(work.session, key) is not None:
        raise PlanKeyTaken(key=key)
    plan = FilingPlan(
        id=new_id(),
        key=key,
        name=name,
        version=version,
        valid_from=valid_from,
        valid_until=valid_until,
        dossier_pattern=dossier_pattern,
        case_pattern=case_pattern,
        document_pattern=document_pattern,
        created_at=work.now,
    )
    _must_be_sound(plan)
    changes = {name: change for name, change in changes_of(plan).items() if change[1] is not None}
    work.session.add(plan)
    work.session.flush()
    work.publish(PlanCreated(record_id=plan.id, changes=changes))
    return plan


def change_plan(work: UnitOfWork, plan_id: UUID, fields: dict[str, Any], *, revision: int | None) -> FilingPlan:
    """Change name, version, validity or number templates; references given stay as they are.

    Raises PlanNotFound, NumberTemplateInvalid, ValidityInvalid, ActionForbidden, Stale.
    """
    plan = get_plan(work, plan_id, to=Permission.MANAGE_PLAN, revision=revision)
    for name, value in fields.items():
        setattr(plan, name, value)
    _must_be_sound(plan)
    if changes := changes_of(plan):
        work.session.flush()
        work.publish(PlanChanged(record_id=plan.id, changes=changes))
    return plan


def _must_be_sound(plan: FilingPlan) -> None:
    """Raises ValidityInvalid, or NumberTemplateInvalid with every problem of every template."""
    if plan.valid_from is not None and plan.valid_until is not None and plan.valid_from > plan.valid_until:
        raise ValidityInvalid
    levels = {
        "dossierPattern": (plan.dossier_pattern, {"plan", "entry", "year"}),
        "casePattern": (plan.case_pattern, {"plan", "entry", "year", "dossier"}),
        "documentPattern": (plan.document_pattern, {"plan", "entry", "year", "dossier", "case"}),
    }
    findings = [
        Finding("number-template-invalid", problem, f"/{name}")
        for name, (pattern, known) in levels.items()
        for problem in NumberTemplate(pattern).problems(known)
    ]
    if findings:
        raise NumberTemplateInvalid(findings=findings, problem=findings[0].message)


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """How many entries of a file were created, changed, or already as the file has them."""

    created: int
    changed: int
    unchanged: int


def import_plan(work: UnitOfWork, plan_id: UUID, content: bytes, media_type: str) -> ImportOutcome:
    """Take the entries of a CSV or JSON file over into a plan; entries the file does not name stay.

    What the file says is closed down becomes so; what is closed down stays so, whatever the file says.
    All or nothing, and doing it twice changes nothing. Raises PlanNotFound, PlanFormatUnknown, ActionForbidden,
    and PlanImportInvalid with every error of the file.
    """
    plan = get_plan(work, plan_id, to=Permission.MANAGE_PLAN)
    rows, findings = read_plan(content, media_type)
    lock_entries(work.session, plan.id)
    existing = {entry.code: entry for entry in entries_of(work.session, plan.id)}
    judgement = judge_plan(rows, dict(_known(work, plan, existing)), findings)
    if findings := [*judgement.findings, *_closed_down_later(judgement.entries, legal_day(work.now))]:
        raise PlanImportInvalid(findings=findings)
    created, changed = set[str](), set[str]()
    for planned in judgement.entries:
        parent = existing[planned.parent] if planned.parent is not None else None
        if planned.code not in existing:
            kind = judgement.kinds[planned.code]
            details = EntryDetails(code=planned.code, kind=kind, **planned.values)
            existing[planned.code] = add_entry(work, plan.id, details, parent)
            created.add(planned.code)
        elif _change(work, existing, planned, parent, judgement):
            changed.add(planned.code)
    # From below, since closing an entry down closes everything below it that has no earlier day of its own.
    for planned in reversed(judgement.entries):
        if (day := planned.closed_down_on) is not None:
            at = datetime.combine(day, time(), GERMANY)
            if close_down(work, existing[planned.code], at) and planned.code not in created:
                changed.add(planned.code)
    outcome = ImportOutcome(len(created), len(changed), len(judgement.entries) - len(created) - len(changed))
    if created or changed:
        spread_logging(work.session, *(entry.id for entry in existing.values() if entry.parent_id is None))
        work.publish(
            PlanImported(record_id=plan.id, changes={"created": (0, outcome.created), "changed": (0, outcome.changed)})
        )
    return outcome


def _closed_down_later(entries: Sequence[PlannedEntry], today: date) -> Iterator[Finding]:
    for entry in entries:
        if entry.closed_down_on is not None and entry.closed_down_on > today:
            message = f"{entry.row.spoken}: Die Stilllegung liegt in der Zukunft; dafür ist „valid_until“ da."
            yield Finding("closed-down-on-invalid", message, f"{entry.row.where}/closed_down_on")


def _known(
    work: UnitOfWork, plan: FilingPlan, existing: Mapping[str, FilingPlanEntry]
) -> Iterator[tuple[str, KnownEntry]]:
    codes = {entry.id: entry.code for entry in existing.values()}
    used = used_entries(work.session, plan.id)
    in_use = {above for path in used.values() for above in path}
    for code, entry in existing.items():
        yield (
            code,
            KnownEntry(
                code=code,
                parent=codes[entry.parent_id] if entry.parent_id is not None else None,
                kind=entry.kind,
                values={
                    "valid_from": entry.valid_from,
                    "valid_until": entry.valid_until,
                    "retention_years": entry.retention_years,
                    "retention_unlimited": entry.retention_unlimited,
                },
                holds_dossiers=entry.id in used,
                in_use=entry.id in in_use,
                closed_down=entry.closed_down_at is not None,
            ),
        )


def _change(
    work: UnitOfWork,
    existing: Mapping[str, FilingPlanEntry],
    planned: PlannedEntry,
    parent: FilingPlanEntry | None,
    judgement: Judgement,
) -> bool:
    """Make an entry what the file says; whether that changed it."""
    entry = existing[planned.code]
    path = [*(parent.path if parent is not None else ()), entry.id]
    moved = entry.path != path
    entry.kind = judgement.kinds[planned.code]
    for name, value in planned.values.items():
        setattr(entry, name, value)
    if moved:
        depth = len(entry.path)
        entry.parent_id = parent.id if parent is not None else None
        # Parents come before children, so whatever is below and named by the file is set right again in its turn.
        for below in existing.values():
            if below is not entry and entry.id in below.path:
                below.path = [*path, *below.path[depth:]]
        entry.path = path
    must_be_consistent(entry)
    return tell_change(work, entry)


def export_plan(work: UnitOfWork, plan_id: UUID, media_type: str) -> bytes:
    """Every entry of a plan as CSV or JSON in the order of codes, as `import_plan` reads it."""
    plan = get_plan(work, plan_id)
    entries = entries_of(work.session, plan.id)
    codes = {entry.id: entry.code for entry in entries}
    rows = [_row(entry, codes) for entry in entries]
    if media_type == JSON:
        names = ("key", "name", "version", "valid_from", "valid_until", *_TEMPLATES)
        return write_json({to_camel(name): getattr(plan, name) for name in names}, rows)
    return write_csv(rows)


def _row(entry: FilingPlanEntry, codes: Mapping[UUID, str]) -> dict[str, Any]:
    parent = codes[entry.parent_id] if entry.parent_id is not None else None
    closed_down_on = legal_day(entry.closed_down_at) if entry.closed_down_at is not None else None
    said = {"parent": parent, "closed_down_on": closed_down_on}
    return {name: said[name] if name in said else getattr(entry, name) for name in COLUMNS}
