"""The queue asks: check an invoice. Computing happens between two short works."""

import tempfile
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from eakte.documents.models import object_key
from eakte.foundation.errors import EakteError, Unavailable
from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from xrechnung.examining.confined import examine
from xrechnung.messages import JudgeInvoice
from xrechnung.service import checking

log = structlog.get_logger()

# People wait for what an invoice says, and for nothing else that this queue does.
CHECKING = 15
_UNEXPECTED = "Bei der Prüfung ist ein unerwarteter Fehler aufgetreten. Bitte die Systembetreuung fragen."


@handles(JudgeInvoice, queue="ingest", priority=CHECKING, attempts=1000)
def judge_invoice(job: JudgeInvoice, begin: BeginWork) -> None:
    """Read, judge and show an invoice; what cannot be is left to a person."""
    with begin() as work:
        claim = checking.claim_check(work, job.invoice_id)
        storage, settings = work.storage, work.settings.xrechnung
    if claim is None:
        return
    try:
        with tempfile.TemporaryDirectory(prefix="eakte-") as directory:
            source, workdir = Path(directory) / "original", Path(directory) / "work"
            workdir.mkdir()
            with source.open("wb") as target:
                storage.download(object_key(claim.original_id), claim.digest, target)
            examination = examine(source, workdir, received_on=claim.received_on, settings=settings)
            products = checking.store_products(storage, claim, examination)
            with begin() as work:
                checking.note_examination(work, claim, examination, products)
    except Unavailable:
        with begin() as work:
            checking.give_back(work, claim)
        raise
    except DBAPIError:
        raise
    except EakteError as error:
        with begin() as work:
            checking.give_up(work, job.invoice_id, str(error))
    except Exception:
        log.exception("invoice_check_failed", invoice=str(job.invoice_id))
        with begin() as work:
            checking.give_up(work, job.invoice_id, _UNEXPECTED)
