"""A mailbox (Postfach): every unread message becomes a batch of the message itself and its attachments.

A message stays unread until everything of it is stored and committed. It is known again by UIDVALIDITY and UID: one
that was stored but not yet marked when we died, or that somebody marked unread since, is marked and not filed again.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

import structlog

from eakte.foundation.errors import EakteError, TooLarge
from ingest.adapters.imap_connection import ImapConnection
from ingest.sources.definitions import MailboxSource
from ingest.sources.errors import ArrivalGone, MessageTooNested, MessageUnreadable
from ingest.sources.mail_parts import WHOLE, Mail, read_mail
from ingest.sources.parcels import Arrival, History, Parcel, Settlement
from ingest.sources.rules import Fate

log = structlog.get_logger()

_SPOOLED = 8 << 20


class ImapMailbox:
    """One mailbox. A connection lasts from one look to its end."""

    def __init__(self, source: MailboxSource, *, max_bytes: int) -> None:
        self._source = source
        self._max_bytes = min(max_bytes, source.max_message_mb << 20)
        self._open_connection: ImapConnection | None = None
        self._message: _Fetched | None = None

    def parcels(self, history: History) -> Iterator[Parcel]:
        connection = self._connection()
        for uid in connection.unread():
            origin = f"{connection.validity}:{uid}"
            match history(origin):
                case None:
                    parcel = self._parcel(origin, uid)
                    if parcel is not None:
                        yield parcel
                case fate:
                    if fate is Fate.TAKEN:
                        log.info("source_message_came_before", origin=origin)
                        self._put_away(uid, fate)

    @contextmanager
    def open(self, origin: str, arrival: Arrival) -> Iterator[BinaryIO]:
        message = self._fetched(origin)
        if arrival.name == WHOLE:
            message.raw.seek(0)
            yield message.raw
            return
        part = next((part for part in message.mail.parts if part.name == arrival.name), None)
        if part is None:
            raise ArrivalGone
        with BytesIO(part.content) as content:
            yield content

    def settle(self, settlement: Settlement) -> None:
        self._forget_message()
        validity, _, uid = settlement.origin.partition(":")
        if validity != self._connection().validity:
            # Its number means another message now. As it is still unread it comes again and is known by its bytes.
            log.warning("source_mailbox_renumbered", origin=settlement.origin)
            return
        self._put_away(int(uid), settlement.fate)

    def wait(self, stop: threading.Event) -> None:
        self.close()
        stop.wait(self._source.poll_s)

    def close(self) -> None:
        self._forget_message()
        if self._open_connection is not None:
            self._open_connection.close()
            self._open_connection = None

    def _connection(self) -> ImapConnection:
        if self._open_connection is None:
            self._open_connection = ImapConnection(self._source)
        return self._open_connection

    def _parcel(self, origin: str, uid: int) -> Parcel | None:
        stated = self._connection().stated(uid)
        if stated is None:
            return None
        size, received_at = stated.size, stated.received_at
        whole = Arrival(WHOLE, "Nachricht.eml", str(size), received_at=received_at)
        refusal: EakteError
        try:
            if size > self._max_bytes:
                raise TooLarge(limit=f"{self._max_bytes >> 20} MB")
            mail = self._fetched(origin).mail
        except (TooLarge, MessageUnreadable, MessageTooNested) as error:
            refusal = error
            return Parcel(origin, (whole,), self._source.details, refusal)
        whole = Arrival(WHOLE, mail.file_name, str(size), received_at=received_at)
        parts = (Arrival(part.name, part.file_name, str(size), received_at=received_at) for part in mail.parts)
        return Parcel(origin, (whole, *parts), self._source.details)

    def _fetched(self, origin: str) -> "_Fetched":
        """Raises ArrivalGone, MessageUnreadable, MessageTooNested."""
        if self._message is not None and self._message.origin == origin:
            return self._message
        self._forget_message()
        connection = self._connection()
        validity, _, uid = origin.partition(":")
        if validity != connection.validity or connection.size(int(uid)) is None:
            raise ArrivalGone
        raw = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115  closed when the next message comes
        try:
            connection.fetch(int(uid), raw, max_bytes=self._max_bytes)  # type: ignore[arg-type]
            self._message = _Fetched(origin, raw, read_mail(raw))  # type: ignore[arg-type]
        except BaseException:
            raw.close()
            raise
        return self._message

    def _forget_message(self) -> None:
        if self._message is not None:
            self._message.raw.close()
            self._message = None

    def _put_away(self, uid: int, fate: Fate) -> None:
        taken = fate is Fate.TAKEN
        mailbox = self._source.done_mailbox if taken else self._source.refused_mailbox
        # What was refused stays unread, and is marked for the eye.
        self._connection().mark(uid, "\\Seen" if taken else "\\Flagged")
        if mailbox is not None:
            self._connection().move(uid, mailbox)


class _Fetched:
    """A message that was fetched, while it is needed."""

    def __init__(self, origin: str, raw: BinaryIO, mail: Mail) -> None:
        self.origin, self.raw, self.mail = origin, raw, mail
