"""Puts the rooms of the surface under one roof."""

from fastapi import APIRouter

from eakte.web.pages import (
    cases,
    changes,
    details,
    documents,
    dossiers,
    ingests,
    plan,
    records,
    search,
    session,
    start,
    uploads,
)

router = APIRouter(include_in_schema=False)
for module in (
    session, start, search, plan, dossiers, cases, documents, records, changes, details, uploads, ingests
):  # fmt: skip
    router.include_router(module.router)
