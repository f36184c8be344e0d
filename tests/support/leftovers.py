"""What a storage holds after trouble that no row explains."""

import hashlib
from collections.abc import Iterable

from eakte.entrypoints.sweep import Orphan, OrphanKind, find_orphans
from eakte.foundation.work import House


def unexplained(house: House, sent: Iterable[str]) -> list[Orphan]:
    """Orphans, but for files whose upload nobody answered, which were sent again; `sent` are SHA-256 of files."""
    again = frozenset(sent)
    return [one for one in find_orphans(house, grace_minutes=0) if not _was_sent(house, one, again)]


def _was_sent(house: House, orphan: Orphan, sent: frozenset[str]) -> bool:
    if orphan.kind is OrphanKind.ROW_WITHOUT_OBJECT:
        return False
    with house.storage._client.get_object(house.storage._bucket, orphan.key) as answer:
        return hashlib.sha256(answer.read()).hexdigest() in sent
