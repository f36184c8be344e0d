"""A worker that is killed while it gets rid of what is on a disposal list."""

from random import Random
from uuid import UUID

from tests.support.installation import Installation, until

_GOING = "('erasing', 'destroyed', 'handed_over')"


def kill_while_erasing(running: Installation, list_id: UUID, *, count: int, deaths: int) -> None:
    """Kill the worker after so and so many of `count` items have gone, at no regular distance."""
    for gone in sorted(Random(17).sample(range(1, count), deaths)):
        until(lambda gone=gone: _gone(running, list_id) >= gone, f"{gone} of {count}")
        running.kill(running.worker)


def _gone(running: Installation, list_id: UUID) -> int:
    return running.number(f"SELECT count(*) FROM disposal_items WHERE list_id = '{list_id}' AND state IN {_GOING}")
