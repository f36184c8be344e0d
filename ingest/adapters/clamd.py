"""ClamAV's daemon, which looks for malware (Schadsoftware): one question per file, over TCP or a local socket.

Source: clamd(8), command INSTREAM.
"""

import socket
import struct
from pathlib import Path

from eakte.foundation.settings import ClamdSettings
from ingest.errors import FileTooLargeToScan, MalwareScannerUnavailable

_CHUNK = 1 << 18
_LONGEST_ANSWER = 4096
_DEFAULT_PORT = 3310


def find_malware(source: Path, settings: ClamdSettings) -> str | None:
    """The name of the malware in a file; None when there is none, or when no scanner is configured.

    Whatever is no plain answer counts as no answer. Raises MalwareScannerUnavailable, FileTooLargeToScan.
    """
    if not settings.address:
        return None
    try:
        with _connected(settings) as connection:
            answer = _ask(connection, source)
    except (OSError, ValueError) as error:
        raise MalwareScannerUnavailable(address=settings.address, problem=type(error).__name__) from error
    return _found_in(answer, settings)


def _connected(settings: ClamdSettings) -> socket.socket:
    if settings.address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(settings.timeout_s)
        try:
            connection.connect(settings.address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = settings.address.rpartition(":")
    place = (host.strip("[]"), int(port)) if host else (settings.address, _DEFAULT_PORT)
    return socket.create_connection(place, timeout=settings.timeout_s)


def _ask(connection: socket.socket, source: Path) -> bytes:
    """Send a file in pieces, each after its length; a scanner that has heard enough answers before the end."""
    try:
        connection.sendall(b"zINSTREAM\0")
        with source.open("rb") as file:
            while piece := file.read(_CHUNK):
                connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass
    answer = b""
    while len(answer) < _LONGEST_ANSWER and not answer.endswith(b"\0"):
        piece = connection.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer


def _found_in(answer: bytes, settings: ClamdSettings) -> str | None:
    text = answer.rstrip(b"\0\n").decode("utf-8", "replace")
    if text == "stream: OK":
        return None
    if text.startswith("stream: ") and text.endswith(" FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")
    if "size limit exceeded" in text:
        raise FileTooLargeToScan()
    raise MalwareScannerUnavailable(address=settings.address, problem=text[:100] or "keine Antwort")
