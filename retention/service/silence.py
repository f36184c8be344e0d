"""Archives that do not answer in time: it is noted, shown, and told by mail to whoever drew up or released the list.

Mails are digests, as those about invoices: at most one for each person and day, with nothing in it but a number and a
link. Of one that may have gone out, none is sent again; the list's page says the same.
"""

from datetime import date
from email.message import EmailMessage
from uuid import UUID

from eakte.access.models import Identity
from eakte.foundation.clock import legal_day
from eakte.foundation.mail import DigestState, letter_to
from eakte.foundation.work import UnitOfWork
from retention.messages import ArchiveSilent, SendSilenceNotice
from retention.queries import silence as queries

_SUBJECT = "E-Akte: Ein Archiv antwortet nicht"
_PAGE = "/aussonderung"


def note_silence(work: UnitOfWork) -> None:
    """Tell, once for each deadline, that an archive has not answered, and have mails sent about it."""
    today = legal_day(work.now)
    for message in queries.silent(work.session, today):
        message.reminded_at, message.reminders = work.now, message.reminders + 1
        work.session.flush()
        changes = {"message": (None, message.message_type.value), "deadline": (None, str(message.deadline))}
        work.publish(ArchiveSilent(record_id=message.list_id, message_id=message.id, changes=changes))
    if work.settings.smtp.host:
        queries.forget_unsent(work.session, today)
        for person_id in queries.people_to_tell(work.session, today):
            if queries.add_notice(work.session, person_id, today, work.now):
                work.defer(SendSilenceNotice(person_id=person_id, day=today))


def claim_notice(work: UnitOfWork, person_id: UUID, day: date) -> EmailMessage | None:
    """The e-mail of a person for a day, which from now on counts as handed over; None where none is to be sent."""
    identity = work.session.get_one(Identity, person_id)
    if day != legal_day(work.now) or identity.email is None or not identity.active:
        return None
    count = queries.silent_lists_of(work.session, person_id)
    if not count:
        return None
    # Found half handed over, it may have gone out before the worker died.
    settle_notice(work, person_id, day, DigestState.DOUBTFUL)
    if not queries.move_notice(work.session, person_id, day, was=DigestState.WAITING, now_is=DigestState.SENDING):
        return None
    return letter_to(
        identity.email,
        _SUBJECT,
        _text(count, work.settings.api.public_url),
        mark=f"silence {identity.id} {day}",
        at=work.now,
        settings=work.settings.smtp,
    )


def settle_notice(work: UnitOfWork, person_id: UUID, day: date, state: DigestState) -> None:
    """Note what became of an e-mail that was being handed over."""
    queries.move_notice(work.session, person_id, day, was=DigestState.SENDING, now_is=state)


def _text(count: int, public_url: str) -> str:
    what = "einem Aussonderungsverzeichnis" if count == 1 else f"{count} Aussonderungsverzeichnissen"
    where = f"Zur Aussonderung: {public_url.rstrip('/')}{_PAGE}" if public_url else "Sie finden sie in der E-Akte."
    return (
        f"Guten Tag,\n\nzu {what} hat das Archiv nicht in der vereinbarten Zeit geantwortet.\n\n{where}\n\n"
        "Diese Nachricht wurde automatisch erstellt und enthält absichtlich keine Einzelheiten.\n"
    )
