"""Finds orphans of both kinds: bytes that no row speaks of, and rows whose bytes are gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from eakte.documents.models import object_key
from eakte.foundation.work import House

# Every object somebody still speaks of: renditions, originals on their way, products not yet filed, raw scans, proofs.
_KNOWN = text(
    """
    SELECT object_id FROM renditions
    UNION SELECT object_id FROM ingest_items WHERE object_id IS NOT NULL
    UNION SELECT (jsonb_path_query(products, '$.**.object_id') #>> '{}')::uuid
          FROM ingest_items WHERE products IS NOT NULL
    UNION SELECT object_id FROM batch_files WHERE object_id IS NOT NULL
    UNION SELECT (jsonb_path_query(previews, '$.**.object_id') #>> '{}')::uuid FROM batch_files
    UNION SELECT (jsonb_path_query(files, '$.**.object_id') #>> '{}')::uuid FROM scan_products
    UNION SELECT object_id FROM disposal_messages
    UNION SELECT object_id FROM subject_reports WHERE made_at IS NOT NULL AND erased_at IS NULL
    ORDER BY 1
    """
)
# What is being made or erased may be there or not.
_EXPLAINED = text(
    "SELECT object_id FROM doomed_objects WHERE object_id = :id "
    "UNION ALL SELECT object_id FROM objects_underway WHERE object_id = :id"
)


class OrphanKind(StrEnum):
    OBJECT_WITHOUT_ROW = "object-without-row"
    ROW_WITHOUT_OBJECT = "row-without-object"


@dataclass(frozen=True, slots=True)
class Orphan:
    kind: OrphanKind
    key: str


def find_orphans(house: House, *, grace_minutes: int) -> Iterator[Orphan]:
    """Walk bucket and database side by side, both in the order of the object ids, in constant memory.

    Objects younger than `grace_minutes` may belong to a work that has not ended, so they are no finding.
    """
    oldest = datetime.now(UTC) - timedelta(minutes=grace_minutes)  # noqa: TID251  compared with the storage's clock
    with house.sessions() as session:
        rows = session.execute(_KNOWN, execution_options={"yield_per": 1000})
        known = (object_key(UUID(str(row[0]))) for row in rows)
        expected = next(known, None)
        for key, modified in house.storage.keys("renditions/"):
            while expected is not None and expected < key:
                yield Orphan(OrphanKind.ROW_WITHOUT_OBJECT, expected)
                expected = next(known, None)
            if expected == key:
                expected = next(known, None)
            elif modified < oldest and not _is_explained(session, key):
                yield Orphan(OrphanKind.OBJECT_WITHOUT_ROW, key)
        while expected is not None:
            yield Orphan(OrphanKind.ROW_WITHOUT_OBJECT, expected)
            expected = next(known, None)


def _is_explained(session: Session, key: str) -> bool:
    try:
        object_id = UUID(key.rsplit("/", 1)[-1])
    except ValueError:
        # Nobody here names an object so: somebody else put it there.
        return False
    return session.execute(_EXPLAINED, {"id": object_id}).first() is not None
