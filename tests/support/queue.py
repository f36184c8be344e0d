"""The queue worked off in the test's own transaction, as a worker would do it."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from eakte.foundation.messages import Job
from eakte.foundation.work import BeginWork, House
from ingest.batches.messages import AssembleDocuments, LookAtFile, SealProduct, SplitBatch
from ingest.batches.tasks import assemble_documents, look_at_file, seal_product, split_batch
from ingest.messages import CheckItem, FileItem, RecognizeItem
from ingest.tasks import check_item, file_item, recognize_item
from xrechnung.messages import JudgeInvoice, SeekSecondOpinion
from xrechnung.tasks import judge_invoice, seek_second_opinion

_STEPS: dict[type[Job], Callable[[Any, BeginWork], None]] = {
    CheckItem: check_item,
    RecognizeItem: recognize_item,
    FileItem: file_item,
    LookAtFile: look_at_file,
    SplitBatch: split_batch,
    AssembleDocuments: assemble_documents,
    SealProduct: seal_product,
    JudgeInvoice: judge_invoice,
    SeekSecondOpinion: seek_second_opinion,
}
_NEXT = text(
    "DELETE FROM procrastinate_jobs WHERE id = (SELECT id FROM procrastinate_jobs WHERE task_name = ANY(:names)"
    " ORDER BY priority DESC, id LIMIT 1) RETURNING task_name, args::text"
)


def work_off_ingests(house: House) -> None:
    """Run every step that is queued, and those that follow from it."""
    steps = {job.name: (job, handler) for job, handler in _STEPS.items()}
    while True:
        with house.sessions.begin() as session:
            row = session.execute(_NEXT, {"names": list(steps)}).first()
        if row is None:
            return
        job, handler = steps[row[0]]
        handler(job.model_validate(json.loads(row[1])), house.begin)
