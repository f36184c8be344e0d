"""/invoices/{id}/approval, /acts and /allowed-actions: where an invoice stands, and what is done with it."""

from fastapi import APIRouter

from eakte.foundation.http import ApiRoute

router = APIRouter(tags=["Rechnungslauf"], route_class=ApiRoute)
