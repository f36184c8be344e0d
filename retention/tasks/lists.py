"""The queue asks: destroy what is released, erase the objects, write the report. One after another: `lock`."""

from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from sqlalchemy.exc import IntegrityError

from eakte.foundation.jobs import handles
from eakte.foundation.storage import ObjectLocked
from eakte.foundation.work import BeginWork
from retention.messages import CarryOutList, EraseObjects, WriteReport
from retention.queries.destroying import next_item
from retention.service import destroying, erasing, reporting

log = structlog.get_logger()

_STILL_NEEDED = "etwas bezieht sich noch darauf; bitte die Systembetreuung verständigen"


@handles(CarryOutList)
def carry_out_list(job: CarryOutList, begin: BeginWork) -> None:
    """Let go, item by item, what can go; each in a transaction of its own."""
    position = -1
    while True:
        with begin() as work:
            found = next_item(work.session, job.list_id, after=position)
        if found is None:
            break
        item_id, position = found
        try:
            with begin() as work:
                destroying.destroy_item(work, job.list_id, item_id)
        except IntegrityError as error:
            # Somebody speaks of it whom nobody knows; the others go on, and people see this one.
            log.error("item_not_destroyed", item=str(item_id), error=type(error.orig).__name__)
            with begin() as work:
                destroying.note_failure(work, item_id, _STILL_NEEDED)
    erase_objects(EraseObjects(list_id=job.list_id), begin)


@handles(EraseObjects)
def erase_objects(job: EraseObjects, begin: BeginWork) -> None:
    """Ledger and objects of every item whose rows are gone."""
    position = -1
    while True:
        with begin() as work:
            burial = erasing.next_burial(work, job.list_id, after=position)
            storage = work.storage
        if burial is None:
            break
        position = burial.position
        try:
            erasing.bury(storage, burial)
        except ObjectLocked as error:
            with begin() as work:
                destroying.note_failure(work, burial.item_id, str(error))
            continue
        with begin() as work:
            erasing.finish_burial(work, burial)
    with begin() as work:
        erasing.conclude(work, job.list_id)


@handles(WriteReport)
def write_report(job: WriteReport, begin: BeginWork) -> None:
    """Draw up, set, store, and only then file the report and let the traces go."""
    # What sets pages takes half a second to load, and no worker starts to write reports.
    from retention.adapters.report_pdf import write_report_pdf  # noqa: PLC0415

    with TemporaryDirectory(prefix="eakte-") as folder:
        with begin() as work:
            report = reporting.draft_report(work, job.list_id, Path(folder))
            storage = work.storage
        if report is None:
            return
        files = reporting.store_report(storage, report, write_report_pdf(report, Path(folder)))
        with begin() as work:
            reporting.file_report(work, report, files)
