"""What packages above this one register: where else they know people from, and when something of theirs may go."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.privacy.matching import Hit, Probe
from eakte.privacy.rules import Outcome, Place


@dataclass(frozen=True, slots=True)
class Found:
    """Something that may speak of a person; see `SubjectFinding` for what the fields say."""

    place: Place
    label: str
    field: str
    hit: Hit
    record_id: UUID | None = None
    subject_id: UUID | None = None
    page: int | None = None
    version: int | None = None

    @property
    def mark(self) -> str:
        """The same for the same place at every search, whatever it matched by."""
        at = (self.place, self.record_id, self.subject_id, self.field, self.page, self.version)
        return hashlib.sha256("|".join("" if one is None else str(one) for one in at).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Prospect:
    """Whether a record can be erased, and until when and why it is kept (`term`, one German sentence).

    `disposed_as` is what would go on a disposal list: the record itself, or the case a document goes with.
    """

    record_id: UUID
    disposed_as: UUID
    outcome: Outcome
    possible_from: date | None = None
    reasons: tuple[Finding, ...] = ()
    term: str = ""
    retained_until: date | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A disposal list that was drawn up, and the records on it."""

    reference: str
    record_ids: frozenset[UUID]


Source = Callable[[Session, Probe], Iterator[Found]]
Foreteller = Callable[[UnitOfWork, Collection[UUID]], Iterable[Prospect]]
Lister = Callable[[UnitOfWork, str, Collection[UUID]], Listed]

sources: list[Source] = []
"""Search whatever a package keeps of people beside records, texts, accounts and the audit trail."""
foretellers: list[Foreteller] = []
"""Say of records of any kind what becomes of them; records nobody speaks of are kept without a known end."""
listers: list[Lister] = []
"""Put records that are due on a disposal list in draft, by its name."""
