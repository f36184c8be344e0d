"""Ports on 127.0.0.1 that a directory keeps from one start to the next."""

import secrets
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes ports for outgoing connections, so that ours is still free tomorrow.
LOWEST, HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: set[int] | None = None) -> int:
    """A port nobody listens on now, and none of `taken`."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if port not in (taken or ()) and is_free(port):
            return port
