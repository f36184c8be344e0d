"""What people and programs ask of the approval of invoices, one module for each thing.

Every module offers a `router`; here they are one, which comes before that of the invoices themselves, so that paths
with words of their own (`/invoices/work-list`) are not taken for an invoice's id.
"""

from fastapi import APIRouter

from xrechnung.approval.api import (
    absences,
    account_lines,
    acts,
    assignment,
    reports,
    signing_rights,
    transfers,
    work_list,
)

_MODULES = (absences, account_lines, acts, assignment, reports, signing_rights, transfers, work_list)
router = APIRouter()
router.routes.extend(route for module in _MODULES for route in module.router.routes)
