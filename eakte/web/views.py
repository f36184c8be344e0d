"""What the pages of records have in common: the way down to a record, its actions, and what hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from eakte.access import Permission
from eakte.access.models import OrganisationalUnit
from eakte.documents.models import Document
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, FilingPlanEntry, Party, Record, RecordLink
from eakte.records.queries import aliases_of, business_data_of, parties_of, permissions_on
from eakte.records.rules import TRANSITIONS, Action
from eakte.records.schemas import actions_on
from eakte.records.service.details import visible_links
from eakte.web import queries
from eakte.web.rendering import entry_path, path_of
from eakte.web.wording import word_for
from retention.service.explaining import sentence_of

Trail = list[tuple[str, str]]

# Actions that need more than a yes; the others are buttons.
_FORMS = {
    Action.CREATE_CASE: "/akten/{id}/neuer-vorgang",
    Action.FILE_DOCUMENT: "/schriftgut/{id}/hochladen",
    Action.ADD_VERSION: "/dokumente/{id}/neue-version",
    Action.EDIT: "/schriftgut/{id}/bearbeiten",
    Action.REFILE: "/schriftgut/{id}/umschreiben",
    Action.PROTECT: "/akten/{id}/schutz",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An action somebody may take now: a link to its form, or a button that takes it."""

    action: Action
    label: str
    href: str | None

    @property
    def grave(self) -> bool:
        return self.action is Action.CANCEL


@dataclass(frozen=True, slots=True)
class RecordView:
    """What every record's page shows."""

    record: Record
    trail: Trail
    offers: Sequence[Offer]
    unit: OrganisationalUnit
    keeping_unit: OrganisationalUnit | None
    created_by: str | None
    aliases: Sequence[str]
    parties: Sequence[Party]
    business_data: dict[str, str]
    links: Sequence[tuple[RecordLink, Record]]
    may_edit: bool
    may_see_history: bool
    may_restrict: bool
    retention: str | None


def record_view(work: UnitOfWork, record: Record) -> RecordView:
    """Everything that a record's page shows around its contents."""
    work.session.flush()
    offers = list(_offers(work, record))
    keeping_id = record.keeping_unit_id if isinstance(record, Dossier | Case) else None
    return RecordView(
        record=record,
        trail=trail_of(work, record),
        offers=offers,
        unit=queries.unit_of(work.session, record.unit_id),
        keeping_unit=queries.unit_of(work.session, keeping_id) if keeping_id is not None else None,
        created_by=queries.name_of(work.session, record.created_by),
        aliases=aliases_of(work.session, record.id),
        parties=parties_of(work.session, record.id),
        business_data=business_data_of(work.session, record.id),
        links=visible_links(work, record.id),
        may_edit=any(offer.action is Action.EDIT for offer in offers),
        may_see_history=Permission.SEE_AUDIT in permissions_on(work.actor, record),
        may_restrict=Permission.RESTRICT_PROCESSING in permissions_on(work.actor, record),
        retention=sentence_of(work, record.id),
    )


def _offers(work: UnitOfWork, record: Record) -> list[Offer]:
    """The allowed actions, in the order in which people need them."""
    offers = []
    for action in sorted(actions_on(work, record), key=list(_ORDER).index):
        form = _FORMS.get(action)
        offers.append(Offer(action, word_for(action), form.format(id=record.id) if form is not None else None))
    if isinstance(record, Dossier) and any(offer.action is Action.CREATE_CASE for offer in offers):
        # A dossier takes files too; a case is made for them.
        target = _FORMS[Action.FILE_DOCUMENT].format(id=record.id)
        offers.insert(1, Offer(Action.FILE_DOCUMENT, word_for(Action.FILE_DOCUMENT), target))
    return offers


_ORDER = (*_FORMS, *(action for action in TRANSITIONS if action not in _FORMS))


def trail_of(work: UnitOfWork, record: Record) -> Trail:
    """The way from the filing plan down to a record, as links; the record itself is not in it."""
    dossier = _dossier_of(record)
    trail = [(f"{entry.code} {entry.title}", entry_path(entry.id)) for entry in _entries(work, dossier)]
    if isinstance(record, Document):
        case = record.case
        return [*trail, (dossier.reference, path_of(dossier)), (case.title, path_of(case))]
    return [*trail, (dossier.reference, path_of(dossier))] if isinstance(record, Case) else trail


def _entries(work: UnitOfWork, dossier: Dossier) -> list[FilingPlanEntry]:
    return queries.entries_on(work.session, dossier.entry.path)[-2:]


def _dossier_of(record: Record) -> Dossier:
    match record:
        case Document():
            return record.case.dossier
        case Case():
            return record.dossier
        case Dossier():
            return record
    raise AssertionError(record.record_kind)
