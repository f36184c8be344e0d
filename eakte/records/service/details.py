"""What hangs on a record: parties, business data, links, and the readers of a protected dossier."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import delete

from eakte.access import Permission
from eakte.access.errors import IdentityNotFound
from eakte.access.models import Identity
from eakte.foundation.errors import NotFound
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import LinkNotFound, LinkToItself, PartyNotFound
from eakte.records.guards import must_be_free
from eakte.records.messages import BusinessDataChanged, DossierProtected, PartiesChanged, RecordLinked
from eakte.records.models import BusinessDatum, Dossier, Party, PartyRole, Reader, Record, RecordLink
from eakte.records.queries import business_data_of, dossier_id_of, get_dossier, get_record, links_of, readers_of
from eakte.records.rules import Action, RecordKind


@dataclass(frozen=True, slots=True)
class PartyDetails:
    role: PartyRole
    name: str
    organisation: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    email: str | None = None
    external_id: str | None = None


def add_party(work: UnitOfWork, record_id: UUID, details: PartyDetails) -> Party:
    """Name a party of a record. Raises RecordNotFound, RecordStateForbids, ActionForbidden."""
    record = _editable(work, record_id)
    party = Party(id=new_id(), record_id=record.id, **asdict(details))
    work.session.add(party)
    work.session.flush()
    _touch(work, record, PartiesChanged, {"party": (None, str(party.id))})
    return party


def remove_party(work: UnitOfWork, record_id: UUID, party_id: UUID, *, revision: int | None) -> None:
    """Take a party off a record. Raises PartyNotFound."""
    record = _editable(work, record_id, revision)
    party = work.session.get(Party, party_id)
    if party is None or party.record_id != record.id:
        raise PartyNotFound
    work.session.delete(party)
    _touch(work, record, PartiesChanged, {"party": (str(party.id), None)})


def set_business_data(
    work: UnitOfWork, record_id: UUID, values: Mapping[str, str | None], *, revision: int | None
) -> dict[str, str]:
    """Set business data by name; a value of None removes it. Names not given stay. Answers all of them."""
    record = _editable(work, record_id, revision)
    before = business_data_of(work.session, record.id)
    changes = {name: (before.get(name), value) for name, value in values.items() if before.get(name) != value}
    for name, (_, value) in changes.items():
        if value is None:
            work.session.execute(
                delete(BusinessDatum).where(BusinessDatum.record_id == record.id, BusinessDatum.name == name)
            )
        else:
            work.session.merge(BusinessDatum(record_id=record.id, name=name, value=value))
    if changes:
        _touch(work, record, BusinessDataChanged, changes)
    return business_data_of(work.session, record.id)


def link_records(work: UnitOfWork, source_id: UUID, target_id: UUID, *, note: str | None) -> RecordLink:
    """Set a cross reference (Verweis) between two records one can see. Doing it twice changes the note."""
    source = _editable(work, source_id)
    target = get_record(work, target_id, to=Permission.READ)
    if source.id == target.id:
        raise LinkToItself
    link = next((known for known in links_of(work.session, source.id) if known.target_id == target.id), None)
    if link is None:
        link = RecordLink(id=new_id(), source_id=source.id, target_id=target.id, note=note)
        work.session.add(link)
    link.note = note
    work.session.flush()
    _touch(work, source, RecordLinked, {"link": (None, target.reference)})
    return link


def unlink_records(work: UnitOfWork, source_id: UUID, link_id: UUID, *, revision: int | None) -> None:
    """Take a cross reference away. Raises LinkNotFound."""
    source = _editable(work, source_id, revision)
    link = work.session.get(RecordLink, link_id)
    if link is None or link.source_id != source.id:
        raise LinkNotFound
    work.session.delete(link)
    _touch(work, source, RecordLinked, {"link": (str(link.target_id), None)})


def visible_links(work: UnitOfWork, record_id: UUID) -> list[tuple[RecordLink, Record]]:
    """The links of a record with their other ends, as far as the actor sees them."""
    record = get_record(work, record_id, to=Permission.READ)
    seen = []
    for link in links_of(work.session, record.id):
        other = link.target_id if link.source_id == record.id else link.source_id
        try:
            seen.append((link, get_record(work, other, to=Permission.READ)))
        except NotFound:
            continue
    return seen


def protect_dossier(
    work: UnitOfWork, dossier_id: UUID, *, protected: bool, readers: Collection[UUID], revision: int | None
) -> Dossier:
    """Cut a dossier off from inherited rights: only `readers` see it, within their roles. Or lift that.

    Whoever protects it stays a reader. Raises DossierNotFound, IdentityNotFound, ActionForbidden, Stale.
    """
    dossier = get_dossier(work, dossier_id, to=Permission.PROTECT, revision=revision)
    dossier.must_allow(Action.PROTECT)
    wanted = {*readers, work.actor.id} if protected and not work.actor.everything else set(readers)
    before = set(readers_of(work.session, dossier.id))
    for identity_id in wanted - before:
        if work.session.get(Identity, identity_id) is None:
            raise IdentityNotFound
        work.session.add(Reader(dossier_id=dossier.id, identity_id=identity_id))
    for identity_id in before - wanted:
        work.session.delete(work.session.get_one(Reader, (dossier.id, identity_id)))
    if dossier.protected == protected and before == wanted:
        return dossier
    changes: dict[str, tuple[object, object]] = {}
    if dossier.protected != protected:
        changes["protected"] = (dossier.protected, protected)
    if before != wanted:
        changes["readers"] = (sorted(map(str, before)), sorted(map(str, wanted)))
    dossier.protected, dossier.modified_at = protected, work.now
    work.publish(DossierProtected(record_id=dossier.id, dossier_id=dossier.id, changes=changes, subtree=True))
    return dossier


def _editable(work: UnitOfWork, record_id: UUID, revision: int | None = None) -> Record:
    record = get_record(work, record_id, to=Permission.EDIT, revision=revision)
    must_be_free(work, record, Action.EDIT)
    return record


def _touch(
    work: UnitOfWork,
    record: Record,
    event: type[PartiesChanged | BusinessDataChanged | RecordLinked],
    changes: Mapping[str, tuple[object, object]],
) -> None:
    record.modified_at = work.now
    # Documents are found by the parties of what they lie in.
    subtree = event is PartiesChanged and record.record_kind is not RecordKind.DOCUMENT
    work.publish(event(record_id=record.id, dossier_id=dossier_id_of(record), changes=dict(changes), subtree=subtree))
