"""A mail server that speaks IMAP4rev1 as far as a reader of mailboxes needs it, with named faults."""

import base64
import re
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

USER, PASSWORD = "posteingang", 'geheim und "sicher"'


class Fault(StrEnum):
    """What is wrong with the server."""

    NONE = "none"
    REFUSES_LOGIN = "knows no user"
    DIES_AFTER_FETCH = "closes the connection when a message was fetched"
    DIES_WHEN_MARKING = "closes the connection instead of marking a message"
    SILENT = "takes commands and never answers"
    KNOWS_NO_PIECES = "answers a partial fetch with the whole message"
    KNOWS_LOGIN_ONLY = "knows no other way to log in than LOGIN"
    CANNOT_MOVE = "has neither MOVE nor UIDPLUS"
    CANNOT_RENDER = "refuses to give messages out"


@dataclass
class StoredMessage:
    content: bytes
    flags: set[str] = field(default_factory=set)
    received: str = "07-Sep-2026 23:30:00 +0200"


@dataclass
class Mailbox:
    validity: int = 1
    next_uid: int = 1
    messages: dict[int, StoredMessage] = field(default_factory=dict)


class ImapServer:
    """Its mailboxes by name; `fetched` counts messages that were given out, `logins` those who came."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.mailboxes = {"INBOX": Mailbox()}
        self.port = self.fetched = self.logins = 0
        self.lock = threading.RLock()

    def deliver(self, content: bytes, mailbox: str = "INBOX") -> int:
        """A mail arrives; its UID."""
        with self.lock:
            box = self.mailboxes[mailbox]
            uid, box.next_uid = box.next_uid, box.next_uid + 1
            box.messages[uid] = StoredMessage(content)
            return uid

    def renumber(self) -> None:
        """As after a restore: the same messages under other UIDs."""
        box = self.mailboxes["INBOX"]
        kept = [box.messages[uid] for uid in sorted(box.messages)]
        self.mailboxes["INBOX"] = Mailbox(box.validity + 1, 100 + len(kept), dict(enumerate(kept, 100)))

    def unread(self, mailbox: str = "INBOX") -> list[int]:
        return [uid for uid, one in self.mailboxes[mailbox].messages.items() if "\\Seen" not in one.flags]

    def flags(self, uid: int, mailbox: str = "INBOX") -> set[str]:
        return self.mailboxes[mailbox].messages[uid].flags


@contextmanager
def imap_server(fault: Fault = Fault.NONE, *, tls: ssl.SSLContext | None = None) -> Iterator[ImapServer]:
    """A running server on this machine."""
    server = ImapServer(fault)
    with _Listener(server, tls) as listener:
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, server: ImapServer, tls: ssl.SSLContext | None) -> None:
        self.imap, self.tls = server, tls
        super().__init__(("127.0.0.1", 0), _Conversation)

    def finish_request(self, request: Any, client_address: Any) -> None:
        try:
            wrapped = self.tls.wrap_socket(request, server_side=True) if self.tls is not None else request
            super().finish_request(wrapped, client_address)
        except OSError:
            return


class _Dying(Exception):
    """The connection ends here."""


class _Conversation(socketserver.StreamRequestHandler):
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.imap = self.server.imap
        self.box: Mailbox | None = None
        self.dying = False

    def handle(self) -> None:
        self._say("* OK IMAP4rev1 bereit")
        try:
            while line := self.rfile.readline():
                self._command(line.decode("utf-8").rstrip("\r\n"))
        except _Dying:
            return

    def _command(self, line: str) -> None:
        tag, _, rest = line.partition(" ")
        words = [word.replace('\\"', '"').replace("\\\\", "\\") for word in _split(rest)]
        by_uid = words[0].upper() == "UID"
        verb = words[1 if by_uid else 0].upper()
        arguments = words[2 if by_uid else 1 :]
        if self.dying and verb != "LOGOUT":
            raise _Dying
        while self.imap.fault is Fault.SILENT and verb != "CAPABILITY":
            time.sleep(0.05)
            if self.imap.fault is not Fault.SILENT:
                raise _Dying
        answer: Callable[[list[str]], str] = getattr(self, f"_{'uid_' if by_uid else ''}{verb.lower()}", self._unknown)
        with self.imap.lock:
            result = answer(arguments)
        self._say(f"{tag} {result} fertig")
        if verb == "LOGOUT":
            raise _Dying

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _unknown(self, arguments: list[str]) -> str:
        return "BAD unbekannt"

    def _capability(self, arguments: list[str]) -> str:
        more = "" if self.imap.fault is Fault.CANNOT_MOVE else " MOVE UIDPLUS"
        more += " AUTH=PLAIN" if self.imap.fault is not Fault.KNOWS_LOGIN_ONLY else ""
        self._say(f"* CAPABILITY IMAP4rev1{more}")
        return "OK"

    def _authenticate(self, arguments: list[str]) -> str:
        assert arguments == ["PLAIN"]
        self._say("+ ")
        _, user, password = base64.b64decode(self.rfile.readline()).decode().split("\0")
        return self._login([user, password])

    def _login(self, arguments: list[str]) -> str:
        self.imap.logins += 1
        if self.imap.fault is Fault.REFUSES_LOGIN or arguments != [USER, PASSWORD]:
            return "NO [AUTHENTICATIONFAILED] falsch"
        return "OK"

    def _select(self, arguments: list[str]) -> str:
        self.box = self.imap.mailboxes.get(arguments[0])
        if self.box is None:
            return "NO gibt es nicht"
        self._say(f"* {len(self.box.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.box.validity}]")
        return "OK [READ-WRITE]"

    def _create(self, arguments: list[str]) -> str:
        self.imap.mailboxes[arguments[0]] = Mailbox()
        return "OK"

    def _logout(self, arguments: list[str]) -> str:
        self._say("* BYE")
        return "OK"

    def _uid_search(self, arguments: list[str]) -> str:
        assert arguments == ["UNSEEN", "UNDELETED"]
        found = [uid for uid, one in self._messages().items() if one.flags.isdisjoint({"\\Seen", "\\Deleted"})]
        # Nobody promises an order.
        self._say(" ".join(["* SEARCH", *(str(uid) for uid in reversed(found))]))
        return "OK"

    def _uid_fetch(self, arguments: list[str]) -> str:
        uid, what = int(arguments[0]), " ".join(arguments[1:])
        message = self._messages().get(uid)
        if message is None:
            return "OK"
        if "RFC822.SIZE" in what:
            # Other news may come in between.
            self._say("* 99 FETCH (FLAGS (\\Seen))")
            self._say(f'* 1 FETCH (INTERNALDATE "{message.received}" UID {uid} RFC822.SIZE {len(message.content)})')
            return "OK"
        return self._body(uid, message, what)

    def _body(self, uid: int, message: StoredMessage, what: str) -> str:
        if self.imap.fault is Fault.CANNOT_RENDER:
            return "NO [EXPUNGEISSUED] geht nicht"
        if ".PEEK" not in what:
            message.flags.add("\\Seen")
        match = re.search(r"<(\d+)\.(\d+)>", what)
        content, place = message.content, ""
        if match is not None and self.imap.fault is not Fault.KNOWS_NO_PIECES:
            start = int(match[1])
            content, place = content[start : start + int(match[2])], f"<{start}>"
        self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]{place} {{{len(content)}}}\r\n".encode() + content + b")\r\n")
        self.imap.fetched += 1
        self.dying = self.imap.fault is Fault.DIES_AFTER_FETCH
        return "OK"

    def _uid_store(self, arguments: list[str]) -> str:
        if self.imap.fault is Fault.DIES_WHEN_MARKING:
            raise _Dying
        assert arguments[1] == "+FLAGS.SILENT"
        message = self._messages().get(int(arguments[0]))
        if message is not None:
            message.flags |= set(arguments[2].strip("()").split())
        return "OK"

    def _uid_copy(self, arguments: list[str]) -> str:
        message, target = self._messages().get(int(arguments[0])), self.imap.mailboxes.get(arguments[1])
        if target is None:
            return "NO [TRYCREATE] gibt es nicht"
        if message is not None:
            uid = self.imap.deliver(message.content, arguments[1])
            target.messages[uid].flags = set(message.flags)
        return "OK"

    def _uid_move(self, arguments: list[str]) -> str:
        if self.imap.fault is Fault.CANNOT_MOVE:
            return self._unknown(arguments)
        result = self._uid_copy(arguments)
        if result == "OK":
            self._messages().pop(int(arguments[0]), None)
        return result

    def _messages(self) -> dict[int, StoredMessage]:
        assert self.box is not None
        # After a restore another mailbox stands in its place.
        return self.box.messages


def _split(text: str) -> list[str]:
    """Words, quoted strings and parenthesised lists."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\([^)]*\))|(\S+)', text)
    return [next(part for part in match if part) if any(match) else "" for match in found]
