"""What people and programs ask of the approval of invoices, one module for each thing.

Every module offers a `router`; paths with words of their own (`/invoices/work-list`) come before `/invoices/{id}`.
"""

from fastapi import APIRouter

from xrechnung.approval.api import acts

router = APIRouter()
for module in (acts,):
    router.include_router(module.router)
