"""A virus scanner with faults: it finds EICAR's test string, is down, silent, slow or talks nonsense."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Fault(StrEnum):
    """What is wrong with the scanner."""

    NONE = "none"
    SLOW = "slow"
    GARBAGE = "garbage"
    HANGS_UP = "hangs_up"
    TOO_LARGE = "too_large"
    OUT_OF_MEMORY = "out_of_memory"


@contextmanager
def scanner(fault: Fault = Fault.NONE) -> Iterator[str]:
    """The address of a scanner with this fault."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, fault), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def _serve(server: socket.socket, fault: Fault) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            _answer(connection, fault)


def _answer(connection: socket.socket, fault: Fault) -> None:
    stream = connection.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    if fault is Fault.HANGS_UP:
        return
    if fault is Fault.TOO_LARGE:
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        return
    data = b""
    while length := struct.unpack("!I", stream.read(4))[0]:
        data += stream.read(length)
    if fault is Fault.SLOW:
        time.sleep(30)
    answers = {Fault.GARBAGE: b"HTTP/1.1 200 OK stream: OK", Fault.OUT_OF_MEMORY: b"stream: Out of memory ERROR"}
    sound = b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"
    connection.sendall(answers.get(fault, sound) + b"\0")
