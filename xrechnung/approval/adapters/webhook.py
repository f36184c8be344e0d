"""Sending payment orders to the finance system's own address, signed as Standard Webhooks asks."""

import base64
import hashlib
import hmac
from datetime import datetime

import httpx

from xrechnung.approval.errors import FinanceSystemUnavailable

_PREFIX = "whsec_"


class Webhook:
    """An address of the operator's choice; `secret` is base64 after `whsec_`, or any words."""

    def __init__(self, url: str, secret: str, *, timeout_s: float) -> None:
        self._url, self._timeout_s = url, timeout_s
        self._key = base64.b64decode(secret.removeprefix(_PREFIX)) if secret.startswith(_PREFIX) else secret.encode()

    def send(self, message_id: str, at: datetime, body: bytes) -> None:
        """Send a message; `message_id` is the same at each repeat. Raises FinanceSystemUnavailable."""
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature(self._key, message_id, int(at.timestamp()), body),
        }
        try:
            answer = httpx.post(self._url, content=body, headers=headers, timeout=self._timeout_s)
        except httpx.HTTPError as error:
            raise FinanceSystemUnavailable from error
        if not answer.is_success:
            raise FinanceSystemUnavailable


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA-256 of id, time and body, in base64."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
