"""A timestamp service after RFC 3161 on this machine, with named faults."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper


class Fault(StrEnum):
    """What is wrong with the service."""

    NONE = "none"
    DOWN = "answers 503"
    SLOW = "drips one byte at a time"
    GARBAGE = "answers something else"
    REFUSES = "refuses every request"
    OTHER_DOCUMENT = "stamps another hash than it was asked for"
    ENDLESS = "never stops answering"


class TimestampService:
    """Stamps with its own certificate; `url` is where it listens, `stamped` how often it did."""

    def __init__(self, fault: Fault, attested: datetime) -> None:
        self.fault = fault
        self.stamped = 0
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = _certificate(key, attested)
        self.certificate = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._stamper = DummyTimeStamper(self.certificate, keys.PrivateKeyInfo.load(private), fixed_dt=attested)
        self.url = ""

    def answer(self, request: bytes) -> bytes:
        self.stamped += 1
        asked = tsp.TimeStampReq.load(request)
        if self.fault is Fault.GARBAGE:
            return b"<html>Anmeldung am Proxy</html>"
        if self.fault is Fault.REFUSES:
            return tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()
        if self.fault is Fault.OTHER_DOCUMENT:
            asked["message_imprint"]["hashed_message"] = bytes(32)
        return self._stamper.request_tsa_response(asked).dump()


@contextmanager
def timestamp_service(attested: datetime, fault: Fault = Fault.NONE) -> Iterator[TimestampService]:
    """A running service that attests the time `attested`."""
    service = TimestampService(fault, attested)
    stopping = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service, stopping))
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(service: TimestampService, stopping: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            if service.fault is Fault.DOWN:
                self.send_error(503)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            try:
                self._speak(service.answer(request))
            except OSError:
                return

        def _speak(self, answer: bytes) -> None:
            while service.fault is Fault.ENDLESS and not stopping.is_set():
                self.wfile.write(bytes(1 << 16))
            if service.fault is not Fault.SLOW:
                self.wfile.write(answer)
                return
            for byte in answer:
                if stopping.is_set():
                    return
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)

        def log_message(self, format: str, *args: object) -> None:
            """Silent: the tests say what they expect."""

    return Handler


def _certificate(key: rsa.RSAPrivateKey, attested: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zeitstempeldienst")])
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(attested.astimezone(UTC) - timedelta(days=1))
        .not_valid_after(attested.astimezone(UTC) + timedelta(days=365))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
