"""People in what retention keeps: reasons of holds and exceptions, and who had a part in what is gone."""

from collections.abc import Iterator

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from eakte.privacy.matching import Probe
from eakte.privacy.queries.in_records import CHUNK, may_match
from eakte.privacy.registry import Found, sources
from eakte.privacy.rules import Place
from eakte.records.models import Record
from retention.models.disposal import DisposalItem, Tombstone
from retention.models.holds import LegalHold
from retention.models.rules import RuleAssignment


def in_holds(session: Session, probe: Probe) -> Iterator[Found]:
    """Legal holds: their reasons, and the saved query that may name a party."""
    scope = cast(LegalHold.scope, Text)
    columns = (LegalHold.reason, LegalHold.release_reason, scope)
    statement = select(LegalHold.id, LegalHold.reference, *columns).where(may_match(probe, *columns))
    for id_, reference, reason, release_reason, asked in session.execute(statement, execution_options=CHUNK):
        fields = {"reason": reason, "release_reason": release_reason, "scope": asked}
        for field, hit in probe.among(fields):
            yield Found(Place.RETENTION, reference, field, hit, subject_id=id_)


def in_exceptions(session: Session, probe: Probe) -> Iterator[Found]:
    """Reasons why a rule hangs on a record."""
    statement = (
        select(RuleAssignment.id, RuleAssignment.record_id, Record.reference, RuleAssignment.reason)
        .join(Record, Record.id == RuleAssignment.record_id)
        .where(may_match(probe, RuleAssignment.reason))
    )
    for id_, record_id, reference, reason in session.execute(statement, execution_options=CHUNK):
        hit = probe.in_text(reason)
        if hit is not None:
            yield Found(Place.RETENTION, reference, "exception", hit, record_id, id_)


def in_lists(session: Session, probe: Probe) -> Iterator[Found]:
    """Titles on disposal lists, which are emptied when the list is closed."""
    columns = (DisposalItem.title, DisposalItem.proposal_reason)
    statement = select(DisposalItem.id, DisposalItem.reference, *columns).where(may_match(probe, *columns))
    for id_, reference, title, reason in session.execute(statement, execution_options=CHUNK):
        for field, hit in probe.among({"title": title, "proposal_reason": reason}):
            yield Found(Place.RETENTION, reference, field, hit, subject_id=id_)


def in_tombstones(session: Session, probe: Probe) -> Iterator[Found]:
    """Staff that had a part in destroying something, one finding for each list."""
    persons = cast(Tombstone.persons, Text)
    statement = (
        select(Tombstone.list_id, Tombstone.list_reference, persons)
        .where(may_match(probe, persons))
        .distinct()
        .order_by(Tombstone.list_reference)
    )
    for list_id, reference, named in session.execute(statement, execution_options=CHUNK):
        hit = probe.in_text(named)
        if hit is not None:
            yield Found(Place.RETENTION, reference, "persons", hit, subject_id=list_id)


sources.extend((in_holds, in_exceptions, in_lists, in_tombstones))
