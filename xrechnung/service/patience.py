"""Patience (Stoßzeit): when many invoices come at once, what nobody waits for waits until they have their units."""

from datetime import timedelta

from eakte.foundation.work import UnitOfWork
from xrechnung.queries import received_since
from xrechnung.rules import RUSH_WINDOW


def patience_now(work: UnitOfWork) -> timedelta:
    """How long views, archival renditions and attachments of an invoice have to wait just now."""
    settings = work.settings.xrechnung
    waits = timedelta(minutes=settings.rush_wait_min)
    if not waits:
        return waits
    came = received_since(work.session, work.now - RUSH_WINDOW, most=settings.rush_from)
    return waits if came >= settings.rush_from else timedelta(0)
