"""An S3 server with a bad day: some connections are answered with 500, others break off in mid-sentence."""

import contextlib
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlparse

_ANSWER = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_FAILS = 0.2
_LIVES_FOR = (50_000, 3_000_000)
_CHUNK = 65_536


@contextmanager
def on_a_bad_day(endpoint: str, *, seed: int) -> Iterator[str]:
    """The address of an S3 server that is `endpoint` most of the time.

    A fifth of all connections hear 500 at once; every other one breaks off after some hundred kilobytes or megabytes,
    in the middle of a request or of an answer, so that a write may have succeeded without anybody hearing of it.
    """
    chance = random.Random(seed)
    parsed = urlparse(endpoint if "//" in endpoint else f"//{endpoint}")
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    open_sockets: set[socket.socket] = {listener}
    threading.Thread(target=_serve, args=(listener, (parsed.hostname, parsed.port), chance, open_sockets)).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for one in tuple(open_sockets):
            _end(one)


def _serve(
    listener: socket.socket, server: tuple[str | None, int | None], chance: random.Random, sockets: set[socket.socket]
) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            sockets.add(client)
            if chance.random() < _FAILS:
                threading.Thread(target=_refuse, args=(client,), daemon=True).start()
                continue
            behind = socket.create_connection((server[0] or "", server[1] or 0))
            sockets.add(behind)
            left = [chance.randint(*_LIVES_FOR)]
            for source, target in ((client, behind), (behind, client)):
                threading.Thread(target=_pass_on, args=(source, target, left), daemon=True).start()


def _refuse(client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        client.recv(_CHUNK)
        client.sendall(_ANSWER)
    _end(client)


def _pass_on(source: socket.socket, target: socket.socket, left: list[int]) -> None:
    """Pass bytes on until the connection has had its share, then cut it both ways."""
    with contextlib.suppress(OSError):
        while left[0] > 0 and (chunk := source.recv(_CHUNK)):
            target.sendall(chunk)
            left[0] -= len(chunk)
    _end(source)
    _end(target)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
