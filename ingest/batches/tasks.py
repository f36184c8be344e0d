"""The queue asks for batches: look at files, split stacks, put documents together."""

import tempfile
from pathlib import Path
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from eakte.documents.models import object_key
from eakte.documents.underway import Made, keep
from eakte.foundation.errors import EakteError, Unavailable
from eakte.foundation.jobs import handles
from eakte.foundation.room import NoRoomLeft, room_needed
from eakte.foundation.storage import Digest, Storage, StorageUnavailable
from eakte.foundation.work import Actor, BeginWork
from ingest.batches import queries
from ingest.batches.messages import AssembleDocuments, LookAtFile, SealProduct, SplitBatch
from ingest.batches.service import arranging, proving, receiving, splitting
from ingest.batches.service.splitting import Assembled, Assembly
from ingest.errors import MalwareScannerUnavailable, ProcessingFailed
from ingest.queries import actor_of
from ingest.recognition.results import MediaType, RecognitionLimits
from ingest.service.quarantine import refuse_malware
from ingest.splitting.confined import Part, assemble, look
from ingest.tasks import limits_of

log = structlog.get_logger()


@handles(LookAtFile)
def look_at_file(job: LookAtFile, begin: BeginWork) -> None:
    """See what the images of a file are: codes, blank pages, text layers."""
    with begin() as work:
        sight = receiving.claim_file(work, job.file_id)
        storage, settings, clamd = work.storage, work.settings.ingest, work.settings.clamd
        cores = work.settings.worker.cores
    if sight is None:
        return
    try:
        with room_needed(), tempfile.TemporaryDirectory(prefix="eakte-") as directory:
            source = Path(directory) / "raw"
            _fetch(storage, sight.object_id, sight.digest, source)
            refuse_malware(source, clamd)
            drawn = Path(directory) / "previews"
            drawn.mkdir()
            seen = look(source, limits=limits_of(settings), previews=drawn, cores=cores)
            previews = keep(begin, {int(path.stem): Made(path, path.name, "image/jpeg") for path in drawn.iterdir()})
        with begin() as work:
            file = receiving.note_look(work, sight, seen, previews)
            if file is not None and file.rescan_of is not None:
                arranging.take_rescan(work, file)
            elif file is not None and file.insert_into is not None:
                arranging.take_insertion(work, file)
    except (StorageUnavailable, MalwareScannerUnavailable, NoRoomLeft) as error:
        with begin() as work:
            receiving.give_sight_back(work, sight, error)
        raise
    except (Unavailable, DBAPIError):
        raise
    except EakteError as error:
        with begin() as work:
            receiving.give_file_up(work, job.file_id, error)
    except Exception:
        log.exception("batch_look_failed", file=str(job.file_id))
        with begin() as work:
            receiving.give_file_up(work, job.file_id, ProcessingFailed(item=job.file_id))


@handles(SplitBatch)
def split_batch(job: SplitBatch, begin: BeginWork) -> None:
    """Take a stack apart into documents."""
    with begin(_operator(begin, job.batch_id)) as work:
        splitting.split_batch(work, job.batch_id)


@handles(AssembleDocuments)
def assemble_documents(job: AssembleDocuments, begin: BeginWork) -> None:
    """Put the pages of each document together, their pixels untouched, and send it on its way.

    One job for all of a batch, since neighbouring documents lie in the same raw scan.
    """
    operator = _operator(begin, job.batch_id)
    with begin() as work:
        waiting, limits = queries.unassembled(work.session, job.batch_id), limits_of(work.settings.ingest)
        shelf = _Shelf(work.storage)
    with shelf:
        for document_id in waiting:
            with begin() as work:
                assembly = splitting.assembly_of(work, document_id)
            if assembly is not None:
                outcome = None if assembly.whole else _assembled(begin, shelf, assembly, limits)
                shelf.tidy()
                with begin(operator) as work:
                    splitting.send_document(work, assembly, outcome)


@handles(SealProduct)
def seal_product(job: SealProduct, begin: BeginWork) -> None:
    """Write transfer note and manifest of a filed document, and seal them."""
    with begin() as work:
        product = proving.product_to_seal(work, job.document_id)
        storage, sealer, now = work.storage, proving.sealer_of(work.settings), work.now
    if product is None:
        return
    sealed = proving.seal_product(storage, sealer, product, at=now)
    with begin() as work:
        proving.note_seal(work, product, sealed)


def _assembled(
    begin: BeginWork, shelf: "_Shelf", assembly: Assembly, limits: RecognitionLimits
) -> Assembled | EakteError:
    parts = [Part(shelf.path(source), source.frames) for source in assembly.sources]
    with tempfile.TemporaryDirectory(prefix="eakte-") as directory:
        target = Path(directory) / "document.pdf"
        try:
            pages = assemble(parts, target, limits=limits)
        except Unavailable:
            raise
        except EakteError as error:
            return error
        return Assembled(keep(begin, {assembly.document_id: Made(target, target.name, MediaType.PDF.value)}), pages)


class _Shelf:
    """Raw scans as files, each fetched once; the one used longest ago makes room."""

    _MOST = 4

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._directory = tempfile.TemporaryDirectory(prefix="eakte-")
        self._paths: dict[UUID, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._directory.cleanup()

    def path(self, source: splitting.Source) -> Path:
        path = self._paths.pop(source.object_id, None)
        if path is None:
            path = Path(self._directory.name) / str(source.object_id)
            _fetch(self.storage, source.object_id, source.digest, path)
        self._paths[source.object_id] = path
        return path

    def tidy(self) -> None:
        """Remove what will hardly be needed again."""
        while len(self._paths) > self._MOST:
            self._paths.pop(next(iter(self._paths))).unlink()


def _operator(begin: BeginWork, batch_id: UUID) -> Actor:
    with begin() as work:
        return actor_of(work, queries.get_batch(work, batch_id).created_by)


def _fetch(storage: Storage, object_id: UUID, digest: Digest, target: Path) -> None:
    with target.open("wb") as stream:
        storage.download(object_key(object_id), digest, stream)
