"""People in invoices and payment orders: sellers, buyers, payees and account holders that are persons."""

from collections.abc import Iterator

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from eakte.privacy.matching import Hit, Probe
from eakte.privacy.queries.in_records import CHUNK, may_match
from eakte.privacy.registry import Found, sources
from eakte.privacy.rules import Match, Place
from eakte.records.models import Record
from xrechnung.approval.models.flow import InvoiceAct
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.models import Invoice


def in_invoices(session: Session, probe: Probe) -> Iterator[Found]:
    """What invoices say of seller, buyer, payee and accounts; their pages are searched as those of any document."""
    accounts = cast(Invoice.accounts, Text)
    columns = (Invoice.seller_name, Invoice.buyer_name, Invoice.buyer_reference, Invoice.payee_name, accounts)
    more = (
        Invoice.remittance,
        Invoice.seller_email,
        Invoice.seller_vat_id,
        Invoice.seller_tax_number,
        Invoice.creditor_id,
    )
    statement = (
        select(Invoice.id, Invoice.document_id, Record.reference, *columns, *more)
        .join(Record, Record.id == Invoice.document_id)
        .where(may_match(probe, *columns, *more))
    )
    names = ("seller", "buyer", "buyer_reference", "payee", "accounts", "remittance", "email")
    numbers = ("vat_id", "tax_number", "creditor_id")
    for id_, document_id, reference, *values in session.execute(statement, execution_options=CHUNK):
        fields = dict(zip((*names, *numbers), values, strict=True))
        for field, hit in probe.among({name: fields[name] for name in names}):
            yield Found(Place.INVOICE, reference, field, hit, document_id, id_)
        for field in numbers:
            if probe.is_id(fields[field]):
                yield Found(Place.INVOICE, reference, field, Hit(Match.EXTERNAL_ID, fields[field]), document_id, id_)


def in_orders(session: Session, probe: Probe) -> Iterator[Found]:
    """Payment orders: who is paid, and for what."""
    columns = (PaymentOrder.payee, PaymentOrder.account_name, PaymentOrder.remittance)
    statement = (
        select(PaymentOrder.id, Invoice.document_id, Record.reference, *columns)
        .join(Invoice, Invoice.id == PaymentOrder.invoice_id)
        .join(Record, Record.id == Invoice.document_id)
        .where(may_match(probe, *columns))
    )
    for id_, document_id, reference, payee, account, remittance in session.execute(statement, execution_options=CHUNK):
        for field, hit in probe.among({"payee": payee, "account_name": account, "remittance": remittance}):
            yield Found(Place.INVOICE, reference, field, hit, document_id, id_)


def in_acts(session: Session, probe: Probe) -> Iterator[Found]:
    """Reasons people gave on an invoice's way."""
    statement = (
        select(InvoiceAct.id, Invoice.document_id, Record.reference, InvoiceAct.reason)
        .join(Invoice, Invoice.id == InvoiceAct.invoice_id)
        .join(Record, Record.id == Invoice.document_id)
        .where(may_match(probe, InvoiceAct.reason))
    )
    for id_, document_id, reference, reason in session.execute(statement, execution_options=CHUNK):
        hit = probe.in_text(reason)
        if hit is not None:
            yield Found(Place.INVOICE, reference, "reason", hit, document_id, id_)


sources.extend((in_invoices, in_orders, in_acts))
