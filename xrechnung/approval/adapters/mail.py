"""Handing one e-mail to the mail server (SMTP), knowing afterwards whether it was taken."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

from eakte.foundation.errors import Unavailable
from eakte.foundation.settings import SmtpSettings

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
