"""A mail server on this machine, with named faults."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from enum import StrEnum
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Fault(StrEnum):
    """What is wrong with the server."""

    NONE = "none"
    BUSY = "answers 421 at once"
    GREYLISTS = "takes nobody's mail at the first try"
    UNKNOWN_ADDRESSEE = "knows nobody"
    FULL = "has no room for the content"
    TOO_SUSPICIOUS = "refuses the content for good"
    HANGS_UP_BEFORE_CONTENT = "hangs up when the content is announced"
    HANGS_UP_AFTER_CONTENT = "takes the content and hangs up without saying so"
    HANGS_UP_WITHIN_CONTENT = "hangs up within the content"
    SILENT = "never answers"


@dataclass
class MailServer:
    """`taken` is what went on its way, also what the sender was not told of; `visits` counts connections."""

    fault: Fault = Fault.NONE
    port: int = 0
    taken: list[Message] = field(default_factory=list)
    visits: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def refusal(self, verb: str) -> bytes | None:
        """What a command is answered with instead of consent."""
        match self.fault, verb:
            case Fault.GREYLISTS, "RCPT" if self.visits == 1:
                return b"451 4.7.1 Bitte spaeter noch einmal"
            case Fault.UNKNOWN_ADDRESSEE, "RCPT":
                return b"550 5.1.1 Unbekannt"
            case Fault.FULL, "DATA":
                return b"452 4.3.1 Kein Platz"
        return None


class _Conversation(StreamRequestHandler):
    def handle(self) -> None:
        house: MailServer = self.server.house  # type: ignore[attr-defined]
        house.visits += 1
        if house.fault is Fault.SILENT:
            house.ended.wait(30)
            return
        if house.fault is Fault.BUSY:
            self._say(b"421 Zu viel zu tun")
            return
        self._say(b"220 post.example")
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper().decode()
            refusal = house.refusal(verb)
            if refusal is not None:
                self._say(refusal)
            elif verb == "DATA":
                if not self._take(house):
                    return
            else:
                self._say(b"221 Ade" if verb == "QUIT" else b"250 Gern")

    def _take(self, house: MailServer) -> bool:
        if house.fault is Fault.HANGS_UP_BEFORE_CONTENT:
            return False
        self._say(b"354 Nur zu")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or house.fault is Fault.HANGS_UP_WITHIN_CONTENT:
                return False
            lines.append(line.removeprefix(b"."))
        if house.fault is Fault.TOO_SUSPICIOUS:
            self._say(b"554 5.7.1 Abgelehnt")
            return True
        house.taken.append(message_from_bytes(b"".join(lines), policy=default))
        if house.fault is Fault.HANGS_UP_AFTER_CONTENT:
            return False
        self._say(b"250 2.0.0 Angenommen")
        return True

    def _say(self, reply: bytes) -> None:
        self.wfile.write(reply + b"\r\n")


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def mail_server(fault: Fault = Fault.NONE) -> Iterator[MailServer]:
    """A running server; its fault may be changed while it runs."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        house = MailServer(fault, server.server_address[1])
        server.house = house  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield house
        finally:
            house.ended.set()
            server.shutdown()
