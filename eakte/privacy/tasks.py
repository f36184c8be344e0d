"""The queue asks: find a person, put a report together."""

from pathlib import Path
from tempfile import TemporaryDirectory

from eakte.documents.models import object_key
from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from eakte.privacy.adapters.bundle import write_bundle
from eakte.privacy.messages import LookAfterPrivacy, MakeSubjectReport, SearchForPerson
from eakte.privacy.service.forgetting import look_after_privacy
from eakte.privacy.service.reporting import draft_report, note_made
from eakte.privacy.service.searching import search


@handles(SearchForPerson)
def search_for_person(job: SearchForPerson, begin: BeginWork) -> None:
    search(begin, job.request_id)


@handles(LookAfterPrivacy)
def erase_and_forget(job: LookAfterPrivacy, begin: BeginWork) -> None:
    with begin() as work:
        look_after_privacy(work)


@handles(MakeSubjectReport)
def make_subject_report(job: MakeSubjectReport, begin: BeginWork) -> None:
    """Put together, set and store; a repeat overwrites the same object."""
    # What sets pages takes half a second to load, and no worker starts to write reports.
    from eakte.privacy.adapters.report_pdf import report_as_pdf  # noqa: PLC0415

    with begin() as work:
        report = draft_report(work, job.report_id)
        storage = work.storage
    if report is None:
        return
    with TemporaryDirectory(prefix="eakte-") as folder:
        path = Path(folder) / "auskunft.zip"
        digest = write_bundle(storage, report, report_as_pdf(report), path)
        with path.open("rb") as stream:
            # Without the storage's hold: it is to be erased after some days.
            storage.put(object_key(report.object_id), stream, digest, media_type="application/zip", hold=False)
    with begin() as work:
        note_made(work, report, digest)
