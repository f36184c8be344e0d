"""What ingest does when others speak: uploads to documents are recognised, closing waits for what is under way."""

from collections.abc import Iterable

from eakte.access import Permission
from eakte.documents.messages import VersionAdded
from eakte.documents.models import DocumentVersion
from eakte.documents.queries import get_document
from eakte.foundation.errors import Finding
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import guards
from eakte.records.models import Record
from eakte.records.rules import Action
from ingest.queries import unsettled_into
from ingest.service.receiving import receive_version


@on(VersionAdded)
def recognize_upload(work: UnitOfWork, event: VersionAdded) -> None:
    """An original that did not come through an ingest gets its renditions all the same."""
    document = get_document(work, event.record_id, to=Permission.FILE_DOCUMENT)
    version = work.session.get_one(DocumentVersion, event.version_id)
    receive_version(work, document, version, patience=event.patience)


@guards(Action.CLOSE)
@guards(Action.CANCEL)
def _files_on_their_way(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    for item, seen in unsettled_into(work, record.id):
        name = f"Die Datei „{item.file_name}“" if seen else "Eine Datei, die Sie nicht sehen dürfen,"
        yield Finding("ingest-open", f"{name} ist im Eingang noch nicht abgelegt.", str(item.id) if seen else "")
