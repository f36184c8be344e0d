"""The command line's way to the API: with its own rights, and patient when the server restarts."""

import base64
import hashlib
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from eakte.foundation.errors import Conflict, EakteError, Unavailable
from eakte.foundation.ids import new_id
from eakte.foundation.settings import Settings


class ServerUnreachable(Unavailable):
    """Der Server ist nicht erreichbar."""

    advice = "Bitte mit „eakte stack“ starten oder EAKTE_CLIENT__URL und EAKTE_CLIENT__TOKEN setzen."


class DownloadDamaged(Conflict):
    """Die geladene Datei stimmt nicht mit ihrem Prüfwert überein."""

    advice = "Bitte erneut laden; die unvollständige Datei wurde verworfen."


class ProblemAnswer(EakteError):
    """Der Server hat die Anfrage abgelehnt."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__()
        self.body = body

    @property
    def problem_code(self) -> str:
        return str(self.body.get("code", "error"))

    def __str__(self) -> str:
        lines = [f"{self.body.get('title', '')} {self.body.get('detail', '')}".strip()]
        lines += [f"  {finding['pointer']}: {finding['message']}" for finding in self.body.get("errors", [])]
        return "\n".join(lines)


class Client:
    """Speaks to one server. Every POST carries an Idempotency-Key, so that a repeat does nothing twice."""

    def __init__(self, settings: Settings, *, patience_s: float = 180.0) -> None:
        self._patience_s = patience_s
        self._http = httpx.Client(
            base_url=f"{settings.client.url}/api/v1",
            headers={"Authorization": f"Bearer {settings.client.token.get_secret_value()}"},
            timeout=httpx.Timeout(300.0, connect=5.0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        """The JSON behind a path. Raises ProblemAnswer, ServerUnreachable."""
        return self._send("GET", path, params=_given(params)).json()

    def get_bytes(self, path: str, **params: Any) -> bytes:
        """What is no JSON behind a path. Raises ProblemAnswer, ServerUnreachable."""
        return self._send("GET", path, params=_given(params)).content

    def pages(self, path: str, **params: Any) -> Iterator[Any]:
        """Every item of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, **params, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def post(self, path: str, json: Any = None, *, etag: str | None = None) -> Any:
        """Send JSON; answers JSON or None. Raises ProblemAnswer, ServerUnreachable."""
        headers = {"If-Match": etag} if etag else {}
        response = self._send("POST", path, json=json, headers=headers)
        return response.json() if response.content else None

    def post_for_bytes(self, path: str, json: Any) -> bytes:
        """Send JSON and take what is no JSON back. Raises ProblemAnswer, ServerUnreachable."""
        return self._send("POST", path, json=json).content

    def open_ingest(self, into: str) -> Any:
        return self._send("POST", "/ingests", data={"into": into}).json()

    def upload(self, path: str, name: str, stream: BinaryIO, **fields: Any) -> Any:
        """Send a file, streamed, with the fields of its form. Raises ProblemAnswer, ServerUnreachable."""
        return self._send("POST", path, rewind=stream, files={"file": (name, stream)}, data=fields).json()

    def download(self, path: str, target: BinaryIO, **params: Any) -> None:
        """Write the bytes behind a path into `target`, compared with the hash the server names.

        Raises DownloadDamaged, ProblemAnswer, ServerUnreachable.
        """
        sha256 = hashlib.sha256()
        try:
            with self._http.stream("GET", path, params=_given(params)) as response:
                if response.is_error:
                    response.read()
                    raise ProblemAnswer(_body(response))
                for chunk in response.iter_bytes():
                    sha256.update(chunk)
                    target.write(chunk)
        except httpx.TransportError as error:
            raise ServerUnreachable from error
        named = response.headers.get("repr-digest")
        if named != f"sha-256=:{base64.b64encode(sha256.digest()).decode()}:":
            raise DownloadDamaged

    def _send(self, method: str, path: str, *, rewind: BinaryIO | None = None, **request: Any) -> httpx.Response:
        headers = {**request.pop("headers", {})}
        if method == "POST":
            headers["Idempotency-Key"] = str(new_id())
        until = time.monotonic() + self._patience_s
        while True:
            try:
                if rewind is not None:
                    rewind.seek(0)
                response = self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError as error:
                if time.monotonic() >= until:
                    raise ServerUnreachable from error
            else:
                body = _body(response) if response.is_error else {}
                waits = response.status_code == 503 or body.get("code") == "idempotency-key-in-progress"
                if not response.is_error:
                    return response
                if not waits or time.monotonic() >= until:
                    raise ProblemAnswer(body)
            time.sleep(0.5)


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body: dict[str, Any] = response.json()
    except ValueError:
        return {"code": "error", "title": f"Antwort {response.status_code}.", "detail": ""}
    return body
