"""What watched folders and S3 prefixes share: complete stacks become parcels, refusals say why in German."""

from collections.abc import Callable
from pathlib import PurePosixPath

from eakte.foundation.errors import EakteError
from ingest.batches.service.receiving import BatchDetails
from ingest.sources.errors import SidecarInvalid
from ingest.sources.parcels import Arrival, Parcel
from ingest.sources.sidecar import details_with, read_sidecar
from ingest.sources.stacking import Entry, Stack


def parcel_of(
    stack: Stack, details: BatchDetails, *, refusal_of: Callable[[str], EakteError | None], read: Callable[[str], bytes]
) -> Parcel:
    """A complete stack with what its sidecar says; `read` gives the beginning of a file.

    A sidecar that says nothing usable refuses the stack: filed without it, its counts would be lost.
    """
    refusal: EakteError | None = None
    if stack.sidecar is not None:
        try:
            name = stack.sidecar.name
            details = details_with(details, read_sidecar(read(name), PurePosixPath(name).name))
        except SidecarInvalid as error:
            refusal = error
    arrivals = [_arrival(entry, refusal_of(entry.name)) for entry in stack.entries]
    if stack.sidecar is not None:
        arrivals.append(_arrival(stack.sidecar, None, note=True))
    return Parcel(stack.origin, tuple(arrivals), details, refusal)


def reason_file(reason: str) -> bytes:
    """What stands beside a refused file."""
    return f"Nicht übernommen: {reason}\r\n".encode("utf-8-sig")


def _arrival(entry: Entry, refusal: EakteError | None, *, note: bool = False) -> Arrival:
    return Arrival(entry.name, PurePosixPath(entry.name).name, entry.stamp, refusal, note)
