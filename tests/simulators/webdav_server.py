"""A WebDAV server, as an archive runs one: WsgiDAV over a folder, on a free port, with a user and a password."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

USER, PASSWORD = "bauamt", "geheim"


@contextmanager
def webdav_server(folder: Path, *, certificate: Path | None = None) -> Iterator[str]:
    """Serves `folder`; gives its address. With a certificate and its key, in one file, it speaks TLS."""
    config: dict[str, Any] = {
        "provider_mapping": {"/": str(folder)},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "verbose": 0,
        "logging": {"enable": False},
        "lock_storage": True,
        "dir_browser": {"enable": False},
    }
    server = Server(("127.0.0.1", 0), WsgiDAVApp(config), numthreads=2, shutdown_timeout=1)
    if certificate:
        server.ssl_adapter = BuiltinSSLAdapter(str(certificate), str(certificate))
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()
