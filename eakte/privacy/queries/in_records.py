"""People in what is written about records: parties, metadata, business data, cross references."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from eakte.documents.models import Document
from eakte.privacy.matching import Hit, Probe
from eakte.privacy.registry import Found
from eakte.privacy.rules import Match, Place
from eakte.records.models import BusinessDatum, Party, Record, RecordLink

CHUNK = {"yield_per": 1000}


def may_match(probe: Probe, *columns: InstrumentedAttribute[str | None] | ColumnElement[str]) -> ColumnElement[bool]:
    """SQL: whether any of some columns may speak of the person; Python looks closer."""
    return or_(*(column.op("~")(probe.sql) for column in columns))


def in_parties(session: Session, probe: Probe) -> Iterator[Found]:
    """Parties of records (Beteiligte), one finding for each."""
    columns = (Party.name, Party.organisation, Party.email, Party.external_id)
    statement = (
        select(Party.id, Party.record_id, Record.reference, *columns, Party.street, Party.postal_code, Party.city)
        .join(Record, Record.id == Party.record_id)
        .where(may_match(probe, *columns))
    )
    for id_, record_id, reference, name, organisation, email, external_id, *place in session.execute(
        statement, execution_options=CHUNK
    ):
        address = ", ".join(one for one in place if one)
        fields = {"name": name, "organisation": organisation, "address": address, "email": email}
        match = Match.EXTERNAL_ID if probe.is_id(external_id) else probe.strongest(fields)
        if match is not None:
            line = ", ".join(one for one in (name, organisation, address, email, external_id) if one)
            yield Found(Place.PARTY, reference, "party", Hit(match, line), record_id, id_)


def in_metadata(session: Session, probe: Probe) -> Iterator[Found]:
    """What records are called and what is remarked about them; foreign references and keys of documents."""
    keywords = cast(Record.keywords, Text)
    document = Document.__table__
    written = (document.c.subtitle, document.c.refers_to, document.c.clerk, cast(document.c.enclosures, Text))
    own = (document.c.foreign_reference, document.c.our_reference, document.c.external_key, *written)
    statement = (
        select(Record.id, Record.reference, Record.title, Record.remark, keywords, Record.location, *own)
        .outerjoin(document, document.c.id == Record.__table__.c.id)
        .where(may_match(probe, Record.title, Record.remark, keywords, Record.location, *own))
    )
    names = (
        "title", "remark", "keywords", "location", "foreign_reference", "our_reference", "external_key",
        "subtitle", "refers_to", "clerk", "enclosures",
    )  # fmt: skip
    for record_id, reference, *values in session.execute(statement, execution_options=CHUNK):
        fields = dict(zip(names, values, strict=True))
        for field, hit in probe.among(fields):
            yield Found(Place.METADATA, reference, field, hit, record_id)
        for field in ("foreign_reference", "external_key"):
            if probe.is_id(fields[field]) and probe.in_text(fields[field]) is None:
                yield Found(Place.METADATA, reference, field, Hit(Match.EXTERNAL_ID, fields[field]), record_id)


def in_business_data(session: Session, probe: Probe) -> Iterator[Found]:
    """Values of specialist systems (Fachdaten)."""
    statement = (
        select(BusinessDatum.record_id, Record.reference, BusinessDatum.name, BusinessDatum.value)
        .join(Record, Record.id == BusinessDatum.record_id)
        .where(may_match(probe, BusinessDatum.value))
    )
    for record_id, reference, name, value in session.execute(statement, execution_options=CHUNK):
        hit = Hit(Match.EXTERNAL_ID, value) if probe.is_id(value) else probe.in_text(value)
        if hit is not None:
            yield Found(Place.BUSINESS_DATA, reference, name, hit, record_id)


def in_links(session: Session, probe: Probe) -> Iterator[Found]:
    """Notes at cross references (Verweise), found at the record that refers."""
    statement = (
        select(RecordLink.id, RecordLink.source_id, Record.reference, RecordLink.note)
        .join(Record, Record.id == RecordLink.source_id)
        .where(may_match(probe, RecordLink.note))
    )
    for id_, record_id, reference, note in session.execute(statement, execution_options=CHUNK):
        hit = probe.in_text(note)
        if hit is not None:
            yield Found(Place.METADATA, reference, "link", hit, record_id, id_)


def born_then(session: Session, probe: Probe, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of some records of which a business datum is the person's birth date."""
    if probe.person.born_on is None:
        return set()
    statement = select(BusinessDatum.record_id, BusinessDatum.value).where(BusinessDatum.record_id.in_(record_ids))
    return {record_id for record_id, value in session.execute(statement) if probe.is_born_on(value)}
