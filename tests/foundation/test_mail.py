"""Handing an e-mail to the mail server: afterwards the house knows whether it was taken, or that it does not know."""

from email.message import EmailMessage

import pytest

from eakte.foundation.mail import Delivery, MailServerUnavailable, hand_over
from eakte.foundation.settings import SmtpSettings
from tests.simulators.smtp_server import Fault, mail_server


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "e-akte@stadt.example", "anna@stadt.example", "Prüfung fällig"
    message.set_content("Drei Rechnungen für Sie.\n.\n.. und mehr\n")
    return message


def at(port: int) -> SmtpSettings:
    return SmtpSettings(host="127.0.0.1", port=port, tls="none", sender="e-akte@stadt.example", timeout_s=0.5)


def test_what_the_server_takes_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        assert hand_over(letter(), at(server.port)) is Delivery.TAKEN
    (taken,) = server.taken
    assert taken["Subject"] == "Prüfung fällig"
    assert taken.get_content().replace("\r\n", "\n") == "Drei Rechnungen für Sie.\n.\n.. und mehr\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "fault", [Fault.BUSY, Fault.GREYLISTS, Fault.FULL, Fault.HANGS_UP_BEFORE_CONTENT, Fault.SILENT]
)
def test_what_was_surely_not_taken_may_be_tried_again(fault: Fault) -> None:
    with mail_server(fault) as server:
        with pytest.raises(MailServerUnavailable):
            hand_over(letter(), at(server.port))
        assert not server.taken


@pytest.mark.parametrize("fault", [Fault.UNKNOWN_ADDRESSEE, Fault.TOO_SUSPICIOUS])
def test_what_is_refused_for_good_is_not_tried_again(fault: Fault) -> None:
    with mail_server(fault) as server:
        assert hand_over(letter(), at(server.port)) is Delivery.REFUSED


@pytest.mark.parametrize("fault", [Fault.HANGS_UP_WITHIN_CONTENT, Fault.HANGS_UP_AFTER_CONTENT])
def test_after_the_content_was_begun_nobody_knows(fault: Fault) -> None:
    with mail_server(fault) as server:
        assert hand_over(letter(), at(server.port)) is Delivery.DOUBTFUL


def test_without_a_server_there_is_nothing_to_talk_to() -> None:
    with mail_server() as server:
        port = server.port
    with pytest.raises(MailServerUnavailable):
        hand_over(letter(), at(port))
