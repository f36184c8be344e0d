"""Every route × every role × visible or not. A route that nobody classified here fails."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Connection

from eakte.access import Permission, Role
from eakte.access.models import IdentityKind, OrganisationalUnit
from eakte.access.rules import PERMISSIONS
from eakte.access.service import appoint_deputy, grant_role, issue_token
from eakte.documents.queries import version_of
from eakte.foundation.work import Actor, House
from eakte.records.models import PartyRole
from eakte.records.rules import Action
from eakte.records.service.details import PartyDetails, add_party, link_records
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from ingest.batches.queries import documents_of
from ingest.errors import OriginalMissing
from ingest.service.receiving import open_ingest, receive
from ingest.sources.uploads.service import Announced, begin_upload
from retention.queries.lists import all_items
from retention.rules.holding import Scope as HoldScope
from retention.rules.inheritance import Inheritance
from retention.service.assigning import Place as RulePlace
from retention.service.assigning import assign_rule
from retention.service.dating import enter_date
from retention.service.holding import set_hold
from tests.support.approval import a_given_order
from tests.support.disposal import a_disposal_list, a_received_message, a_tombstone
from tests.support.factories import (
    LETTER,
    AsActor,
    a_batch,
    a_case,
    a_client,
    a_document,
    a_dossier,
    a_plan,
    a_unit,
    an_entry,
)
from tests.support.privacy import a_made_report, a_request
from tests.support.retention import a_rule
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.service.assignment import WantedRule, make_rule
from xrechnung.approval.service.beginning import begin_approval
from xrechnung.approval.service.signing import grant_signing_right
from xrechnung.service.receiving import note_invoice


class Scope(Enum):
    """Who may ask at all."""

    ANYBODY = auto()  # also without a token
    SIGNED_IN = auto()  # whoever has a token; nothing in it depends on rights
    LISTED = auto()  # whoever has a token; shows what they have the permission for and nothing else
    HOUSE = auto()  # the permission, for the whole house and not for a corner of it
    SOMEWHERE = auto()  # the permission, anywhere
    PLACE = auto()  # the permission where something is to be created
    RECORD = auto()  # sees the record, and has the permission there
    BATCH = auto()  # the permission at all, and sees the batch
    OWN = auto()  # one's own, or the permission; others get 404


@dataclass(frozen=True)
class Rule:
    scope: Scope
    permission: Permission | None = None
    path: dict[str, str] = field(default_factory=dict)  # parameter: name in the world
    query: Callable[["World"], dict[str, str]] = lambda world: {}
    body: Callable[["World"], Any] | None = None
    upload: str = ""
    form: Callable[["World"], dict[str, str]] = lambda world: {}
    content: tuple[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    late: bool = False  # the permission is asked for after the batch is looked at
    also: Permission | None = None  # needed at the other end too
    first: Permission | None = None  # asked for before the record is looked at
    shows: str = ""  # what of the world a list holds for whoever may see it
    whole_house: bool = False


World = dict[str, Any]
P, S = Permission, Scope


def on(record: str, permission: Permission, body: Callable[[World], Any] | None = None, **more: Any) -> Rule:
    """A rule about one record; the parameter is called as its kind."""
    kind = more.pop("parameter", record.split("_")[-1] + "_id")
    return Rule(S.RECORD, permission, {kind: record}, body=body, **more)


def record(permission: Permission, body: Callable[[World], Any] | None = None, **more: Any) -> Rule:
    path = {"record_id": "case", **more.pop("path", {})}
    return Rule(S.RECORD, permission, path, body=body, **more)


def batch(permission: Permission | None, body: Callable[[World], Any] | None = None, **more: Any) -> Rule:
    path = {"batch_id": "batch", "document_id": "batch_document", "n": "1", "file_id": str(UUID(int=0))}
    return Rule(S.BATCH, permission, path, body=body, **more)


def privacy(body: Callable[[World], Any] | None = None) -> Rule:
    return Rule(S.HOUSE, P.MANAGE_PRIVACY, {"request_id": "subject_request"}, body=body)


SEES_BATCHES = {P.MANAGE_INGEST, P.CHECK_SCANS, P.RELEASE_SCANS}

RULES: dict[str, Rule] = {
    "POST /api/v1/sessions": Rule(S.ANYBODY, body=lambda w: {"login": "x", "password": "y"}),
    "GET /api/v1/me": Rule(S.SIGNED_IN),
    "PUT /api/v1/me/password": Rule(
        S.SIGNED_IN, body=lambda w: {"password": "neu neu neu neu", "currentPassword": "x"}
    ),
    "GET /api/v1/organisational-units": Rule(S.SIGNED_IN),
    "POST /api/v1/organisational-units": Rule(S.HOUSE, P.MANAGE_ACCESS, body=lambda w: {"key": "neu", "name": "Neu"}),
    "GET /api/v1/identities": Rule(S.HOUSE, P.MANAGE_ACCESS),
    "POST /api/v1/identities": Rule(
        S.HOUSE, P.MANAGE_ACCESS, body=lambda w: {"kind": "client", "login": "neu", "displayName": "Neu"}
    ),
    "GET /api/v1/identities/{identity_id}": Rule(S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}),
    "PATCH /api/v1/identities/{identity_id}": Rule(
        S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}, body=lambda w: {"displayName": "Anders"}
    ),
    "PUT /api/v1/identities/{identity_id}/password": Rule(
        S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}, body=lambda w: {"password": "zu kurz"}
    ),
    "GET /api/v1/identities/{identity_id}/grants": Rule(S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}),
    "POST /api/v1/identities/{identity_id}/grants": Rule(
        S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}, body=lambda w: {"role": "clerk"}
    ),
    "DELETE /api/v1/grants/{grant_id}": Rule(S.HOUSE, P.MANAGE_ACCESS, {"grant_id": "grant"}),
    "GET /api/v1/identities/{identity_id}/deputies": Rule(S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}),
    "POST /api/v1/identities/{identity_id}/deputies": Rule(
        S.HOUSE,
        P.MANAGE_ACCESS,
        {"identity_id": "identity"},
        body=lambda w: {"deputyId": w["other_identity"], "validFrom": "2026-07-01", "validUntil": "2026-07-14"},
    ),
    "DELETE /api/v1/deputyships/{deputyship_id}": Rule(S.HOUSE, P.MANAGE_ACCESS, {"deputyship_id": "deputyship"}),
    "GET /api/v1/identities/{identity_id}/tokens": Rule(S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}),
    "POST /api/v1/identities/{identity_id}/tokens": Rule(
        S.HOUSE, P.MANAGE_ACCESS, {"identity_id": "identity"}, body=lambda w: {"label": "neu"}
    ),
    "DELETE /api/v1/tokens/{token_id}": Rule(S.OWN, P.MANAGE_ACCESS, {"token_id": "token"}, whole_house=True),
    "GET /api/v1/filing-plans": Rule(S.SIGNED_IN),
    "POST /api/v1/filing-plans": Rule(S.HOUSE, P.MANAGE_PLAN, body=lambda w: {"key": "neu", "name": "Neu"}),
    "GET /api/v1/filing-plans/{plan_id}": Rule(S.SIGNED_IN, path={"plan_id": "plan"}),
    "PATCH /api/v1/filing-plans/{plan_id}": Rule(
        S.HOUSE, P.MANAGE_PLAN, {"plan_id": "plan"}, body=lambda w: {"name": "Anders"}
    ),
    "POST /api/v1/filing-plans/{plan_id}:import": Rule(
        S.HOUSE, P.MANAGE_PLAN, {"plan_id": "plan"}, content=("text/csv", "code,title\nneu,Neu\n")
    ),
    "GET /api/v1/filing-plans/{plan_id}/export": Rule(S.SIGNED_IN, path={"plan_id": "plan"}),
    "GET /api/v1/filing-plan-entries": Rule(S.SIGNED_IN),
    "POST /api/v1/filing-plan-entries": Rule(
        S.HOUSE, P.MANAGE_PLAN, body=lambda w: {"planId": w["plan"], "code": "neu", "title": "Neu"}
    ),
    "GET /api/v1/filing-plan-entries/{entry_id}": Rule(S.SIGNED_IN, path={"entry_id": "entry"}),
    "PATCH /api/v1/filing-plan-entries/{entry_id}": Rule(
        S.HOUSE, P.MANAGE_PLAN, {"entry_id": "entry"}, body=lambda w: {"title": "Anders"}
    ),
    "POST /api/v1/filing-plan-entries/{entry_id}:close-down": Rule(S.HOUSE, P.MANAGE_PLAN, {"entry_id": "entry"}),
    "GET /api/v1/dossiers": Rule(S.LISTED, P.READ, shows="dossier"),
    "POST /api/v1/dossiers": Rule(
        S.PLACE, P.CREATE_DOSSIER, body=lambda w: {"title": "Neu", "entryId": w["entry"], "unitId": w["unit"]}
    ),
    "GET /api/v1/dossiers/{dossier_id}": on("dossier", P.READ),
    "PATCH /api/v1/dossiers/{dossier_id}": on("dossier", P.EDIT, lambda w: {"title": "Anders"}),
    "POST /api/v1/dossiers/{dossier_id}:close": on("dossier", P.CLOSE),
    "POST /api/v1/dossiers/{dossier_id}:reopen": on("closed_dossier", P.REOPEN),
    "POST /api/v1/dossiers/{dossier_id}:cancel": on("dossier", P.CANCEL),
    "POST /api/v1/dossiers/{dossier_id}:restore": on("cancelled_dossier", P.CANCEL),
    "POST /api/v1/dossiers/{dossier_id}:refile": on("dossier", P.REFILE, lambda w: {"entryId": w["other_entry"]}),
    "PUT /api/v1/dossiers/{dossier_id}/protection": on("dossier", P.PROTECT, lambda w: {"protected": True}),
    "GET /api/v1/dossiers/{dossier_id}/cases": on("dossier", P.READ),
    "POST /api/v1/dossiers/{dossier_id}/cases": on("dossier", P.CREATE_CASE, lambda w: {"title": "Neu"}),
    "GET /api/v1/cases": Rule(S.LISTED, P.READ, shows="case"),
    "GET /api/v1/cases/{case_id}": on("case", P.READ),
    "PATCH /api/v1/cases/{case_id}": on("case", P.EDIT, lambda w: {"title": "Anders"}),
    "POST /api/v1/cases/{case_id}:close": on("case", P.CLOSE),
    "POST /api/v1/cases/{case_id}:reopen": on("closed_case", P.REOPEN),
    "POST /api/v1/cases/{case_id}:cancel": on("case", P.CANCEL),
    "POST /api/v1/cases/{case_id}:restore": on("cancelled_case", P.CANCEL),
    "POST /api/v1/cases/{case_id}:refile": on(
        "case", P.REFILE, lambda w: {"dossierId": w["other_dossier"]}, also=P.CREATE_CASE
    ),
    "GET /api/v1/records": Rule(S.RECORD, P.READ, query=lambda w: {"reference": w["reference"]}),
    "GET /api/v1/records/{record_id}": record(P.READ),
    "GET /api/v1/records/{record_id}/audit": record(P.SEE_AUDIT),
    "GET /api/v1/restrictions": Rule(S.HOUSE, P.RESTRICT_PROCESSING),
    "GET /api/v1/records/{record_id}/restriction": record(P.RESTRICT_PROCESSING),
    "POST /api/v1/records/{record_id}:restrict": record(
        P.RESTRICT_PROCESSING, lambda w: {"ground": "accuracy", "reason": "Anschrift bestritten"}
    ),
    "POST /api/v1/records/{record_id}:lift-restriction": record(
        P.RESTRICT_PROCESSING, lambda w: {"reason": "berichtigt"}
    ),
    "GET /api/v1/records/{record_id}/parties": record(P.READ),
    "POST /api/v1/records/{record_id}/parties": record(P.EDIT, lambda w: {"role": "sender", "name": "Neu"}),
    "DELETE /api/v1/records/{record_id}/parties/{party_id}": record(P.EDIT, path={"party_id": "party"}),
    "GET /api/v1/records/{record_id}/business-data": record(P.READ),
    "PATCH /api/v1/records/{record_id}/business-data": record(P.EDIT, lambda w: {"name": "Wert"}),
    "GET /api/v1/records/{record_id}/links": record(P.READ),
    "POST /api/v1/records/{record_id}/links": record(P.EDIT, lambda w: {"targetId": w["dossier"]}),
    "DELETE /api/v1/records/{record_id}/links/{link_id}": record(P.EDIT, path={"link_id": "link"}),
    "GET /api/v1/documents": Rule(S.LISTED, P.READ, shows="document"),
    "GET /api/v1/cases/{case_id}/documents": on("case", P.READ),
    "POST /api/v1/cases/{case_id}/documents": on("case", P.FILE_DOCUMENT, lambda w: {"title": "Neu"}),
    "GET /api/v1/documents/{document_id}": on("document", P.READ),
    "PATCH /api/v1/documents/{document_id}": on("document", P.EDIT, lambda w: {"title": "Anders"}),
    "POST /api/v1/documents/{document_id}:cancel": on("document", P.CANCEL),
    "POST /api/v1/documents/{document_id}:restore": on("document", P.CANCEL),
    "POST /api/v1/documents/{document_id}:refile": on(
        "document", P.REFILE, lambda w: {"caseId": w["other_case"]}, also=P.FILE_DOCUMENT
    ),
    "GET /api/v1/documents/{document_id}/versions": on("document", P.READ),
    "POST /api/v1/documents/{document_id}/versions": on("document", P.FILE_DOCUMENT, upload="file"),
    "GET /api/v1/documents/{document_id}/renditions/{kind}": on("document", P.READ_CONTENT),
    "GET /api/v1/search": Rule(S.SIGNED_IN),
    "GET /api/v1/search/suggestions": Rule(S.SIGNED_IN, query=lambda w: {"prefix": "Bau"}),
    "POST /api/v1/search/index:rebuild": Rule(S.HOUSE, P.MANAGE_SYSTEM),
    "GET /api/v1/ingests": Rule(S.LISTED, P.MANAGE_INGEST, shows="ingest"),
    "POST /api/v1/ingests": Rule(S.RECORD, P.FILE_DOCUMENT, form=lambda w: {"into": w["reference"]}, first=P.INGEST),
    "GET /api/v1/ingests/{ingest_id}": Rule(S.OWN, P.MANAGE_INGEST, {"ingest_id": "ingest"}, whole_house=True),
    "GET /api/v1/ingests/{ingest_id}/items": Rule(S.OWN, P.MANAGE_INGEST, {"ingest_id": "ingest"}, whole_house=True),
    "POST /api/v1/ingests/{ingest_id}/items": Rule(
        S.OWN, P.MANAGE_INGEST, {"ingest_id": "ingest"}, whole_house=True, upload="file"
    ),
    "GET /api/v1/ingest-items": Rule(S.LISTED, P.MANAGE_INGEST, shows="item"),
    "GET /api/v1/ingest-items/{item_id}": Rule(S.OWN, P.MANAGE_INGEST, {"item_id": "item"}, whole_house=True),
    "POST /api/v1/ingest-items/{item_id}:discard": Rule(
        S.OWN, P.MANAGE_INGEST, {"item_id": "item"}, whole_house=True, body=lambda w: {"reason": "leer"}
    ),
    "POST /api/v1/ingest-items/{item_id}:retry": Rule(
        S.OWN, P.MANAGE_INGEST, {"item_id": "item"}, whole_house=True, body=lambda w: {}
    ),
    "POST /api/v1/ingest-items/{item_id}:convert": Rule(S.OWN, P.MANAGE_INGEST, {"item_id": "item"}, whole_house=True),
    "POST /api/v1/ingest-items/{item_id}:release-from-quarantine": Rule(
        S.HOUSE, P.RELEASE_QUARANTINE, {"item_id": "item"}, body=lambda w: {"reason": "Fehlalarm"}
    ),
    "GET /api/v1/ingest-items/{item_id}/original": Rule(
        S.OWN, P.MANAGE_INGEST, {"item_id": "item"}, also=P.READ_CONTENT, whole_house=True
    ),
    "GET /api/v1/scan-profiles": Rule(S.SIGNED_IN),
    "PUT /api/v1/scan-profiles/{key}": Rule(
        S.HOUSE,
        P.MANAGE_INGEST,
        {"key": "bau"},
        body=lambda w: {
            "key": "bau",
            "name": "Bauakten",
            "purpose": "copy",
            "procedure": "VB 4",
            "procedureVersion": "2",
        },
    ),
    "POST /api/v1/batches": Rule(S.SOMEWHERE, P.INGEST, body=lambda w: {}),
    "GET /api/v1/batches": Rule(S.LISTED, P.RELEASE_SCANS, also=P.MANAGE_INGEST, shows="batch"),
    "GET /api/v1/batches/{batch_id}": batch(None),
    "POST /api/v1/batches/{batch_id}/files": batch(P.INGEST, upload="file"),
    "GET /api/v1/batches/{batch_id}/files": batch(None),
    "GET /api/v1/batches/{batch_id}/files/{file_id}/content": batch(P.CHECK_SCANS, late=True),
    "GET /api/v1/batches/{batch_id}/images": batch(None),
    "GET /api/v1/batches/{batch_id}/images/{n}/preview": batch(P.READ_CONTENT, late=True),
    "GET /api/v1/batches/{batch_id}/documents": batch(None),
    "GET /api/v1/batches/{batch_id}/proof": batch(None),
    "POST /api/v1/batches/{batch_id}:complete": batch(P.INGEST),
    "POST /api/v1/batches/{batch_id}:explain": batch(P.CHECK_SCANS, lambda w: {"reason": "doppelt"}),
    "POST /api/v1/batches/{batch_id}:accept": batch(P.CHECK_SCANS),
    "POST /api/v1/batches/{batch_id}:reject": batch(P.INGEST, lambda w: {"reason": "schief"}),
    "POST /api/v1/batches/{batch_id}:release": batch(P.RELEASE_SCANS),
    "POST /api/v1/batches/{batch_id}:destroy-paper": batch(P.DESTROY_PAPER, lambda w: {"how": "P-4"}),
    "POST /api/v1/batches/{batch_id}/documents/{document_id}:check": batch(
        P.CHECK_SCANS, lambda w: {"verdict": "good"}
    ),
    "POST /api/v1/batches/{batch_id}/documents/{document_id}:keep-paper": batch(
        P.CHECK_SCANS, lambda w: {"reason": "Siegel"}
    ),
    "POST /api/v1/batches/{batch_id}/documents/{document_id}:release-paper": batch(P.CHECK_SCANS),
    "POST /api/v1/batches/{batch_id}/documents/{document_id}:split": batch(P.INGEST, lambda w: {"page": 2}),
    "POST /api/v1/batches/{batch_id}/documents/{document_id}:merge": batch(
        P.INGEST, lambda w: {"following": w["batch_document"]}
    ),
    "POST /api/v1/batches/{batch_id}/documents/{document_id}:insert-pages": batch(
        P.INGEST, upload="file", form=lambda w: {"page": "1"}
    ),
    "POST /api/v1/batches/{batch_id}/images/{n}:turn": batch(P.INGEST, lambda w: {"clockwise": 90}),
    "POST /api/v1/batches/{batch_id}/images/{n}:reject": batch(P.INGEST, lambda w: {"reason": "leer"}),
    "POST /api/v1/batches/{batch_id}/images/{n}:place": batch(
        P.INGEST, lambda w: {"document": w["batch_document"], "page": 1}
    ),
    "POST /api/v1/batches/{batch_id}/images/{n}:rescan": batch(P.INGEST, upload="file"),
    "OPTIONS /api/v1/uploads": Rule(S.SIGNED_IN),
    "POST /api/v1/uploads": Rule(S.SOMEWHERE, P.INGEST, headers={"Upload-Length": "3"}),
    "GET /api/v1/uploads/{upload_id}": Rule(S.OWN, path={"upload_id": "upload"}),
    "PATCH /api/v1/uploads/{upload_id}": Rule(
        S.OWN,
        path={"upload_id": "upload"},
        headers={"Upload-Offset": "0"},
        content=("application/offset+octet-stream", "abc"),
    ),
    "DELETE /api/v1/uploads/{upload_id}": Rule(S.OWN, path={"upload_id": "upload"}),
    "POST /api/v1/batches/{batch_id}/uploads/{upload_id}:take": Rule(
        S.OWN, path={"batch_id": "batch", "upload_id": "upload"}
    ),
    "GET /api/v1/paper-destructions": Rule(S.SOMEWHERE, P.DESTROY_PAPER),
    "POST /api/v1/backup-runs": Rule(S.HOUSE, P.MANAGE_SYSTEM, body=lambda w: {}),
    "POST /api/v1/separator-sheets": Rule(
        S.RECORD, P.FILE_DOCUMENT, body=lambda w: {"references": [w["reference"]]}, first=P.INGEST
    ),
    "POST /api/v1/invoices:check": Rule(S.SIGNED_IN, upload="file"),
    "POST /api/v1/invoices": Rule(S.RECORD, P.FILE_DOCUMENT, upload="file", form=lambda w: {"caseId": w["case"]}),
    "GET /api/v1/invoices": Rule(S.LISTED, P.READ, shows="invoice"),
    "GET /api/v1/invoices/{invoice_id}": on("invoice", P.READ),
    "GET /api/v1/invoices/{invoice_id}/verdict": on("invoice", P.READ_CONTENT),
    "GET /api/v1/invoices/{invoice_id}/model": on("invoice", P.READ_CONTENT),
    "GET /api/v1/invoices/{invoice_id}/view": on("invoice", P.READ_CONTENT),
    "POST /api/v1/invoices/{invoice_id}:recheck": on("invoice", P.EDIT),
    "GET /api/v1/invoices/{invoice_id}/original": on("invoice", P.READ_CONTENT),
    "GET /api/v1/invoices/{invoice_id}/approval": on("invoice", P.READ),
    "GET /api/v1/invoices/{invoice_id}/allowed-actions": on("invoice", P.READ),
    "GET /api/v1/invoices/{invoice_id}/acts": on("invoice", P.READ),
    # Nobody may do this yet, whatever they may do otherwise; who may what is in tests/xrechnung/approval.
    "POST /api/v1/invoices/{invoice_id}/acts": on("invoice", P.READ, lambda w: {"act": "claim"}),
    "GET /api/v1/invoices/work-list": Rule(S.LISTED, P.WORK_INVOICES, also=P.HANDLE_INVOICES, shows="invoice"),
    "GET /api/v1/invoices/work-list/counts": Rule(S.SIGNED_IN),
    "GET /api/v1/invoices/{invoice_id}/assignment-rules": on("invoice", P.READ),
    "POST /api/v1/invoices/{invoice_id}/assignment-rules": on(
        "invoice", P.HANDLE_INVOICES, lambda w: {"criterion": "supplier"}
    ),
    "GET /api/v1/assignment-rules": Rule(S.HOUSE, P.HANDLE_INVOICES),
    "POST /api/v1/assignment-rules": Rule(
        S.HOUSE,
        P.HANDLE_INVOICES,
        body=lambda w: {"criterion": "leitweg_id", "pattern": "04011000", "unitId": w["unit"]},
    ),
    "DELETE /api/v1/assignment-rules/{rule_id}": Rule(S.HOUSE, P.HANDLE_INVOICES, {"rule_id": "assignment_rule"}),
    "GET /api/v1/invoices/{invoice_id}/account-lines": on("invoice", P.READ),
    # Nobody may book it at this step; who may is in tests/xrechnung/approval.
    "PUT /api/v1/invoices/{invoice_id}/account-lines": on(
        "invoice",
        P.READ,
        lambda w: {"lines": [{"product": "55101", "ledgerAccount": "5241", "percent": "100"}]},
    ),
    "GET /api/v1/invoices/{invoice_id}/account-line-proposals": on("invoice", P.READ),
    "POST /api/v1/invoices/transfers:claim": Rule(S.HOUSE, P.TAKE_ORDERS, body=lambda w: {}),
    "GET /api/v1/invoices/transfers": Rule(S.HOUSE, P.TAKE_ORDERS),
    "GET /api/v1/invoices/transfers.pain001": Rule(S.HOUSE, P.TAKE_ORDERS),
    "GET /api/v1/invoices/transfers/{order_id}": Rule(S.HOUSE, P.TAKE_ORDERS, {"order_id": "order"}),
    "POST /api/v1/invoices/transfers/{order_id}:acknowledge": Rule(
        S.HOUSE, P.TAKE_ORDERS, {"order_id": "order"}, body=lambda w: {"lease": w["order"]}
    ),
    "POST /api/v1/invoices/transfers/{order_id}:book": Rule(
        S.HOUSE,
        P.TAKE_ORDERS,
        {"order_id": "order"},
        body=lambda w: {"ledgerNumber": "4711", "bookedOn": "2026-09-08"},
    ),
    "POST /api/v1/invoices/transfers/{order_id}:fail": Rule(
        S.HOUSE, P.TAKE_ORDERS, {"order_id": "order"}, body=lambda w: {"reason": "Konto gesperrt"}
    ),
    "GET /api/v1/retention/rules": Rule(S.SIGNED_IN),
    "GET /api/v1/retention/rules/{rule_id}": Rule(S.SIGNED_IN, path={"rule_id": "retention_rule"}),
    "POST /api/v1/retention/rules:import": Rule(
        S.HOUSE,
        P.MANAGE_RETENTION,
        content=(
            "application/yaml",
            "{catalogue: neu, name: Neu, rules: [{key: a, name: A, source: § 1, event: closing, period: 1 years}]}",
        ),
    ),
    "GET /api/v1/retention/assignments": Rule(S.SIGNED_IN),
    "POST /api/v1/retention/assignments": Rule(
        S.HOUSE, P.MANAGE_RETENTION, body=lambda w: {"ruleId": w["retention_rule"], "entryId": w["other_entry"]}
    ),
    "DELETE /api/v1/retention/assignments/{assignment_id}": Rule(
        S.HOUSE, P.MANAGE_RETENTION, {"assignment_id": "rule_assignment"}
    ),
    "GET /api/v1/retention/dates": Rule(S.SOMEWHERE, P.MANAGE_RETENTION),
    "GET /api/v1/retention/awaited-dates": Rule(S.SOMEWHERE, P.MANAGE_RETENTION),
    "POST /api/v1/retention/dates": Rule(
        S.HOUSE,
        P.MANAGE_RETENTION,
        body=lambda w: {"key": "discharged", "fiscalYear": 2025, "day": "2026-09-30", "source": "Ratsbeschluss"},
    ),
    "PATCH /api/v1/retention/dates/{date_id}": Rule(
        S.HOUSE,
        P.MANAGE_RETENTION,
        {"date_id": "entered_date"},
        body=lambda w: {"day": "2026-10-01", "source": "Berichtigung"},
    ),
    "DELETE /api/v1/retention/dates/{date_id}": Rule(S.HOUSE, P.MANAGE_RETENTION, {"date_id": "entered_date"}),
    "GET /api/v1/retention/due": Rule(S.SOMEWHERE, P.DISPOSE),
    "GET /api/v1/retention/records/{record_id}": record(P.READ),
    "GET /api/v1/privacy/requests": Rule(S.HOUSE, P.MANAGE_PRIVACY),
    "POST /api/v1/privacy/requests": Rule(
        S.HOUSE,
        P.MANAGE_PRIVACY,
        body=lambda w: {"kind": "access", "person": {"names": ["Erika Muster"]}, "receivedOn": "2026-11-02"},
    ),
    "GET /api/v1/privacy/requests/{request_id}": privacy(),
    "PATCH /api/v1/privacy/requests/{request_id}": privacy(lambda w: {"note": "Ausweis gesehen"}),
    "POST /api/v1/privacy/requests/{request_id}:extend": privacy(lambda w: {"reason": "Umfang"}),
    "POST /api/v1/privacy/requests/{request_id}:search": privacy(),
    "POST /api/v1/privacy/requests/{request_id}/acts": privacy(lambda w: {"act": "withdraw"}),
    "GET /api/v1/privacy/requests/{request_id}/findings": privacy(),
    "POST /api/v1/privacy/requests/{request_id}/findings:judge": privacy(lambda w: {"judgement": "confirmed"}),
    "POST /api/v1/privacy/requests/{request_id}:decide": privacy(),
    "GET /api/v1/privacy/requests/{request_id}/answers": privacy(),
    "POST /api/v1/privacy/requests/{request_id}:list-erasable": privacy(),
    "POST /api/v1/privacy/requests/{request_id}:restrict": privacy(),
    "GET /api/v1/privacy/requests/{request_id}/reports": privacy(),
    "POST /api/v1/privacy/requests/{request_id}/reports": privacy(lambda w: {}),
    "GET /api/v1/privacy/reports/{report_id}/content": Rule(S.HOUSE, P.MANAGE_PRIVACY, {"report_id": "subject_report"}),
    "GET /api/v1/retention/holds": Rule(S.HOUSE, P.MANAGE_HOLDS),
    "POST /api/v1/retention/holds": Rule(
        S.HOUSE, P.MANAGE_HOLDS, body=lambda w: {"reason": "Klage", "scope": {"words": ["Klage"]}}
    ),
    "GET /api/v1/retention/holds/{hold_id}": Rule(S.HOUSE, P.MANAGE_HOLDS, {"hold_id": "hold"}),
    "GET /api/v1/retention/holds/{hold_id}/records": Rule(S.HOUSE, P.MANAGE_HOLDS, {"hold_id": "hold"}),
    "POST /api/v1/retention/holds/{hold_id}:add": Rule(
        S.HOUSE, P.MANAGE_HOLDS, {"hold_id": "hold"}, body=lambda w: {"records": []}
    ),
    "POST /api/v1/retention/holds/{hold_id}:release": Rule(
        S.HOUSE, P.MANAGE_HOLDS, {"hold_id": "hold"}, body=lambda w: {"reason": "Urteil"}
    ),
    # Whoever may review may read; the archivist does, too.
    "GET /api/v1/retention/lists": Rule(S.HOUSE, P.REVIEW_DISPOSAL),
    "POST /api/v1/retention/lists": Rule(
        S.HOUSE, P.DISPOSE, body=lambda w: {"name": "Jahr 2026", "procedure": "destruction"}
    ),
    "GET /api/v1/retention/lists/{list_id}": Rule(S.HOUSE, P.REVIEW_DISPOSAL, {"list_id": "disposal_list"}),
    "GET /api/v1/retention/lists/{list_id}/items": Rule(S.HOUSE, P.REVIEW_DISPOSAL, {"list_id": "disposal_list"}),
    "POST /api/v1/retention/lists/{list_id}/items": Rule(
        S.HOUSE, P.DISPOSE, {"list_id": "disposal_list"}, body=lambda w: {"records": [w["dossier"]]}
    ),
    "POST /api/v1/retention/lists/{list_id}/items/{item_id}:withdraw": Rule(
        S.HOUSE,
        P.DISPOSE,
        {"list_id": "disposal_list", "item_id": "disposal_item"},
        body=lambda w: {"reason": "wird noch gebraucht"},
    ),
    "PUT /api/v1/retention/lists/{list_id}/items/{item_id}/proposal": Rule(
        S.HOUSE,
        P.DISPOSE,
        {"list_id": "disposal_list", "item_id": "disposal_item"},
        body=lambda w: {"proposal": "V"},
    ),
    "POST /api/v1/retention/lists/{list_id}/acts": Rule(
        S.HOUSE, P.DISPOSE, {"list_id": "disposal_list"}, body=lambda w: {"act": "cancel"}
    ),
    "GET /api/v1/retention/candidates": Rule(S.HOUSE, P.DISPOSE, query=lambda w: {"procedure": "destruction"}),
    "GET /api/v1/retention/lists/{list_id}/messages": Rule(S.HOUSE, P.REVIEW_DISPOSAL, {"list_id": "disposal_list"}),
    "POST /api/v1/retention/messages": Rule(S.HOUSE, P.DISPOSE, upload="file"),
    "GET /api/v1/retention/messages/{message_id}": Rule(S.HOUSE, P.REVIEW_DISPOSAL, {"message_id": "message"}),
    "GET /api/v1/retention/messages/{message_id}/container": Rule(
        S.HOUSE, P.REVIEW_DISPOSAL, {"message_id": "message"}
    ),
    "GET /api/v1/retention/tombstones/{record_id}": Rule(S.HOUSE, P.REVIEW_DISPOSAL, {"record_id": "tombstone"}),
    "GET /api/v1/absences": Rule(S.SIGNED_IN),
    "GET /api/v1/absences/colleagues": Rule(S.SIGNED_IN),
    "POST /api/v1/absences": Rule(
        S.SIGNED_IN,
        body=lambda w: {"deputyId": w["person"], "validFrom": "2026-07-01", "validUntil": "2026-07-14"},
    ),
    "DELETE /api/v1/absences/{absence_id}": Rule(S.OWN, P.MANAGE_ACCESS, {"absence_id": "absence"}, whole_house=True),
    "GET /api/v1/reports/invoices/cycle-times": Rule(S.SOMEWHERE, P.SEE_INVOICE_FIGURES),
    "GET /api/v1/reports/invoices/skonto": Rule(S.SOMEWHERE, P.SEE_INVOICE_FIGURES),
    "GET /api/v1/reports/invoices/backlog": Rule(S.SOMEWHERE, P.SEE_INVOICE_FIGURES),
    "GET /api/v1/reports/invoices/refusals": Rule(S.SOMEWHERE, P.SEE_INVOICE_FIGURES),
    "GET /api/v1/me/signing-rights": Rule(S.SIGNED_IN),
    "GET /api/v1/signing-rights": Rule(S.HOUSE, P.MANAGE_SIGNING),
    "POST /api/v1/signing-rights": Rule(
        S.HOUSE,
        P.MANAGE_SIGNING,
        body=lambda w: {"personId": w["person"], "act": "order", "validFrom": "2026-01-01"},
    ),
    "POST /api/v1/signing-rights/{right_id}:revoke": Rule(S.HOUSE, P.MANAGE_SIGNING, {"right_id": "signing_right"}),
    "GET /health/live": Rule(S.ANYBODY),
    "GET /health/ready": Rule(S.ANYBODY),
    "GET /metrics": Rule(S.ANYBODY),
    "GET /api/v1/openapi.json": Rule(S.ANYBODY),
    "GET /docs": Rule(S.ANYBODY),
}


@pytest.fixture
def world(house: House) -> World:
    """One of everything, in one unit."""
    with house.begin() as work:
        plan = a_plan(work)
        entry = an_entry(work, plan=plan)
        unit, elsewhere = a_unit(work), a_unit(work)

        def dossier() -> Any:
            return a_dossier(work, entry=entry, unit=unit)

        document = a_document(work, case=a_case(work, dossier=dossier()), content=LETTER)
        case = document.case
        identity = a_client(work)
        closed, cancelled = a_case(work, dossier=dossier()), a_case(work, dossier=dossier())
        change_case_state(work, closed.id, Action.CLOSE, revision=None)
        change_case_state(work, cancelled.id, Action.CANCEL, revision=None)
        closed_dossier, cancelled_dossier = dossier(), dossier()
        change_dossier_state(work, closed_dossier.id, Action.CLOSE, revision=None)
        change_dossier_state(work, cancelled_dossier.id, Action.CANCEL, revision=None)
        ingest = open_ingest(work, case.reference)
        item = receive(work, ingest.id, io.BytesIO(LETTER), "brief.pdf")
        item.fail(OriginalMissing(), work.now)
        batch = a_batch(work, unit=unit)
        other_identity = a_client(work)
        invoice = note_invoice(work, document, version_of(work.session, document.id, None))
        order = a_given_order(work, begin_approval(work, invoice))
        person = a_client(work, kind=IdentityKind.PERSON)
        retention_rule = a_rule(work)
        disposal_list = a_disposal_list(work)
        subject_request = a_request(work)
        holidays = {"valid_from": date(2026, 7, 1), "valid_until": date(2026, 7, 14)}
        rows = {
            "assignment_rule": make_rule(work, WantedRule(Criterion.SUPPLIER, "DE123456788", unit.id)),
            "plan": plan,
            "entry": entry,
            "other_entry": an_entry(work, plan=plan),
            "unit": unit,
            "elsewhere": elsewhere,
            "dossier": case.dossier,
            "other_dossier": dossier(),
            "closed_dossier": closed_dossier,
            "cancelled_dossier": cancelled_dossier,
            "case": case,
            "other_case": a_case(work, dossier=dossier()),
            "closed_case": closed,
            "cancelled_case": cancelled,
            "document": document,
            "party": add_party(work, case.id, PartyDetails(PartyRole.SENDER, "Tschöpe")),
            "link": link_records(work, case.id, document.id, note=None),
            "identity": identity,
            "grant": grant_role(work, identity.id, Role.CLERK, unit_id=elsewhere.id),
            "token": issue_token(work, identity.id, label="fremd")[0],
            "batch": batch,
            "batch_document": documents_of(work.session, batch.id)[0],
            "other_identity": other_identity,
            "disposal_list": disposal_list,
            "message": a_received_message(work, disposal_list),
            "disposal_item": next(all_items(work.session, disposal_list.id)),
            "retention_rule": retention_rule,
            "rule_assignment": assign_rule(
                work, retention_rule.id, RulePlace(entry.id), inheritance=Inheritance.REPLACES
            ),
            "entered_date": enter_date(work, "adopted", date(2026, 9, 30), source="Ratsbeschluss", fiscal_year=2025),
            "hold": set_hold(work, reason="Klage", record_ids=[], scope=HoldScope(words=("Klage",))),
            "absence": appoint_deputy(work, person.id, other_identity.id, **holidays),
            "deputyship": appoint_deputy(work, identity.id, other_identity.id, **holidays),
            "ingest": ingest,
            "item": item,
            "upload": begin_upload(work, Announced("stapel.pdf", 3)),
            "invoice": invoice,
            "order": order,
            "person": person,
            "subject_request": subject_request,
            "subject_report": a_made_report(work, subject_request),
            "signing_right": grant_signing_right(
                work,
                person.id,
                SigningAct.ORDER,
                unit_id=unit.id,
                budgets=None,
                limit=None,
                valid_from=date(2026, 1, 1),
                valid_until=None,
            ),
        }
        return {name: str(row.id) for name, row in rows.items()} | {
            "reference": case.reference,
            "tombstone": str(a_tombstone(work).record_id),
        }


def routes_of(app: FastAPI) -> Iterator[str]:
    """Every route of the API; pages have a test of their own."""
    for route in iter_route_contexts(app.routes):
        page = getattr(route.endpoint, "__module__", "").startswith(("eakte.web", "eakte.entrypoints.problems"))
        if not page:
            yield from (f"{method} {route.path}" for method in sorted((route.methods or set()) - {"HEAD"}))


def test_every_route_is_classified(app: FastAPI) -> None:
    assert sorted(routes_of(app)) == sorted(RULES)


def ask(client: TestClient, route: str, rule: Rule, world: World) -> Response:
    method, _, path = route.partition(" ")
    for parameter, name in {"kind": "original", **rule.path}.items():
        path = path.replace(f"{{{parameter}}}", world.get(name, name))
    headers = {"If-Match": "*", **rule.headers}
    content = None
    if rule.content is not None:
        headers["Content-Type"], content = rule.content
    files = {rule.upload: ("brief.pdf", io.BytesIO(LETTER))} if rule.upload else None
    body = rule.body(world) if rule.body is not None else None
    return client.request(
        method,
        path,
        params=rule.query(world),
        headers=headers,
        json=body,
        data=rule.form(world) or None,
        files=files,
        content=content,
    )


def refusal(rule: Rule, role: Role, *, wide: bool) -> int | None:
    """The status somebody with a role is refused with, or None: the role for the whole house, or for another unit."""
    granted = PERMISSIONS[role]
    may = rule.permission in granted and (rule.also is None or rule.also in granted)
    match rule.scope:
        case Scope.HOUSE | Scope.PLACE:
            return None if may and wide else 403
        case Scope.SOMEWHERE:
            return None if may else 403
        case Scope.BATCH:
            allowed = rule.permission is None or rule.permission in granted
            sees = wide and not SEES_BATCHES.isdisjoint(granted)
            if not allowed and not (rule.late and not sees):
                return 403
            # There is no preview yet, which whoever may see it is told.
            return None if sees and not rule.late else 404
        case Scope.OWN:
            return None if may and (wide or not rule.whole_house) else 404
        case Scope.RECORD:
            if rule.first is not None and rule.first not in granted:
                return 403
            if Permission.READ not in granted or not wide:
                return 404
            return None if may else 403
        case _:
            return None


@pytest.mark.parametrize("wide", [True, False], ids=["everywhere", "elsewhere"])
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["enough", "all"])
def test_every_route_answers_each_role_as_its_rights_say(
    house: House, world: World, as_actor: AsActor, client_of: Callable[[Actor], TestClient], every: bool, wide: bool
) -> None:
    connection: Connection = house.sessions.kw["bind"]
    with house.begin() as work:
        unit = None if wide else work.session.get_one(OrganisationalUnit, UUID(world["elsewhere"]))
    wrong = []
    for role in Role:
        client = client_of(as_actor(role, unit=unit))
        for turn, (route, rule) in enumerate(RULES.items()):
            if rule.scope is not Scope.ANYBODY and (every or role in telling_roles(rule, turn)):
                undo = connection.begin_nested()
                answer = ask(client, route, rule, world)
                undo.rollback()
                if not is_right(answer, rule, role, world, wide=wide):
                    wrong.append((role.value, route, answer.status_code, answer.text[:200]))
    assert wrong == []


def telling_roles(rule: Rule, turn: int) -> set[Role]:
    """Roles whose answers tell the permissions of a rule from every other permission, from none, and from no check.

    Every turn takes other ones where it may choose.
    """
    holders = {permission: {role for role in Role if permission in PERMISSIONS[role]} for permission in Permission}
    chosen: set[Role] = set()
    for permission in filter(None, (rule.permission, rule.also, rule.first, Permission.READ)):
        for mistaken in (*holders.values(), set(), set(Role)):
            telling = sorted(holders[permission] ^ mistaken)
            if telling and chosen.isdisjoint(telling):
                chosen.add(telling[turn % len(telling)])
    return chosen


def is_right(answer: Response, rule: Rule, role: Role, world: World, *, wide: bool) -> bool:
    """Whether the answer is the one the role's rights give, and tells nothing else."""
    expected = refusal(rule, role, wide=wide)
    if expected is not None:
        told = any(secret in answer.text for secret in ("Tschöpe", "Bauantrag"))
        return answer.status_code == expected and not told
    if rule.shows:
        sees = not {rule.permission, rule.also}.isdisjoint(PERMISSIONS[role]) and wide
        return answer.status_code == 200 and (world[rule.shows] in answer.text) is sees
    return answer.status_code not in (401, 403, 404, 500)


def test_nothing_but_login_health_and_documentation_answers_without_a_token(
    anonymous: TestClient, world: World
) -> None:
    for route, rule in RULES.items():
        answer = ask(anonymous, route, rule, world)
        if rule.scope is Scope.ANYBODY:
            assert answer.status_code in (200, 401 if "sessions" in route else 200), route
        else:
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), route


def test_whoever_has_no_role_is_told_nothing_of_any_record(
    house: House, world: World, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    client = client_of(as_actor())
    for route, rule in RULES.items():
        if rule.scope in (Scope.RECORD, Scope.OWN):
            expected = 404 if rule.first is None else 403
            assert ask(client, route, rule, world).status_code == expected, route
        elif rule.scope is Scope.BATCH:
            expected = 404 if rule.permission is None or rule.late else 403
            assert ask(client, route, rule, world).status_code == expected, route
        elif rule.scope in (Scope.HOUSE, Scope.SOMEWHERE, Scope.PLACE):
            assert ask(client, route, rule, world).status_code == 403, route
