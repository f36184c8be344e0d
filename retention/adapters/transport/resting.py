"""Telling complete files from half-written ones: what does not change while one waits is complete."""

import time
from collections.abc import Callable, Mapping

from retention.adapters.transport import Arrival, Wanted

REST_S = 2.0
"""x-man writes by rename; others may need longer."""

Pause = Callable[[float], object]


def at_rest(
    look: Callable[[], Mapping[str, str]], wanted: Wanted, rest_s: float, pause: Pause = time.sleep
) -> list[Arrival]:
    """The wanted files whose stamp is the same at a second look `rest_s` later, by name."""
    first = _arrivals(look(), wanted)
    if first:
        pause(rest_s)
        first &= _arrivals(look(), wanted)
    return sorted(first, key=lambda arrival: arrival.name)


def _arrivals(stamps: Mapping[str, str], wanted: Wanted) -> set[Arrival]:
    return {arrival for name, stamp in stamps.items() if wanted(arrival := Arrival(name, stamp))}
