"""Plans, units, records and people that a test needs and does not care about."""

import io
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eakte.access import Confidentiality, Role
from eakte.access.models import Identity, IdentityKind, OrganisationalUnit
from eakte.access.queries import actor_for
from eakte.access.service import create_identity, create_unit, grant_role, issue_token
from eakte.documents.files import store_original
from eakte.documents.models import Document
from eakte.documents.service import DocumentDetails, file_document
from eakte.foundation.ids import new_id
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork
from eakte.records.models import Case, Dossier, EntryKind, FilingPlan, FilingPlanEntry
from eakte.records.service.filing import Metadata, create_case, create_dossier
from eakte.records.service.plan_entries import EntryDetails, create_entry
from eakte.records.service.plans import create_plan
from ingest.batches.models import Batch, BatchDocument, BatchImage
from ingest.batches.rules import BatchState
from ingest.batches.service.receiving import BatchDetails, add_file, open_batch
from ingest.splitting.plans import PageKind

_numbers = itertools.count(1)
LETTER = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def unique(stem: str) -> str:
    """A name no other factory gives."""
    return f"{stem}{next(_numbers)}"


def a_plan(work: UnitOfWork, **fields: Any) -> FilingPlan:
    return create_plan(work, **{"key": unique("plan"), "name": "Aktenplan der Stadt Musterhausen", **fields})


def an_entry(
    work: UnitOfWork,
    *,
    plan: FilingPlan | None = None,
    parent: FilingPlanEntry | None = None,
    kind: EntryKind = EntryKind.SUBJECT_UNIT,
    code: str | None = None,
    **fields: Any,
) -> FilingPlanEntry:
    """An entry, a subject unit unless said otherwise, at the root unless a parent is given."""
    plan = plan or (parent.plan if parent is not None else a_plan(work))
    code = code or unique(f"{parent.code}." if parent is not None else "")
    details = EntryDetails(code=code, title=fields.pop("title", f"Betreff {code}"), kind=kind, **fields)
    return create_entry(work, plan.id, details, parent_id=parent.id if parent is not None else None)


def a_unit(work: UnitOfWork, *, parent: OrganisationalUnit | None = None, name: str = "Amt") -> OrganisationalUnit:
    return create_unit(work, key=unique("OE"), name=name, parent_id=parent.id if parent is not None else None)


def a_dossier(
    work: UnitOfWork,
    *,
    entry: FilingPlanEntry | None = None,
    unit: OrganisationalUnit | None = None,
    title: str = "Bauantrag Grillenstraße 14",
    **fields: Any,
) -> Dossier:
    entry, unit = entry or an_entry(work), unit or a_unit(work)
    return create_dossier(work, entry.id, Metadata(title, **fields), unit_id=unit.id)


def a_case(work: UnitOfWork, *, dossier: Dossier | None = None, title: str = "Antrag", **fields: Any) -> Case:
    dossier = dossier or a_dossier(work)
    return create_case(work, dossier.id, Metadata(title, **fields))


def a_document(
    work: UnitOfWork,
    *,
    case: Case | None = None,
    title: str = "Schreiben vom 1. April",
    content: bytes | None = None,
    details: DocumentDetails | None = None,
    **fields: Any,
) -> Document:
    """A document; with `content` it has an original in the object storage."""
    case = case or a_case(work)
    file = None
    if content is not None:
        file = store_original_bytes(work, content)
    return file_document(work, case.id, Metadata(title, **fields), details or DocumentDetails(), file)


def store_original_bytes(work: UnitOfWork, content: bytes, name: str = "brief.pdf") -> Any:
    return store_original(work.storage, io.BytesIO(content), name, max_bytes=1 << 30)


def a_client(work: UnitOfWork, *, kind: IdentityKind = IdentityKind.CLIENT, password: str | None = None) -> Identity:
    login = unique("fachverfahren-")
    return create_identity(work, kind=kind, login=login, display_name=f"Konto {login}", password=password)


def a_batch(work: UnitOfWork, *, unit: OrganisationalUnit) -> Batch:
    """A batch that was split: one document of one page, which nobody has put together yet."""
    batch = open_batch(work, BatchDetails(unit=unit.key))
    file = add_file(work, batch, io.BytesIO(LETTER), "stapel.pdf")
    batch.state = BatchState.SPLIT
    document = BatchDocument(
        id=new_id(), batch_id=batch.id, number=1, references=[], assembled=0, dissolved=False, file_id=file.id
    )
    work.session.add(document)
    work.session.flush()
    image = BatchImage(
        id=new_id(),
        batch_id=batch.id,
        n=1,
        file_id=file.id,
        frame=1,
        kind=PageKind.PAGE,
        reason="written",
        document_id=document.id,
        page=1,
    )
    work.session.add(image)
    work.session.flush()
    return batch


def a_token(house: House, identity_id: UUID) -> str:
    with house.begin(SYSTEM) as work:
        return issue_token(work, identity_id, label="Test")[1]


class AsActor:
    """Makes identities with grants and answers them as actors."""

    def __init__(self, house: House) -> None:
        self._house = house

    def __call__(
        self,
        *roles: Role,
        unit: OrganisationalUnit | None = None,
        entry: FilingPlanEntry | None = None,
        level: Confidentiality = Confidentiality.RESTRICTED,
        work: UnitOfWork | None = None,
    ) -> Actor:
        if work is not None:
            return self._make(work, roles, unit, entry, level)
        with self._house.begin(SYSTEM) as work:
            return self._make(work, roles, unit, entry, level)

    def with_every_role(self) -> Actor:
        return self(*Role, level=Confidentiality.TOP_SECRET)

    def _make(
        self,
        work: UnitOfWork,
        roles: Iterable[Role],
        unit: OrganisationalUnit | None,
        entry: FilingPlanEntry | None,
        level: Confidentiality,
    ) -> Actor:
        identity = a_client(work)
        for role in roles:
            grant_role(
                work,
                identity.id,
                role,
                unit_id=unit.id if unit is not None else None,
                entry_id=entry.id if entry is not None else None,
                max_confidentiality=level,
            )
        return actor_for(work.session, identity, datetime.now(UTC))
