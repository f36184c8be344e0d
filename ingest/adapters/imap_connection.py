"""IMAP as the standard library speaks it, with its errors made ours. Nothing here ever marks a message as read."""

import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, BinaryIO

from ingest.sources.definitions import MailboxSource
from ingest.sources.errors import MessageUnreadable, SourceRefusesLogin, SourceUnavailable

CHUNK = 1 << 20
_Lines = Sequence[Any]
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class ImapConnection:
    """One login, with the mailbox selected. Raises SourceRefusesLogin, SourceUnavailable."""

    def __init__(self, source: MailboxSource) -> None:
        self._name = source.key
        with self._speaking():
            self._imap = _connected(source)
            self._log_in(source)
            self._must(self._imap.select(mailbox_name(source.mailbox)), "Das Postfach lässt sich nicht öffnen.")
            _, validity = self._imap.response("UIDVALIDITY")
            self.validity = (validity[0] or b"0").decode("ascii", "replace") if validity else "0"

    def unread(self) -> list[int]:
        """The UIDs of unread messages, oldest first."""
        with self._speaking():
            _, found = self._must(self._imap.uid("SEARCH", "UNSEEN", "UNDELETED"), "Die Suche wird abgelehnt.")
        return sorted(int(uid) for line in found if line for uid in line.split())

    def size(self, uid: int) -> int | None:
        """How long a message is, as the server says; None when it is not there any more."""
        stated = self.stated(uid)
        return stated.size if stated is not None else None

    def stated(self, uid: int) -> "Stated | None":
        """What the server says of a message; None when it is not there any more."""
        with self._speaking():
            _, found = self._imap.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
        lines = [line for line in found if isinstance(line, bytes)]
        sizes = [match for line in lines if (match := _SIZE.search(line))]
        dates = [match for line in lines if (match := _DATE.search(line))]
        return Stated(int(sizes[0][1]), _instant(dates[0]) if dates else None) if sizes else None

    def fetch(self, uid: int, target: BinaryIO, *, max_bytes: int) -> None:
        """Write a message into `target`, piece by piece, and leave it unread. Raises MessageUnreadable."""
        while True:
            offset = target.tell()
            piece, partial = self._piece(uid, offset)
            if piece is None:
                raise MessageUnreadable
            target.write(piece)
            if target.tell() > max_bytes:
                raise MessageUnreadable
            if len(piece) < CHUNK or not partial:
                return

    def mark(self, uid: int, flag: str) -> None:
        """Set a flag. A message that is gone is no trouble."""
        with self._speaking():
            answer = self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", f"({flag})")
            self._must(answer, "Nachrichten lassen sich nicht kennzeichnen.")

    def move(self, uid: int, mailbox: str) -> None:
        """Move a message to another mailbox, which is made if need be. A message that is gone is no trouble."""
        name = mailbox_name(mailbox)
        with self._speaking():
            if "MOVE" in self._imap.capabilities:
                self._into(name, "MOVE", uid)
                return
            self._into(name, "COPY", uid)
            self.mark(uid, "\\Deleted")
            # Without UIDPLUS an EXPUNGE would take what others have marked along.
            if "UIDPLUS" in self._imap.capabilities:
                self._imap.uid("EXPUNGE", str(uid))

    def close(self) -> None:
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, OSError):
            self._imap.shutdown()

    def _log_in(self, source: MailboxSource) -> None:
        user, secret = source.user, source.secret
        try:
            if "AUTH=PLAIN" in self._imap.capabilities:
                self._imap.authenticate("PLAIN", lambda _: f"\0{user}\0{secret}".encode())
            else:
                # The library quotes the password only.
                self._imap.login(_quoted(user), secret)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
            # LOGIN knows ASCII only.
            raise SourceRefusesLogin from error

    def _piece(self, uid: int, offset: int) -> tuple[bytes | None, bool]:
        """Some bytes of a message, and whether the server knows about pieces."""
        with self._speaking():
            _, found = self._imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<{offset}.{CHUNK}>)")
        for line in found:
            if isinstance(line, tuple) and b"BODY[]" in line[0].upper():
                return line[1], b"BODY[]<" in line[0].upper()
            # An empty piece need not come as a literal.
            if isinstance(line, bytes) and b"BODY[]" in line.upper():
                return b"", True
        return None, True

    def _into(self, name: str, command: str, uid: int) -> None:
        answer = self._imap.uid(command, str(uid), name)
        if answer[0] != "OK":
            self._imap.create(name)
            answer = self._imap.uid(command, str(uid), name)
        self._must(answer, "Nachrichten lassen sich nicht verschieben.")

    def _must(self, answer: tuple[str, _Lines], problem: str) -> tuple[str, _Lines]:
        if answer[0] != "OK":
            raise SourceUnavailable(problem=problem)
        return answer

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.error, OSError, EOFError) as error:
            raise SourceUnavailable(problem=f"Der Postkorb der Quelle „{self._name}“ antwortet nicht.") from error


@dataclass(frozen=True, slots=True)
class Stated:
    """How long a message is, and when it came into the mailbox (INTERNALDATE)."""

    size: int
    received_at: datetime | None


def _instant(match: re.Match[bytes]) -> datetime | None:
    """An INTERNALDATE of RFC 3501; month names are English whatever the machine speaks."""
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = (part.decode() for part in match.groups())
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == "-" else 1)
    try:
        number = _MONTHS.index(month.lower()) + 1
        zone = timezone(offset)
        return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _connected(source: MailboxSource) -> imaplib.IMAP4:
    context = ssl.create_default_context(cafile=str(source.trust) if source.trust is not None else None)
    if source.security == "tls":
        return imaplib.IMAP4_SSL(source.host, source.port or 993, ssl_context=context, timeout=source.timeout_s)
    imap = imaplib.IMAP4(source.host, source.port or 143, timeout=source.timeout_s)
    if source.security == "starttls":
        imap.starttls(context)
    return imap


_PLAIN = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")


def mailbox_name(name: str) -> str:
    """A mailbox as IMAP writes it, quoted, in modified UTF-7 (RFC 3501, 5.1.3)."""
    parts = []
    for part in _PLAIN.findall(name):
        if part.isascii() and part.isprintable():
            parts.append(part.replace("&", "&-"))
        else:
            parts.append("&" + b64encode(part.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-")
    return _quoted("".join(parts))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
