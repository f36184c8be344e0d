"""Continuation marks (Fortsetzungsmarken) of a search: opaque, and only good for the same question."""

import base64
import binascii
import json
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from eakte.search.errors import InvalidCursor
from eakte.search.index import Filters


class Position(NamedTuple):
    """Where a page of hits ended: its last hit, and how many came before the next page."""

    score: float
    id: UUID
    passed: int


def fingerprint(query: str, filters: Filters) -> bytes:
    """What a mark must have been given out for."""
    asked = [
        " ".join(query.split()),
        *(sorted(map(str, chosen)) for chosen in (filters.kind, filters.entry, filters.unit, filters.year)),
        *(str(chosen) for chosen in (filters.dossier_id, filters.case_id, filters.date_from, filters.date_until)),
    ]
    return blake2b(json.dumps(asked).encode(), digest_size=8).digest()


def encode(position: Position, asked: bytes) -> str:
    body = json.dumps([position.score, position.id.hex, position.passed], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_checksum(body, asked) + body).rstrip(b"=").decode()


def decode(cursor: str, asked: bytes) -> Position:
    """The position a mark stands for. Raises InvalidCursor on garbage and on another question's mark."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        checksum, body = raw[:8], raw[8:]
        if checksum != _checksum(body, asked):
            raise InvalidCursor
        score, document_id, passed = json.loads(body)
        return Position(float(score), UUID(hex=document_id), int(passed))
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidCursor from error


def _checksum(body: bytes, asked: bytes) -> bytes:
    return blake2b(body, key=asked, digest_size=8, person=b"eakte-search").digest()
