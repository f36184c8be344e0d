"""Noting who reads records of protected classes (Protokollierung von Zugriffen, Art. 32 DSGVO)."""

from datetime import timedelta

from eakte.audit.queries import lock_noting, was_noted
from eakte.foundation.work import SYSTEM, UnitOfWork
from eakte.records.messages import RecordRead
from eakte.records.models import Record
from eakte.records.rules import Reading


def note_reading(work: UnitOfWork, record: Record, reading: Reading) -> None:
    """Note that the actor reads a record, where that is to be noted: who, when, what, once in some minutes.

    Of any other record it asks the database nothing. What the house reads by itself is nobody's access.
    """
    if not record.reading_logged or work.actor.id == SYSTEM.id:
        return
    since = work.now - timedelta(minutes=work.settings.audit.reading_minutes)
    lock_noting(work.session, f"{work.actor.id} {record.id} {reading}")
    details = {"reading": reading.value}
    if not was_noted(work.session, record.id, work.actor.id, RecordRead.name, details, since=since):
        work.publish(RecordRead(record_id=record.id, reading=reading))
