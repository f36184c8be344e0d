"""States of what a source brings."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """How far a delivery is: `stored` and `refused` wait for the neighbour to put its input away."""

    TAKING = "taking"
    STORED = "stored"
    REFUSED = "refused"
    SETTLED = "settled"


class ArrivalState(StrEnum):
    """What became of one file; `note` is a sidecar, and `left` was gone or changed and stays where it is."""

    EXPECTED = "expected"
    NOTE = "note"
    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    LEFT = "left"


class Fate(StrEnum):
    """What became of something that came before."""

    TAKEN = "taken"
    REFUSED = "refused"


TAKEN = frozenset({ArrivalState.NOTE, ArrivalState.STORED, ArrivalState.DUPLICATE})
ATTEMPTS = 5
"""How often a file is tried that cannot be read, before it is refused."""
