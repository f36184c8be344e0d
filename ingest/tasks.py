"""The queue asks: one job per step of an item. Computing happens between two short works."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from eakte.access.queries import BERLIN
from eakte.documents.models import object_key
from eakte.documents.presenting import Presenting, presenting_on
from eakte.documents.service import PAGE_BREAK
from eakte.foundation.errors import EakteError, Unavailable
from eakte.foundation.jobs import handles
from eakte.foundation.room import NoRoomLeft, room_needed
from eakte.foundation.settings import IngestSettings
from eakte.foundation.storage import Storage, StorageUnavailable
from eakte.foundation.work import BeginWork
from ingest.errors import MalwareFound, MalwareScannerUnavailable, ProcessingFailed
from ingest.messages import CheckItem, FileItem, RecognizeItem
from ingest.queries import actor_of
from ingest.recognition.confined import inspect, recognize
from ingest.recognition.results import RecognitionLimits
from ingest.rules import ItemState
from ingest.service import filing, steps
from ingest.service.conversion import office_program
from ingest.service.judging import judged_again, signatures_in
from ingest.service.quarantine import note_scan, quarantine_item, refuse_malware
from ingest.service.steps import Claim

log = structlog.get_logger()


@handles(CheckItem)
def check_item(job: CheckItem, begin: BeginWork) -> None:
    """Find out by content what the file is; what is none of ours waits in the work list."""
    with begin() as work:
        claimed = steps.claim(work, job.item_id, expected=frozenset({ItemState.RECEIVED}))
        storage, settings, clamd = work.storage, work.settings.ingest, work.settings.clamd
    if claimed is None:
        return
    with _failures_noted(begin, job.item_id, claimed), _fetched(storage, claimed) as (original, _):
        begun = time.monotonic()
        if not claimed.released:
            refuse_malware(original, clamd)
            with begin() as work:
                note_scan(work, claimed)
        inspection = inspect(original, limits=limits_of(settings), presenting=_presenting(claimed))
        with begin() as work:
            steps.note_inspection(work, claimed, inspection, time.monotonic() - begun)


@handles(RecognizeItem)
def recognize_item(job: RecognizeItem, begin: BeginWork) -> None:
    """Make archival rendition, texts and previews: minutes, and no transaction is open."""
    with begin() as work:
        claimed = steps.claim(work, job.item_id, expected=frozenset({ItemState.CHECKED, ItemState.SPLIT}))
        storage, settings = work.storage, work.settings.ingest
        cores = work.settings.worker.cores
        trusted = work.settings.seal.trust
    if claimed is None:
        return
    limits = limits_of(settings, pages=claimed.page_count)
    with _failures_noted(begin, job.item_id, claimed), _fetched(storage, claimed) as (original, workdir):
        begun = time.monotonic()
        recognition = recognize(
            original,
            workdir,
            limits=limits,
            language=settings.language,
            cores=cores,
            turns=claimed.turns,
            office=office_program(settings),
            presenting=_presenting(claimed),
        )
        recognition = judged_again(recognition, settings.verapdf, limits)
        signatures = signatures_in(original, recognition, claimed.arrived_at, trusted, limits)
        kept = steps.keep_products(begin, claimed, recognition)
        with begin() as work:
            steps.note_recognition(work, claimed, recognition, kept, signatures, time.monotonic() - begun)


@handles(FileItem)
def file_item(job: FileItem, begin: BeginWork) -> None:
    """Verify, review and file, with the rights of the person who brought the file."""
    with begin() as work:
        found = steps.text_file_of(work, job.item_id)
        storage = work.storage
        actor = actor_of(work, found[1]) if found is not None else None
    if found is None or actor is None:
        return
    text, _ = found
    with _failures_noted(begin, job.item_id, None):
        texts = storage.read(object_key(text.object_id), text.digest).decode().split(PAGE_BREAK)
        with begin(actor) as work:
            filing.file_item(work, job.item_id, texts)


def limits_of(settings: IngestSettings, *, pages: int = 0) -> RecognitionLimits:
    """What one file may cost, as configured; each page of it may take some time more."""
    timeout_s = settings.timeout_s + pages * settings.page_timeout_s
    return RecognitionLimits(timeout_s, settings.memory_mb, settings.max_pages, settings.max_megapixels)


def _presenting(claimed: Claim) -> Presenting:
    return presenting_on(claimed.arrived_at.astimezone(BERLIN).date())


@contextmanager
def _fetched(storage: Storage, claimed: Claim) -> Iterator[tuple[Path, Path]]:
    """The original as a file, under a name of ours, and an empty directory to work in."""
    with tempfile.TemporaryDirectory(prefix="eakte-") as directory:
        original, workdir = Path(directory) / "original", Path(directory) / "work"
        workdir.mkdir()
        with original.open("wb") as target:
            storage.download(object_key(claimed.object_id), claimed.digest, target)
        yield original, workdir


@contextmanager
def _failures_noted(begin: BeginWork, item_id: UUID, claimed: Claim | None) -> Iterator[None]:
    """Put the item into the work list when a step fails; a neighbour's trouble is left to the queue to retry."""
    begun = time.monotonic()

    def note(error: EakteError) -> None:
        with begin() as work:
            steps.fail_item(work, item_id, error, claimed=claimed, seconds=time.monotonic() - begun)

    try:
        with room_needed():
            yield
    except (StorageUnavailable, MalwareScannerUnavailable, NoRoomLeft) as error:
        # The file is not to blame, however long that lasts.
        if claimed is not None:
            with begin() as work:
                steps.give_back(work, claimed, error)
        raise
    except (Unavailable, DBAPIError):
        raise
    except MalwareFound as error:
        if claimed is not None:
            with begin() as work:
                quarantine_item(work, claimed, error)
    except EakteError as error:
        note(error)
    except Exception:
        log.exception("ingest_step_failed", item=str(item_id))
        note(ProcessingFailed(item=item_id))
