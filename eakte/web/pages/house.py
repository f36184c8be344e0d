"""Puts the rooms of the surface under one roof."""

from fastapi import APIRouter

from eakte.web.pages import (
    absences,
    account,
    batches,
    batches_documents,
    batches_images,
    batches_paper,
    batches_profiles,
    batches_sheets,
    cases,
    changes,
    details,
    disposal,
    documents,
    dossiers,
    holds,
    ingests,
    invoices,
    invoices_flow,
    invoices_work,
    plan,
    privacy,
    records,
    restrictions,
    retention,
    search,
    session,
    start,
    uploads,
)

_ROOMS = (
    session,
    account,
    absences,
    start,
    search,
    plan,
    dossiers,
    cases,
    documents,
    records,
    changes,
    details,
    uploads,
    ingests,
    # Before the invoices themselves, whose ids would take its words.
    invoices_work,
    invoices,
    invoices_flow,
    batches,
    batches_documents,
    batches_images,
    batches_paper,
    batches_profiles,
    batches_sheets,
    disposal,
    holds,
    retention,
    restrictions,
    privacy,
)
ROUTERS = tuple(room.router for room in _ROOMS)

router = APIRouter(include_in_schema=False)
for one in ROUTERS:
    router.include_router(one)
