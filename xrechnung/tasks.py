"""The queue asks: check an invoice, show it, seek a second opinion. Computing happens between two short works."""

from functools import cache
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from eakte.documents.models import object_key
from eakte.foundation.errors import EakteError, Unavailable
from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from xrechnung.adapters.kosit import BundleUnusable, disagreement
from xrechnung.adapters.opinion_process import OpinionMissing, OpinionProcess
from xrechnung.examining.kept import examine_kept, shown
from xrechnung.messages import JudgeInvoice, SeekSecondOpinion, ShowInvoice
from xrechnung.service import checking, products, second_opinions

log = structlog.get_logger()

_UNEXPECTED = "Bei der Prüfung ist ein unerwarteter Fehler aufgetreten. Bitte die Systembetreuung fragen."


@handles(JudgeInvoice)
def judge_invoice(job: JudgeInvoice, begin: BeginWork) -> None:
    """Read and judge an invoice; what cannot be is left to a person."""
    with begin() as work:
        claim = checking.claim_check(work, job.invoice_id)
        storage, settings = work.storage, work.settings.xrechnung
    if claim is None:
        return
    try:
        examination = examine_kept(storage, claim.original, settings)
        with begin() as work:
            checking.note_examination(work, claim, examination)
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


@handles(ShowInvoice)
def show_invoice(job: ShowInvoice, begin: BeginWork) -> None:
    """Make and keep what people, programs and the archive get of an invoice; where that fails, its verdict stands."""
    with begin() as work:
        showing = products.claim_showing(work, job.invoice_id)
        storage, settings = work.storage, work.settings.xrechnung
    if showing is None:
        return
    try:
        with shown(storage, showing.original, showing.verdict, settings) as made:
            kept = products.keep_products(begin, showing, made)
    except (Unavailable, DBAPIError):
        raise
    except EakteError as error:
        kept = products.keep_verdict(begin, showing, error)
    except Exception:
        log.exception("invoice_showing_failed", invoice=str(job.invoice_id))
        kept = products.keep_verdict(begin, showing, None)
    with begin() as work:
        products.note_products(work, showing, kept)


@handles(SeekSecondOpinion)
def seek_second_opinion(job: SeekSecondOpinion, begin: BeginWork) -> None:
    """Let the official configuration judge an invoice too, where it is installed."""
    with begin() as work:
        question = second_opinions.question_about(work, job.invoice_id)
        storage, settings = work.storage, work.settings.xrechnung
    if question is None or settings.kosit_bundle is None:
        return
    data = storage.read(object_key(question.original_id), question.digest)
    try:
        opinion = opinion_process(settings.kosit_bundle, settings.timeout_s).judge(data)
    except BundleUnusable as error:
        # The operator has to mend that; our verdict stands.
        log.error("second_opinion_unusable", problem=str(error))
        return
    except OpinionMissing:
        with begin() as work:
            second_opinions.note_no_opinion(work, question)
        return
    with begin() as work:
        second_opinions.note_opinion(work, question, opinion.release, disagreement(question.verdict, opinion))


@cache
def opinion_process(bundle: Path, timeout_s: float) -> OpinionProcess:
    """The one process of a configuration in this worker."""
    return OpinionProcess(bundle, timeout_s=timeout_s)
