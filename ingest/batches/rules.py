"""States of a batch and what they allow, how counts reconcile, and what is drawn for a closer look."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from eakte.foundation.errors import Finding


class BatchState(StrEnum):
    """Where a batch is. Documents go their own way from `split` on; the batch waits for people."""

    OPEN = "open"
    SPLITTING = "splitting"
    SPLIT = "split"
    ACCEPTED = "accepted"
    RELEASED = "released"
    DESTROYED = "destroyed"
    REJECTED = "rejected"

    @property
    def german(self) -> str:
        return {
            BatchState.OPEN: "nimmt Dateien auf",
            BatchState.SPLITTING: "wird getrennt",
            BatchState.SPLIT: "in Prüfung",
            BatchState.ACCEPTED: "geprüft",
            BatchState.RELEASED: "freigegeben",
            BatchState.DESTROYED: "Papier vernichtet",
            BatchState.REJECTED: "zurückgewiesen",
        }[self]


class BatchAction(StrEnum):
    """What is done with a batch as a whole."""

    RECEIVE = "receive"
    COMPLETE = "complete"
    ARRANGE = "arrange"
    CHECK = "check"
    EXPLAIN = "explain"
    KEEP_PAPER = "keep_paper"
    RELEASE_PAPER = "release_paper"
    ACCEPT = "accept"
    REJECT = "reject"
    RELEASE = "release"
    DESTROY = "destroy"

    @property
    def german(self) -> str:
        return {
            BatchAction.RECEIVE: "Dateien aufnehmen",
            BatchAction.COMPLETE: "Abschließen",
            BatchAction.ARRANGE: "Seiten ändern",
            BatchAction.CHECK: "Sichtprüfung",
            BatchAction.EXPLAIN: "Zählung klären",
            BatchAction.KEEP_PAPER: "Papier behalten",
            BatchAction.RELEASE_PAPER: "Papier nicht mehr behalten",
            BatchAction.ACCEPT: "Prüfung abschließen",
            BatchAction.REJECT: "Zurückweisen",
            BatchAction.RELEASE: "Freigeben",
            BatchAction.DESTROY: "Papier vernichten",
        }[self]


ASSEMBLING = "assembling"
"""The state of a document before it is an item."""

_KEEPING = frozenset({BatchAction.KEEP_PAPER, BatchAction.RELEASE_PAPER})

ALLOWED: Mapping[BatchState, frozenset[BatchAction]] = {
    BatchState.OPEN: frozenset({BatchAction.RECEIVE, BatchAction.COMPLETE, BatchAction.REJECT}),
    BatchState.SPLITTING: frozenset(),
    BatchState.SPLIT: frozenset(
        {BatchAction.ARRANGE, BatchAction.CHECK, BatchAction.EXPLAIN, BatchAction.ACCEPT, BatchAction.REJECT}
    )
    | _KEEPING,
    # What changes after the checks is looked at again; what of that may be, and be explained, is said in `checking`.
    BatchState.ACCEPTED: frozenset({BatchAction.ARRANGE, BatchAction.CHECK, BatchAction.EXPLAIN, BatchAction.RELEASE})
    | _KEEPING,
    BatchState.RELEASED: frozenset({BatchAction.DESTROY}) | _KEEPING,
    BatchState.DESTROYED: frozenset(),
    BatchState.REJECTED: frozenset(),
}


class Purpose(StrEnum):
    """Why paper is scanned: as a copy beside paper that is kept, or in its place (ersetzendes Scannen)."""

    COPY = "copy"
    REPLACEMENT = "replacement"


class FileState(StrEnum):
    """A file of a batch: `unreadable` means that its pages cannot be told apart, so it is a document of its own."""

    RECEIVED = "received"
    SEEN = "seen"
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"


class Drawn(StrEnum):
    """Why a document is looked at. `changed`: it was rearranged when the checks of its batch were done."""

    SAMPLE = "sample"
    EVERY = "every"
    CHANGED = "changed"


class Verdict(StrEnum):
    """What somebody who looked says."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Expected:
    """What was counted before scanning, as far as it was."""

    sheets: int | None = None
    images: int | None = None
    documents: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What was found; every image is one of `pages`, `separators`, `blanks` and `rejected`.

    `rescans` took the place of a rejected one, so their sheets were scanned twice.
    """

    images: int
    rescans: int
    documents: int
    pages: int
    separators: int
    blanks: int
    rejected: int


def differences(expected: Expected, found: Counted, *, sides: int) -> list[Finding]:
    """Where a batch does not come out; `sides` of each sheet were scanned (1 or 2).

    A missing image may be a double feed (Doppeleinzug), a surplus one a sheet that was not counted.
    """
    findings = []
    accounted = found.pages + found.separators + found.blanks + found.rejected
    if accounted != found.images:
        message = f"Von {found.images} Bildern sind {accounted} nachgewiesen."
        findings.append(Finding("images-unaccounted", message))
    scanned = found.images - found.rescans
    wanted = [
        ("sheets", "Blätter", expected.sheets, math.ceil(scanned / sides)),
        ("images", "Bilder", expected.images, scanned),
        ("documents", "Dokumente", expected.documents, found.documents),
    ]
    for what, german, count, actual in wanted:
        if count is not None and count != actual:
            kind = "missing" if actual < count else "surplus"
            message = f"Gezählt wurden {count} {german}, gescannt {actual}."
            findings.append(Finding(f"{what}-{kind}", message))
    return findings


IdT = TypeVar("IdT")


def draw(ids: Sequence[IdT], *, share: float, minimum: int, seed: int) -> list[IdT]:
    """Draw a sample (Stichprobe) of `share` (0–1), at least `minimum`, in the order of `ids`.

    The same seed draws the same, so that anybody can check later what was drawn before results were known.
    """
    count = min(len(ids), max(minimum, math.ceil(len(ids) * share)))
    chosen = set(random.Random(seed).sample(range(len(ids)), count))  # noqa: S311  reproducible on purpose
    return [one for place, one in enumerate(ids) if place in chosen]


def buffer_ends(released_at: datetime, days: int) -> date:
    """The first day on which the paper of a released batch may be destroyed."""
    return (released_at + timedelta(days=days)).date()
