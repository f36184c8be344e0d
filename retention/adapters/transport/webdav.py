"""A WebDAV collection that both sides reach (RFC 4918)."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

import httpx
from lxml import etree

from retention.adapters.appearing import appearing, unfinished_name
from retention.adapters.transport import Arrival, Wanted, everything, is_arrival_in, is_file_name
from retention.adapters.transport.errors import ArchiveUnreachable, ArrivalGone, NameTaken
from retention.adapters.transport.resting import REST_S, Pause, at_rest
from retention.adapters.untrusted_xml import HasDoctype, NotXml, parse_untrusted

_CHUNK = 1 << 20
_LONGEST_LISTING = 64 << 20
_DAV = "{DAV:}"
_ASKED = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>'
    b"<resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>"
)


class WebdavTransport:
    """A collection and, if the archive answers elsewhere, collections right within it.

    Containers are PUT into the collection `staging`, on the same server, and moved into place; without it into the
    collection itself, under a hidden name that no receiver takes for a message. `certificates` is a file with the
    certificates of the authorities to trust, instead of the usual ones.
    """

    def __init__(
        self,
        url: str,
        *,
        user: str | None = None,
        password: str = "",
        staging: str | None = None,
        answer_folders: tuple[str, ...] = (),
        certificates: Path | None = None,
        timeout_s: float = 60.0,
        rest_s: float = REST_S,
        pause: Pause = time.sleep,
    ) -> None:
        self._url, self._staging = _collection(url), _collection(staging or url)
        self._folders = ("", *answer_folders)
        self._credentials = (user, password) if user is not None else None
        self._certificates, self._timeout_s = certificates, timeout_s
        self._rest_s, self._pause = rest_s, pause

    def send(self, path: Path, name: str) -> None:
        if not is_file_name(name):
            raise ValueError(f"{name!r} is no name of a file")
        final, staged = self._url + quote(name), self._staging + quote(unfinished_name(name))
        with self._reaching() as http:
            if self._lies_there(http, path, final, name):
                return
            with path.open("rb") as source:
                length = str(path.stat().st_size)
                # Told beforehand, since not every server takes chunks.
                _succeed(http.put(staged, content=_pieces(source), headers={"Content-Length": length}))
            moved = http.request("MOVE", staged, headers={"Destination": final, "Overwrite": "F"})
            if moved.status_code == httpx.codes.PRECONDITION_FAILED and self._lies_there(http, path, final, name):
                return
            _succeed(moved)

    def received(self, wanted: Wanted = everything) -> list[Arrival]:
        with self._reaching() as http:
            return at_rest(lambda: self._stamps(http), wanted, self._rest_s, self._pause)

    def fetch(self, name: str, target: Path) -> None:
        if not is_arrival_in(name, self._folders):
            raise ArrivalGone
        with self._reaching() as http, http.stream("GET", self._url + quote(name)) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise ArrivalGone
            _succeed(answer)
            with appearing(target) as copy:
                for piece in answer.iter_bytes(_CHUNK):
                    copy.write(piece)

    def _lies_there(self, http: httpx.Client, path: Path, url: str, name: str) -> bool:
        """Whether the container lies there already; raises NameTaken if something else does."""
        with http.stream("GET", url) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return False
            _succeed(answer)
            there = sha256()
            for piece in answer.iter_bytes(_CHUNK):
                there.update(piece)
        with path.open("rb") as file:
            if file_digest(file, "sha256").digest() != there.digest():
                raise NameTaken(name=name)
        return True

    def _stamps(self, http: httpx.Client) -> dict[str, str]:
        return {name: stamp for folder in self._folders for name, stamp in self._in_folder(http, folder)}

    def _in_folder(self, http: httpx.Client, folder: str) -> Iterator[tuple[str, str]]:
        url = self._url + (quote(folder) + "/" if folder else "")
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        with http.stream("PROPFIND", url, content=_ASKED, headers=headers) as answer:
            _succeed(answer)
            listing = _listing(answer)
        for response in listing.iterfind(f"{_DAV}response"):
            name = _name_of(response)
            stamp = _stamp_of(response)
            if name and stamp and not name.startswith("."):
                yield (f"{folder}/{name}" if folder else name), stamp

    @contextmanager
    def _reaching(self) -> Iterator[httpx.Client]:
        try:
            verify = ssl.create_default_context(cafile=str(self._certificates)) if self._certificates else True
            with httpx.Client(auth=self._credentials, verify=verify, timeout=self._timeout_s) as http:
                yield http
        except (httpx.HTTPError, OSError) as error:
            raise ArchiveUnreachable(problem=f"„{self._url}“: {_reason(error)}.") from error


def _collection(url: str) -> str:
    return url.rstrip("/") + "/"


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(_CHUNK):
        yield piece


def _succeed(answer: httpx.Response) -> None:
    # A redirection would carry the password elsewhere, so it counts as a failure.
    if not answer.is_success:
        raise httpx.HTTPStatusError(f"{answer.status_code}", request=answer.request, response=answer)


def _reason(error: Exception) -> str:
    match error:
        case httpx.HTTPStatusError() if error.response.status_code in (401, 403):
            return "Die Anmeldung wurde abgelehnt"
        case httpx.HTTPStatusError():
            return f"Der Server antwortet mit {error.response.status_code}"
        case httpx.TimeoutException():
            return "Der Server antwortet nicht rechtzeitig"
        case _:
            return str(error).rstrip(".") or type(error).__name__


def _listing(answer: httpx.Response) -> etree._Element:
    try:
        return parse_untrusted(_at_most(answer))
    except (NotXml, HasDoctype) as error:
        raise httpx.RemoteProtocolError("Der Server nennt den Inhalt nicht lesbar") from error


def _at_most(answer: httpx.Response) -> Iterator[bytes]:
    length = 0
    for piece in answer.iter_bytes(_CHUNK):
        length += len(piece)
        if length > _LONGEST_LISTING:
            raise httpx.RemoteProtocolError("Der Server nennt zu viele Dateien")
        yield piece


def _name_of(response: etree._Element) -> str:
    path = urlsplit(response.findtext(f"{_DAV}href") or "").path
    name = unquote(path.rpartition("/")[2])
    return "" if "/" in name else name


def _stamp_of(response: etree._Element) -> str:
    """Empty for what is a collection, or has no bytes yet."""
    found = response.find(f"{_DAV}propstat/{_DAV}prop")
    if found is None or found.find(f"{_DAV}resourcetype/{_DAV}collection") is not None:
        return ""
    length = found.findtext(f"{_DAV}getcontentlength") or ""
    if length in ("", "0"):
        return ""
    return "-".join((length, found.findtext(f"{_DAV}getlastmodified") or "", found.findtext(f"{_DAV}getetag") or ""))
