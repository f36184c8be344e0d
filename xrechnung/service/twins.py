"""Invoices that may be one and the same (Dubletten): noted at both, and left to people."""

import structlog

from eakte.documents.models import RenditionKind
from eakte.documents.queries import rendition
from eakte.foundation.work import UnitOfWork
from xrechnung import queries
from xrechnung.judging.hints.duplicates import InvoiceFacts, compare
from xrechnung.messages import InvoiceTwinFound
from xrechnung.models import Invoice, InvoiceTwin

log = structlog.get_logger()


def note_twins(work: UnitOfWork, invoice: Invoice) -> None:
    """Note which invoices of the house an invoice is like: same seller, same number, however written.

    Whoever calls holds the number (`queries.hold_numbers`). Doing it twice changes nothing.
    """
    others = queries.with_number_like(work.session, invoice)
    known = {other.id for _, other in queries.twins_of(work.session, invoice.id)} if others else set()
    for other in others:
        earlier, later = sorted((invoice, other), key=lambda one: (one.received_at, one.id))
        likeness = compare(_facts(later), _facts(earlier))
        if other.id in known or not likeness.is_duplicate:
            continue
        twin = InvoiceTwin(
            earlier_id=earlier.id,
            later_id=later.id,
            same_file=_hash(work, earlier) == _hash(work, later),
            differences=list(likeness.differences),
            noted_at=work.now,
        )
        work.session.add(twin)
        earlier.twins, later.twins = earlier.twins + 1, later.twins + 1
        work.session.flush()
        for one, its_twin in ((earlier, later), (later, earlier)):
            changes = {"twin": (None, str(its_twin.id)), "differences": (None, len(twin.differences))}
            work.publish(InvoiceTwinFound(record_id=one.document_id, invoice_id=one.id, changes=changes))
        log.info("invoice_twin_found", earlier=str(earlier.id), later=str(later.id))


def _facts(invoice: Invoice) -> InvoiceFacts:
    return InvoiceFacts(
        number=invoice.number or "",
        seller_name=invoice.seller_name or "",
        vat_id=invoice.seller_vat_id,
        tax_number=invoice.seller_tax_number,
        issue_date=invoice.issue_date,
        gross=invoice.gross,
        currency=invoice.currency or "",
    )


def _hash(work: UnitOfWork, invoice: Invoice) -> str:
    return rendition(work.session, invoice.version_id, RenditionKind.ORIGINAL, None).sha256
