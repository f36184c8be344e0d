"""Reminders (Erinnerungen): what is lost is noted, and who can prevent the next loss is told, once for each stage.

Every stage of every deadline is told once and never after the deadline; the rows of the tellings see to that. E-mails
are digests: at most one for each person and day, with nothing in it but a number and a link. Of a digest that may have
gone out, none is sent again (at most once): the work list says the same, and the next day brings the next one.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from email.message import EmailMessage
from uuid import UUID

from eakte.access.models import Identity
from eakte.foundation.mail import DigestState, letter_to
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.messages import (
    CompileDigests,
    InvoiceReminded,
    LookAtDeadlines,
    RemindOfInvoice,
    SendDigest,
    SkontoLapsed,
)
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries import reminders as queries
from xrechnung.approval.queries.flow import approval_of
from xrechnung.approval.rules.deadlines import (
    Addressee,
    Errand,
    is_business_day,
    is_time_for,
    legal_day,
    reminders,
)
from xrechnung.approval.rules.workflow import OPEN, Act, Step
from xrechnung.approval.service.entitlement import entitlement
from xrechnung.approval.service.terms import holidays_of, set_times

_WORK_LIST = "/rechnungen/meine"


def begin_rounds(work: UnitOfWork) -> None:
    """Begin what the house does with invoices once a day, on whichever machine comes first."""
    today = legal_day(work.now)
    for errand, job in ((Errand.DEADLINES, LookAtDeadlines()), (Errand.DIGESTS, CompileDigests())):
        if is_time_for(errand, work.now) and queries.begin_round(work.session, today, errand, work.now):
            work.defer(job)


# --- deadlines ----------------------------------------------------------------------------------------------


def note_lapsed(work: UnitOfWork) -> None:
    """Note of every invoice whose Skonto can no longer be had what is lost next. Repeating it changes nothing."""
    today = legal_day(work.now)
    for approval in queries.lapsed(work.session, today):
        before, lost = approval.skonto_on, approval.at_stake
        set_times(approval, today, work.settings.xrechnung)
        work.session.flush()
        changes = {"skonto_on": (str(before), str(approval.skonto_on)), "lost": (None, str(lost))}
        record_id = approval.invoice.document_id
        work.publish(SkontoLapsed(record_id=record_id, invoice_id=approval.invoice_id, changes=changes))


def find_reminders(work: UnitOfWork) -> list[RemindOfInvoice]:
    """What is to be told today, and was not. On a day nobody works, nothing."""
    today, free = legal_day(work.now), holidays_of(work.settings.xrechnung.land)
    if not is_business_day(today, free):
        return []
    approvals = queries.about_to_lose(work.session, today)
    told = queries.told(work.session, [approval.invoice_id for approval in approvals])
    return [
        RemindOfInvoice(invoice_id=approval.invoice_id, deadline=deadline, addressee=reminder.addressee)
        for approval in approvals
        for deadline in (_next_deadline(approval),)
        for reminder in reminders(deadline, _since(approval), free)
        if reminder.day <= today and (approval.invoice_id, deadline, reminder.addressee) not in told
    ]


def _next_deadline(approval: Approval) -> date:
    return approval.skonto_on or approval.due_on


def _since(approval: Approval) -> date:
    """When an invoice came to where it lies; what no unit has lies with central accounting."""
    return approval.assigned_on or legal_day(approval.step_since)


def remind(work: UnitOfWork, invoice_id: UUID, deadline: date, addressee: Addressee) -> bool:
    """Tell people that something is about to be lost; False where that is over, or was told before."""
    today = legal_day(work.now)
    approval = approval_of(work.session, invoice_id, lock=True)
    if approval is None or approval.step not in OPEN or approval.urgent_on < today:
        return False
    if _next_deadline(approval) != deadline:
        return False
    people = whom_to_tell(work, approval, addressee)
    if not queries.note_telling(work.session, approval, deadline, addressee, people, work.now):
        return False
    changes = {"addressee": (None, addressee.value), "deadline": (None, str(deadline))}
    record_id = approval.invoice.document_id
    work.publish(InvoiceReminded(record_id=record_id, invoice_id=invoice_id, addressee=addressee, changes=changes))
    return True


def whom_to_tell(work: UnitOfWork, approval: Approval, addressee: Addressee) -> list[UUID]:
    """The people of a stage who are there; for whoever is away those who stand in.

    First who has the invoice, or the pool of its unit; a certified one waits for those who may order it. Then who
    stands in for them, or where nobody does, their colleagues. Then the heads.
    """
    day = legal_day(work.now)
    away = queries.stand_ins(work.session, day)
    pool = queries.pool_of(work.session, approval.unit_id, day)
    nearest = _nearest(work, approval) or pool
    match addressee:
        case Addressee.UNIT:
            people = nearest
        case Addressee.DEPUTY:
            people = [deputy for one in nearest for deputy in away.get(one, ())] or pool
        case Addressee.HEAD:
            people = queries.heads_of(work.session, approval.unit_id, day) if approval.unit_id else pool
    return _present(people, away) or pool


def _nearest(work: UnitOfWork, approval: Approval) -> list[UUID]:
    if approval.step is Step.CERTIFIED:
        return entitlement(work, approval).who_could(Act.ORDER)
    return [approval.claimed_by] if approval.claimed_by is not None else []


def _present(people: Iterable[UUID], away: Mapping[UUID, list[UUID]]) -> list[UUID]:
    return list(dict.fromkeys(there for one in people for there in away.get(one, [one])))


# --- digests ------------------------------------------------------------------------------------------------


def compile_digests(work: UnitOfWork) -> list[SendDigest]:
    """Who gets an e-mail today; on a day nobody works, and without a mail server, nobody."""
    today, free = legal_day(work.now), holidays_of(work.settings.xrechnung.land)
    if not work.settings.smtp.host or not is_business_day(today, free):
        return []
    queries.forget_unsent(work.session, today)
    counts = queries.counts_for_digests(work.session, today, work.now)
    return [
        SendDigest(person_id=person_id, day=today)
        for person_id, count in counts.items()
        if queries.add_digest(work.session, person_id, today, count, work.now)
    ]


def claim_digest(work: UnitOfWork, person_id: UUID, day: date) -> EmailMessage | None:
    """The e-mail of a person for a day, which from now on counts as handed over.

    None where it was sent, may have been, or is not needed any more.
    """
    identity = work.session.get_one(Identity, person_id)
    if day != legal_day(work.now) or identity.email is None or not identity.active:
        return None
    # Found half handed over, it may have gone out before the worker died.
    settle_digest(work, person_id, day, DigestState.DOUBTFUL)
    count = queries.move_digest(
        work.session, person_id, day, was=DigestState.WAITING, now_is=DigestState.SENDING, at=work.now
    )
    return None if count is None else _letter(work, identity, day, count)


def settle_digest(work: UnitOfWork, person_id: UUID, day: date, state: DigestState) -> None:
    """Note what became of an e-mail that was being handed over."""
    queries.move_digest(work.session, person_id, day, was=DigestState.SENDING, now_is=state, at=work.now)


def _letter(work: UnitOfWork, identity: Identity, day: date, count: int) -> EmailMessage:
    subject, text = "E-Akte: Rechnungen mit ablaufender Frist", _text(count, work.settings.api.public_url)
    mark = f"{identity.id} {day}"
    return letter_to(identity.email or "", subject, text, mark=mark, at=work.now, settings=work.settings.smtp)


def _text(count: int, public_url: str) -> str:
    what = "Eine Rechnung braucht" if count == 1 else f"{count} Rechnungen brauchen"
    where = f"Zur Arbeitsliste: {public_url.rstrip('/')}{_WORK_LIST}" if public_url else "Sie finden sie in der E-Akte."
    return (
        f"Guten Tag,\n\n{what} eine Bearbeitung, bevor eine Frist abläuft.\n\n{where}\n\n"
        "Diese Nachricht wurde automatisch erstellt und enthält absichtlich keine Einzelheiten.\n"
    )
