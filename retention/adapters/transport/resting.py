"""Telling complete files from half-written ones: what does not change while one waits is complete."""

import time
from collections.abc import Callable, Mapping

from retention.adapters.transport import Arrival

REST_S = 2.0
"""x-man writes by rename; others may need longer."""

Pause = Callable[[float], object]


def at_rest(
    look: Callable[[], Mapping[str, str]], rest_s: float, pause: Pause = time.sleep, *, known: frozenset[Arrival]
) -> list[Arrival]:
    """The files whose stamp is the same at a second look `rest_s` later, by name.

    Nobody has to wait for what is `known` to be complete.
    """
    first = {Arrival(name, stamp) for name, stamp in look().items()}
    if not first <= known:
        pause(rest_s)
        first &= {Arrival(name, stamp) for name, stamp in look().items()}
    return sorted(first, key=lambda arrival: arrival.name)
