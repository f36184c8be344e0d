"""Patience (Stoßzeit): when many invoices come at once, what nobody waits for waits until they have their units."""

from datetime import timedelta

from eakte.foundation.work import UnitOfWork
from xrechnung.queries import received_since
from xrechnung.rules import RUSH, RUSH_WINDOW, patience


def patience_now(work: UnitOfWork) -> timedelta:
    """How long views, archival renditions and attachments of an invoice have to wait just now."""
    waits = timedelta(minutes=work.settings.xrechnung.rush_wait_min)
    came = received_since(work.session, work.now - RUSH_WINDOW, most=RUSH) if waits else 0
    return patience(came, waits)
