"""Telling a supplier by e-mail that an invoice is refused: at most once, and not what was taken up again meanwhile."""

from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

from eakte.foundation.mail import DigestState, letter_to
from eakte.foundation.work import UnitOfWork
from xrechnung import queries
from xrechnung.approval.errors import MailNotSetUp
from xrechnung.approval.messages import SendRejection, SupplierTold
from xrechnung.approval.models.flow import InvoiceAct, SupplierMail
from xrechnung.approval.queries.flow import approval_of, is_taken_up_again, mail_of
from xrechnung.models import Invoice

_PATIENCE = timedelta(days=3)
"""After this long without a mail server, somebody has to write."""


def must_have_mail_server(work: UnitOfWork) -> None:
    """Raises MailNotSetUp."""
    if not work.settings.smtp.host:
        raise MailNotSetUp


def have_mailed(work: UnitOfWork, act: InvoiceAct) -> None:
    """Have the letter of a refusal sent, where whoever refused named an address."""
    if act.details["mail_to"] is not None:
        work.session.add(SupplierMail(act_id=act.id))
        work.defer(SendRejection(act_id=act.id))


def claim_mail(work: UnitOfWork, act_id: UUID) -> EmailMessage | None:
    """The e-mail to a supplier, which from now on counts as handed over.

    None where it was sent, may have been, or is not to be sent any more.
    """
    act = work.session.get(InvoiceAct, act_id)
    # Whoever takes the invoice up again waits for this lock, or is seen here.
    approval = approval_of(work.session, act.invoice_id, lock=True) if act is not None else None
    mail = mail_of(work.session, act_id)
    if act is None or approval is None or mail is None:
        return None
    match mail.state:
        case DigestState.SENDING:
            # Found half handed over, it may have gone out before the worker died.
            _note(work, act, mail, DigestState.DOUBTFUL)
        case DigestState.WAITING if is_taken_up_again(work.session, act) or work.now - act.at > _PATIENCE:
            _note(work, act, mail, DigestState.REFUSED)
        case DigestState.WAITING:
            _note(work, act, mail, DigestState.SENDING)
            return _letter(work, approval.invoice, act)
    return None


def settle_mail(work: UnitOfWork, act_id: UUID, state: DigestState) -> None:
    """Note what became of an e-mail that was being handed over."""
    act, mail = work.session.get(InvoiceAct, act_id), mail_of(work.session, act_id)
    # Destroyed in the meantime, nothing is left to note.
    if act is not None and mail is not None and mail.state is DigestState.SENDING:
        _note(work, act, mail, state)


def _note(work: UnitOfWork, act: InvoiceAct, mail: SupplierMail, state: DigestState) -> None:
    changes = {"mail": (mail.state, state)}
    mail.state = state
    record_id = work.session.get_one(Invoice, act.invoice_id).document_id
    work.publish(SupplierTold(record_id=record_id, invoice_id=act.invoice_id, act_id=act.id, changes=changes))


def _letter(work: UnitOfWork, invoice: Invoice, act: InvoiceAct) -> EmailMessage:
    subject = f"Zurückweisung Ihrer Rechnung {invoice.number or ''}".rstrip()
    reference = queries.document_of(work.session, invoice).reference
    text = f"{act.details['letter']}\n{invoice.buyer_name or ''}\n\nUnser Zeichen: {reference}\n"
    smtp = work.settings.smtp
    return letter_to(act.details["mail_to"], subject, text, mark=str(act.id), at=work.now, settings=smtp)
