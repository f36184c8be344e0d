"""E-mails of the house, and handing one to the mail server (SMTP), knowing afterwards whether it was taken."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from hashlib import sha256

from eakte.foundation.clock import GERMANY
from eakte.foundation.errors import Unavailable
from eakte.foundation.settings import SmtpSettings

ADDRESS = r"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}@[0-9A-Za-z][0-9A-Za-z.\-]{0,252}"
"""One address and nothing besides; mail servers that know more than ASCII are no requirement."""

_TEMPORARY = range(400, 500)
_GO_ON = 354


class MailServerUnavailable(Unavailable):
    """Der Mailserver nimmt gerade nichts an."""


class Delivery(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    REFUSED = "refused"
    """The server will never take it."""
    DOUBTFUL = "doubtful"
    """The connection broke after the content was begun: it may have been taken."""


class DigestState(StrEnum):
    """How far an e-mail of the house is: the one somebody gets on a day, or the letter to a supplier."""

    WAITING = "waiting"
    SENDING = "sending"
    """Handed to the mail server, or about to be: from here on it is never handed over again."""
    SENT = "sent"
    DOUBTFUL = "doubtful"
    """The connection broke while it was handed over; whether it went out, nobody knows."""
    REFUSED = "refused"


_OUTCOMES = {
    Delivery.TAKEN: DigestState.SENT,
    Delivery.REFUSED: DigestState.REFUSED,
    Delivery.DOUBTFUL: DigestState.DOUBTFUL,
}


def letter_to(
    address: str, subject: str, text: str, *, mark: str, at: datetime, settings: SmtpSettings
) -> EmailMessage:
    """An e-mail of the house itself. `mark` is the same for a repeat, and nothing of it can be read from the letter."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.sender, address, subject
    message["Date"] = format_datetime(at.astimezone(GERMANY))
    # A mail server that has it knows a repeat again by this.
    message["Message-ID"] = f"<{sha256(mark.encode()).hexdigest()[:32]}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def hand_over_once(message: EmailMessage, settings: SmtpSettings, settle: Callable[[DigestState], None]) -> None:
    """Hand over what is noted as `SENDING` already, and note by `settle` what became of it.

    At most once: only what surely was not taken waits again. Raises MailServerUnavailable then.
    """
    try:
        state = _OUTCOMES[hand_over(message, settings)]
    except MailServerUnavailable:
        settle(DigestState.WAITING)
        raise
    settle(state)


def hand_over(message: EmailMessage, settings: SmtpSettings) -> Delivery:
    """Give the server a message for its one addressee.

    Raises MailServerUnavailable where it surely was not taken and may be tried again.
    """
    with _server(settings) as server:
        _said(server.mail(settings.sender))
        code, _ = server.rcpt(str(message["To"]))
        if not 200 <= code < 300:
            _not_temporary(code)
            return Delivery.REFUSED
        code, _ = server.docmd("DATA")
        if code != _GO_ON:
            _not_temporary(code)
            return Delivery.REFUSED
        return _content(server, message)


def _content(server: smtplib.SMTP, message: EmailMessage) -> Delivery:
    content = message.as_bytes(policy=SMTP.clone(cte_type="7bit"))
    try:
        server.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
        code, _ = server.getreply()
    except (OSError, smtplib.SMTPException):
        return Delivery.DOUBTFUL
    if 200 <= code < 300:
        return Delivery.TAKEN
    _not_temporary(code)
    return Delivery.REFUSED


@contextmanager
def _server(settings: SmtpSettings) -> Iterator[smtplib.SMTP]:
    try:
        server = _connected(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerUnavailable from error
    try:
        yield server
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerUnavailable from error
    finally:
        server.close()


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    if settings.tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=settings.timeout_s, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
    if settings.tls == "starttls":
        server.starttls(context=ssl.create_default_context())
    server.ehlo_or_helo_if_needed()
    if settings.user:
        server.login(settings.user, settings.password.get_secret_value())
    return server


def _said(reply: tuple[int, bytes]) -> None:
    if not 200 <= reply[0] < 300:
        raise MailServerUnavailable


def _not_temporary(code: int) -> None:
    if code in _TEMPORARY:
        raise MailServerUnavailable
