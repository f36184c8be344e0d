"""How an entry is hashed and a chain is judged; plain values in and out."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


def entry_hash(key: bytes, entry: Mapping[str, Any], previous_hash: str) -> str:
    """HMAC-SHA256 over the entry's canonical JSON and its predecessor's hash, as 64 hex digits.

    Signed fields are named in the entry itself, so that a field added later does not break older hashes.
    """
    canonical = json.dumps([previous_hash, entry], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def lane_seal(key: bytes, lane: int, length: int, head: str) -> str:
    """HMAC-SHA256 over the end of a chain."""
    return hmac.new(key, f"lane {lane} {length} {head}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a chain: `changed`, `missing` or `inserted`, and the entry it concerns."""

    kind: str
    lane: int
    position: int
    entry_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as the judge sees it; `content` is what was signed."""

    entry_id: str
    lane: int
    position: int
    previous_hash: str
    hash: str
    content: Mapping[str, Any]


def judge_lane(key: bytes, lane: int, links: Iterable[Link], length: int, head: str, seal: str) -> Iterable[Flaw]:
    """Every flaw of one lane, whose links come in order of position, up to `length`; `head` is where it must end."""
    expected, previous = 1, GENESIS
    if not hmac.compare_digest(seal, lane_seal(key, lane, length, head)):
        yield Flaw("changed", lane, length, "", f"Das Ende der Kette {lane} wurde nachträglich versetzt.")
    for link in links:
        while expected < link.position:
            yield Flaw("missing", lane, expected, "", f"Eintrag {expected} der Kette {lane} fehlt.")
            expected += 1
            previous = ""
        signed = hmac.compare_digest(link.hash, entry_hash(key, link.content, link.previous_hash))
        # After a gap the predecessor is unknown, so only the entry's own signature can be judged.
        if not signed or (previous and link.previous_hash != previous):
            yield Flaw("changed", lane, link.position, link.entry_id, "Der Eintrag wurde nachträglich geändert.")
        previous = link.hash if signed else ""
        expected = link.position + 1
    while expected <= length:
        yield Flaw("missing", lane, expected, "", f"Eintrag {expected} der Kette {lane} fehlt.")
        expected += 1
        previous = ""
    if previous and previous != head:
        yield Flaw("changed", lane, length, "", f"Das Ende der Kette {lane} passt nicht zum letzten Eintrag.")
