"""The queue worked off in the test's own transaction, as a worker would do it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from sqlalchemy import text

from eakte.foundation.errors import Unavailable
from eakte.foundation.messages import Job
from eakte.foundation.work import BeginWork, House
from ingest.batches.messages import AssembleDocuments, LookAtFile, SealProduct, SplitBatch
from ingest.batches.tasks import assemble_documents, look_at_file, seal_product, split_batch
from ingest.messages import CheckItem, FileItem, RecognizeItem
from ingest.tasks import check_item, file_item, recognize_item
from retention.messages import CollectAnswers, SendMessage, SendSilenceNotice, WriteMessage
from retention.tasks.exchange import collect_answers, send_message, send_silence_notice, write_message
from xrechnung.approval.messages import (
    AssignInvoice,
    CloseInvoiceCase,
    CompileDigests,
    FileInvoice,
    LookAtDeadlines,
    RemindOfInvoice,
    WriteRejection,
)
from xrechnung.approval.tasks import (
    assign_invoice,
    close_invoice_case,
    compile_digests,
    file_invoice,
    look_at_deadlines,
    remind_of_invoice,
    write_rejection,
)
from xrechnung.messages import JudgeInvoice, SeekSecondOpinion, ShowInvoice
from xrechnung.tasks import judge_invoice, seek_second_opinion, show_invoice

Handler = Callable[[Any, BeginWork], None]
_STEPS: dict[type[Job], Handler] = {
    CheckItem: check_item,
    RecognizeItem: recognize_item,
    FileItem: file_item,
    LookAtFile: look_at_file,
    SplitBatch: split_batch,
    AssembleDocuments: assemble_documents,
    SealProduct: seal_product,
    JudgeInvoice: judge_invoice,
    ShowInvoice: show_invoice,
    SeekSecondOpinion: seek_second_opinion,
}
_APPROVAL_STEPS: dict[type[Job], Handler] = {
    AssignInvoice: assign_invoice,
    CloseInvoiceCase: close_invoice_case,
    CompileDigests: compile_digests,
    FileInvoice: file_invoice,
    LookAtDeadlines: look_at_deadlines,
    RemindOfInvoice: remind_of_invoice,
    WriteRejection: write_rejection,
}
_EXCHANGE_STEPS: dict[type[Job], Handler] = {
    WriteMessage: write_message,
    SendMessage: send_message,
    CollectAnswers: collect_answers,
    SendSilenceNotice: send_silence_notice,
}
_NEXT = text(
    "DELETE FROM procrastinate_jobs WHERE id = (SELECT id FROM procrastinate_jobs WHERE task_name = ANY(:names)"
    " ORDER BY priority DESC, id LIMIT 1) RETURNING task_name, args::text"
)


def work_off_ingests(house: House) -> None:
    """Run every step that is queued, and those that follow from it."""
    for step in _steps(house, _STEPS, house.begin):
        step()


def work_off(house: House, handlers: Mapping[type[Job], Handler], begin: BeginWork | None = None) -> None:
    """Run every queued job of some kinds, in works that `begin` opens."""
    for step in _steps(house, handlers, begin or house.begin):
        step()


def work_off_exchange(house: House, begin: BeginWork) -> None:
    """The same with messages to and from archives, at the time of `begin`; who cannot be reached is asked later."""
    for step in _steps(house, _EXCHANGE_STEPS, begin):
        with suppress(Unavailable):
            step()


def work_off_approvals(house: House, begin: BeginWork) -> None:
    """The same with everything that the approval of invoices asks for, at the time of `begin`.

    What has to wait for something else is tried again at the end; whether that came is seen by the outcome.
    """
    waiting: list[Callable[[], None]] = []
    for step in _steps(house, {**_STEPS, **_APPROVAL_STEPS}, begin):
        try:
            step()
        except Unavailable:
            waiting.append(step)
    for step in waiting:
        with suppress(Unavailable):
            step()


def _steps(house: House, handlers: Mapping[type[Job], Handler], begin: BeginWork) -> Iterator[Callable[[], None]]:
    """Each step that is queued, the most urgent first, taken off the queue."""
    steps = {job.name: (job, handler) for job, handler in handlers.items()}
    while True:
        with house.sessions.begin() as session:
            row = session.execute(_NEXT, {"names": list(steps)}).first()
        if row is None:
            return
        job, handler = steps[row[0]]
        yield partial(handler, job.model_validate(json.loads(row[1])), begin)
