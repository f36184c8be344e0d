"""Mailboxes: every unread message becomes a batch, and stays unread until everything of it is stored."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from pathlib import Path
from typing import Any

import pytest

from eakte.documents.models import DocumentSource
from eakte.foundation.errors import Unavailable
from eakte.foundation.work import House
from ingest.batches.rules import BatchState
from ingest.sources.definitions import MailboxSource
from ingest.sources.errors import SourceRefusesLogin, SourceUnavailable
from ingest.sources.neighbours import neighbour_of
from ingest.sources.running import Intake
from tests.ingest.sources.office import ScanningOffice
from tests.simulators.imap_server import PASSWORD, USER, Fault, ImapServer, imap_server
from tests.simulators.seal_authority import SealAuthority
from tests.simulators.storage_fails import switched_off
from tests.simulators.sudden_death import Fate, Killed, mortal
from tests.support.installation import closed_port
from tests.support.scans import a_scan


def a_mailbox(office: ScanningOffice, server: ImapServer, **fields: Any) -> MailboxSource:
    said = {"key": "post", "host": "127.0.0.1", "port": server.port, "security": "none", "timeout_s": 3, **fields}
    return MailboxSource(kind="imap", as_identity=office.login, user=USER, password=PASSWORD, **said)


def a_mail(subject: str = "Bauantrag", **attachments: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "buerger@example.org", "stadt@example.org", subject
    message.set_content("Anbei meine Unterlagen.")
    message.add_alternative("<p>Anbei meine Unterlagen.</p>", subtype="html")
    for name, content in attachments.items():
        message.add_attachment(content, maintype="image", subtype="png", filename=f"{name}.png")
    return message.as_bytes()


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


def names(office: ScanningOffice) -> list[str]:
    return [file.file_name for file in office.files()]


def test_a_message_becomes_a_batch_of_itself_and_its_attachments(office: ScanningOffice, server: ImapServer) -> None:
    mail = a_mail(plan=a_scan("Plan"), ansicht=a_scan("Ansicht"))
    uid = server.deliver(mail)
    office.take(a_mailbox(office, server))
    (batch,) = office.batches()
    assert (batch.source, batch.state) == (DocumentSource.EMAIL, BatchState.SPLITTING)
    assert names(office) == ["Bauantrag.eml", "plan.png", "ansicht.png"]
    assert office.contents() == [mail, a_scan("Plan"), a_scan("Ansicht")]
    assert server.flags(uid) == {"\\Seen"}


def test_what_a_message_brings_arrived_when_it_reached_the_mailbox(office: ScanningOffice, server: ImapServer) -> None:
    server.deliver(a_mail(plan=a_scan("Plan")))
    office.take(a_mailbox(office, server))
    (batch,) = office.batches()
    assert batch.source_key == "post"
    assert {file.received_at for file in office.files()} == {datetime(2026, 9, 7, 21, 30, tzinfo=UTC)}


@pytest.mark.parametrize("odd", ["", "07-Sep-2026", "31-Feb-2026 10:00:00 +0100", "07-Sep-2099 10:00:00 +0100"])
def test_a_mailbox_that_does_not_say_when_or_says_nonsense_hands_over_now(
    office: ScanningOffice, server: ImapServer, odd: str
) -> None:
    uid = server.deliver(a_mail())
    server.mailboxes["INBOX"].messages[uid].received = odd
    before = datetime.now(UTC)
    office.take(a_mailbox(office, server))
    assert all(before <= file.received_at <= datetime.now(UTC) for file in office.files())


def test_each_message_is_a_batch_of_its_own_oldest_first(office: ScanningOffice, server: ImapServer) -> None:
    for number in range(3):
        server.deliver(a_mail(f"Nachricht {number}"))
    office.take(a_mailbox(office, server))
    assert len(office.batches()) == 3
    assert names(office) == [f"Nachricht {number}.eml" for number in range(3)]
    office.take(a_mailbox(office, server))
    assert len(office.batches()) == 3


def test_a_crash_after_the_fetch_leaves_it_unread_and_makes_one_document_after_the_retry(
    office: ScanningOffice, server: ImapServer
) -> None:
    uid = server.deliver(a_mail(plan=a_scan("Plan")))
    server.fault = Fault.DIES_AFTER_FETCH
    with pytest.raises(SourceUnavailable):
        office.take(a_mailbox(office, server))
    assert server.fetched == 1
    assert server.unread() == [uid]
    server.fault = Fault.NONE
    office.take(a_mailbox(office, server))
    assert (len(office.batches()), names(office)) == (1, ["Bauantrag.eml", "plan.png"])
    assert server.unread() == []


def test_without_the_object_storage_it_stays_unread(office: ScanningOffice, server: ImapServer) -> None:
    uid = server.deliver(a_mail(plan=a_scan("Plan")))
    away = House(office.house.sessions, switched_off(office.house.settings.storage), office.house.settings)
    with pytest.raises(Unavailable):
        office.take(a_mailbox(office, server), away)
    assert server.unread() == [uid]
    office.take(a_mailbox(office, server))
    assert (len(office.batches()), len(office.files()), server.unread()) == (1, 2, [])


def test_a_server_that_dies_instead_of_marking_gets_no_second_batch(office: ScanningOffice, server: ImapServer) -> None:
    server.deliver(a_mail())
    server.fault = Fault.DIES_WHEN_MARKING
    with pytest.raises(SourceUnavailable):
        office.take(a_mailbox(office, server))
    server.fault = Fault.NONE
    office.take(a_mailbox(office, server))
    assert (len(office.batches()), len(office.files()), server.unread()) == (1, 1, [])


def test_dying_at_any_moment_loses_no_mail_and_files_none_twice(office: ScanningOffice, server: ImapServer) -> None:
    mailbox = a_mailbox(office, server)
    moment, survived = 0, False
    while not survived:
        uid = server.deliver(a_mail(f"Nr. {moment}", plan=a_scan(f"Plan {moment}")))
        fate = Fate(at=moment)
        house, neighbour = mortal(office.house, neighbour_of(mailbox, office.house.settings), fate)
        try:
            Intake(house, mailbox, neighbour).take_all()
        except Killed:
            assert uid in server.unread() or len(office.files()) == 2 * (moment + 1), f"lost at moment {moment}"
        finally:
            neighbour.close()
        survived = fate.survived
        office.take(mailbox)
        assert (len(office.batches()), len(office.files())) == (moment + 1, 2 * (moment + 1)), f"at moment {moment}"
        assert server.unread() == []
        moment += 1
    assert moment > 8


def test_a_message_somebody_marks_unread_again_is_marked_and_not_filed_twice(
    office: ScanningOffice, server: ImapServer
) -> None:
    uid = server.deliver(a_mail())
    office.take(a_mailbox(office, server))
    server.flags(uid).clear()
    office.take(a_mailbox(office, server))
    assert (len(office.batches()), server.unread()) == (1, [])


def test_a_mailbox_that_was_restored_files_nothing_twice(office: ScanningOffice, server: ImapServer) -> None:
    uid = server.deliver(a_mail(plan=a_scan("Plan")))
    office.take(a_mailbox(office, server))
    server.flags(uid).clear()
    server.renumber()
    office.take(a_mailbox(office, server))
    assert [batch.state for batch in office.batches()] == [BatchState.SPLITTING, BatchState.REJECTED]
    assert server.unread() == []


def test_stored_messages_move_where_the_operator_wants_them(office: ScanningOffice, server: ImapServer) -> None:
    server.deliver(a_mail())
    office.take(a_mailbox(office, server, done_mailbox="Erledigt & übernommen"))
    assert server.mailboxes["INBOX"].messages == {}
    assert len(server.mailboxes["Erledigt &- &APw-bernommen"].messages) == 1


def test_a_server_that_cannot_move_gets_a_copy_and_a_mark(office: ScanningOffice, server: ImapServer) -> None:
    server.fault = Fault.CANNOT_MOVE
    uid = server.deliver(a_mail())
    office.take(a_mailbox(office, server, done_mailbox="Erledigt"))
    assert server.flags(uid) == {"\\Seen", "\\Deleted"}
    assert len(server.mailboxes["Erledigt"].messages) == 1


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.KNOWS_NO_PIECES])
def test_a_message_of_many_pieces_arrives_whole(office: ScanningOffice, server: ImapServer, fault: Fault) -> None:
    server.fault = fault
    mail = a_mail(gross=bytes(range(256)) * 10_000)
    assert len(mail) > 3 << 20
    server.deliver(mail)
    office.take(a_mailbox(office, server))
    assert office.contents()[0] == mail


# --- messages nobody likes ------------------------------------------------------------------------------------


def test_a_message_that_is_too_large_is_refused_once_stays_unread_and_stops_nobody(
    office: ScanningOffice, server: ImapServer
) -> None:
    large = server.deliver(a_mail(riesig=bytes(2 << 20)))
    small = server.deliver(a_mail("Klein"))
    mailbox = a_mailbox(office, server, max_message_mb=1, refused_mailbox="Zu prüfen")
    office.take(mailbox)
    office.take(mailbox)
    assert names(office) == ["Klein.eml"]
    assert server.flags(small) == {"\\Seen"}
    assert large not in server.mailboxes["INBOX"].messages
    (refused,) = server.mailboxes["Zu pr&APw-fen"].messages.values()
    assert refused.flags == {"\\Flagged"}


def test_a_message_the_server_does_not_give_out_is_refused_and_looked_at_once(
    office: ScanningOffice, server: ImapServer
) -> None:
    server.fault = Fault.CANNOT_RENDER
    uid = server.deliver(a_mail())
    for _ in range(3):
        office.take(a_mailbox(office, server))
    assert (office.batches(), len(office.deliveries()), server.flags(uid)) == ([], 1, {"\\Flagged"})


def _forwarded() -> bytes:
    inner = EmailMessage()
    inner["Subject"] = "Ursprüngliche Nachricht"
    inner.set_content("siehe Anhang")
    inner.add_attachment(a_scan("innen"), maintype="image", subtype="png", filename="innen.png")
    outer = MIMEMultipart()
    outer["Subject"] = "WG: Weiterleitung"
    outer.attach(MIMEMessage(inner))
    return outer.as_bytes()


def test_a_forwarded_message_and_what_is_attached_to_it_are_documents_too(
    office: ScanningOffice, server: ImapServer
) -> None:
    server.deliver(_forwarded())
    office.take(a_mailbox(office, server))
    assert names(office) == ["WG_ Weiterleitung.eml", "Ursprüngliche Nachricht.eml", "innen.png"]
    assert office.contents()[2] == a_scan("innen")


_MIXED = b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
_PICTURE = b"--x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
_STRANGE = b"Subject: =?x-unbekannt?B?AAA=?=\r\nContent-Type: text/plain; charset=x-unbekannt\r\n\r\nText\r\n"
_BROKEN = {
    "empty of parts": b"Subject: leer\r\n\r\n",
    "without headers": b"\r\nnur Text\r\n",
    "nothing but a line break": b"\r\n",
    "binary": bytes(range(256)) * 4,
    "a boundary that never comes": _MIXED + b"Text\r\n",
    "an unended part": _MIXED + _PICTURE + b"AAA\r\n",
    "base64 that is none": _MIXED + _PICTURE + b"%%%%\r\n--x--\r\n",
    "a charset nobody knows": _STRANGE,
    "a name with a path": b'Content-Type: application/pdf; name="../../etc/passwd"\r\n\r\n%PDF-1.7\r\n',
    "an encoded name that breaks off": b'Content-Type: application/pdf; name="=?utf-8?B?w6?="\r\n\r\n%PDF-1.7\r\n',
    "a subject of raw bytes": b"Subject: Gr\xfc\xdfe\x00\x1b[2J\r\n\r\nText\r\n",
    "no message within": b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n",
}


@pytest.mark.parametrize("what", _BROKEN)
def test_whatever_is_broken_in_a_message_it_is_kept_as_it_came(
    office: ScanningOffice, server: ImapServer, what: str
) -> None:
    server.deliver(_BROKEN[what])
    office.take(a_mailbox(office, server))
    assert office.contents()[0] == _BROKEN[what]
    assert all("/" not in name for name in names(office))
    assert server.unread() == []


@pytest.mark.parametrize("depth", [200, 5000])
def test_a_message_nested_beyond_all_reason_is_refused(office: ScanningOffice, server: ImapServer, depth: int) -> None:
    mail = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))
    uid = server.deliver(b"Subject: Matrjoschka\r\n" + mail)
    office.take(a_mailbox(office, server))
    assert (office.batches(), server.flags(uid)) == ([], {"\\Flagged"})


def test_logos_in_the_text_and_signatures_are_no_documents(office: ScanningOffice, server: ImapServer) -> None:
    message = EmailMessage()
    message["Subject"] = "Mit Logo"
    message.set_content('<img src="cid:logo">', subtype="html")
    message.add_related(a_scan("Logo"), "image", "png", cid="<logo>", filename="logo.png")
    message.add_attachment(b"Signatur", "application", "pkcs7-signature", filename="smime.p7s")
    server.deliver(message.as_bytes())
    office.take(a_mailbox(office, server))
    assert names(office) == ["Mit Logo.eml"]


# --- servers in trouble ---------------------------------------------------------------------------------------


def test_a_refused_login_is_told_apart_so_that_nobody_is_locked_out(office: ScanningOffice, server: ImapServer) -> None:
    server.fault = Fault.REFUSES_LOGIN
    with pytest.raises(SourceRefusesLogin):
        office.take(a_mailbox(office, server))


def test_a_server_that_knows_only_the_old_login_gets_it(office: ScanningOffice, server: ImapServer) -> None:
    server.fault = Fault.KNOWS_LOGIN_ONLY
    server.deliver(a_mail())
    office.take(a_mailbox(office, server))
    assert names(office) == ["Bauantrag.eml"]


def test_a_server_that_is_silent_or_away_is_unavailable(office: ScanningOffice, server: ImapServer) -> None:
    server.fault = Fault.SILENT
    with pytest.raises(SourceUnavailable):
        office.take(a_mailbox(office, server, timeout_s=0.5))
    server.fault = Fault.NONE
    with pytest.raises(SourceUnavailable):
        office.take(a_mailbox(office, server, port=closed_port()))


def test_a_password_is_told_only_to_a_server_that_proves_its_name(office: ScanningOffice, tmp_path: Path) -> None:
    authority = SealAuthority(tmp_path, datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_as_pem(authority, tmp_path))
    with imap_server(tls=context) as server:
        server.deliver(a_mail())
        with pytest.raises(SourceUnavailable):
            office.take(a_mailbox(office, server, security="tls"))
        assert server.logins == 0


def _as_pem(authority: SealAuthority, directory: Path) -> Path:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

    sealed = authority.issue_seal("mail")
    key, certificate, _ = pkcs12.load_key_and_certificates(sealed.read_bytes(), None)
    assert key is not None
    assert certificate is not None
    path = directory / "mail.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path
