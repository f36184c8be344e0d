"""Looking into an original in the object storage: small XML at once, everything else where foreign files are opened."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eakte.foundation.settings import XrechnungSettings
from eakte.foundation.storage import Digest, Storage
from xrechnung.examining import confined
from xrechnung.examining.here import examine_bytes, said_here, show_here
from xrechnung.examining.quick import AT_ONCE, is_judged_at_once
from xrechnung.examining.results import Examination, Products


@dataclass(frozen=True, slots=True)
class Original:
    """An invoice as it came: where it lies, what it hashes to, and the legal day it arrived."""

    key: str
    digest: Digest
    received_on: date


def examine_kept(storage: Storage, original: Original, settings: XrechnungSettings) -> Examination:
    """Judge an invoice and note what it says.

    Raises ObjectMissing, ObjectDamaged, an Invalid when the file ended its child process, Unavailable when something
    else did.
    """
    if original.digest.size < AT_ONCE:
        data = storage.read(original.key, original.digest)
        if is_judged_at_once(data):
            return examine_bytes(data, original.received_on)
    with _fetched(storage, original) as (source, _):
        return confined.examine(source, received_on=original.received_on, settings=settings)


def said_in(storage: Storage, original: Original, settings: XrechnungSettings) -> tuple[str, ...]:
    """Every text an invoice says, for rules that look for words. Raises as `examine_kept`."""
    with _fetched(storage, original) as (source, _):
        if _is_judged_at_once(source, original):
            return said_here(source)
        return confined.said(source, settings=settings)


@contextmanager
def shown(
    storage: Storage, original: Original, verdict: Mapping[str, Any], settings: XrechnungSettings
) -> Iterator[Products]:
    """What is made of an invoice with its kept verdict, as files as long as this lasts. Raises as `examine_kept`."""
    with _fetched(storage, original) as (source, workdir):
        if _is_judged_at_once(source, original):
            yield show_here(source, workdir, original.received_on, verdict)
        else:
            yield confined.show(source, workdir, received_on=original.received_on, kept=verdict, settings=settings)


def _is_judged_at_once(source: Path, original: Original) -> bool:
    return original.digest.size < AT_ONCE and is_judged_at_once(source.read_bytes())


@contextmanager
def _fetched(storage: Storage, original: Original) -> Iterator[tuple[Path, Path]]:
    """The original as a file under a name of ours, and an empty directory to work in."""
    with tempfile.TemporaryDirectory(prefix="eakte-") as directory:
        source, workdir = Path(directory) / "original", Path(directory) / "work"
        workdir.mkdir()
        with source.open("wb") as target:
            storage.download(original.key, original.digest, target)
        yield source, workdir
