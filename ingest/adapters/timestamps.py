"""A timestamp service after RFC 3161, asked over HTTP."""

import asyncio

import httpx
import structlog
from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from ingest.proof.errors import TimestampServiceUnavailable

log = structlog.get_logger()

_LARGEST_ANSWER = 1 << 18
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class HttpTimestamps(TimeStamper):
    """One timestamp service. `timeout_s` is the patience with a whole answer, however slowly it drips.

    Whatever goes wrong is TimestampServiceUnavailable: a seal waits for its timestamp and is tried again.
    """

    def __init__(self, url: str, *, timeout_s: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url
        self._timeout_s = timeout_s

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._ask(req.dump())
        except TimeoutError:
            raise _unavailable(f"Nach {self._timeout_s:g} Sekunden kam keine Antwort.", "timeout") from None
        except httpx.HTTPError as error:
            raise _unavailable("Die Verbindung kam nicht zustande.", type(error).__name__) from None
        try:
            response = tsp.TimeStampResp.load(answer, strict=True)
            # asn1crypto reads lazily: looking at everything now finds what is malformed.
            response.native  # noqa: B018
        except (ValueError, TypeError, KeyError):
            raise _unavailable("Die Antwort war unverständlich.", "malformed") from None
        return response

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except TimestampRequestError as error:
            raise _unavailable("Der Dienst hat den Zeitstempel verweigert.", str(error)) from None

    async def _ask(self, request: bytes) -> bytes:
        answer = b""
        async with (
            httpx.AsyncClient(timeout=self._timeout_s, trust_env=False) as client,
            client.stream("POST", self._url, content=request, headers=_HEADERS) as response,
        ):
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > _LARGEST_ANSWER:
                    raise _unavailable("Die Antwort war zu lang.", "too_long")
        return answer


def _unavailable(problem: str, error: str) -> TimestampServiceUnavailable:
    log.warning("timestamp_service_unavailable", error=error)
    return TimestampServiceUnavailable(problem=problem)
