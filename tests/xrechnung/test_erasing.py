"""What was signed and ordered goes with the document of its invoice, and in no other way (Vernichtung)."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from eakte.access import Role
from eakte.documents.erasing import erase_documents
from eakte.foundation.work import House
from tests.support.approval import Town
from tests.support.handing_over import finance_client, ordered_invoice
from xrechnung.approval.models.flow import Approval, Hand, InvoiceAct
from xrechnung.approval.models.payment import AccountLine, PaymentOrder, SupplierAccount
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.models import Invoice, InvoiceTwin

TABLES = (Invoice, Approval, Hand, InvoiceAct, AccountLine, PaymentOrder, SupplierAccount, InvoiceTwin)


@pytest.fixture
def town(house: House) -> Town:
    town = Town(house)
    town.unit("Parks")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    town.person("Anna", Role.CLERK, unit="Parks")
    town.person("Bernd", Role.HEAD, unit="Parks")
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC, unit="Parks")
    town.may_sign("Bernd", SigningAct.ORDER, unit="Parks")
    finance_client(town)
    return town


def test_an_invoice_goes_with_everything_that_was_done_with_it(town: Town) -> None:
    first, second = ordered_invoice(town, "RE-1"), ordered_invoice(town, "RE-2")
    with town.work() as work:
        session = work.session
        for invoice_id, left in ((first, 1), (second, 0)):
            invoice = session.get_one(Invoice, invoice_id)
            document_id = invoice.document_id
            session.expunge(invoice)
            erase_documents(work, [document_id], taken_with=document_id)
            for table in (Invoice, Approval, PaymentOrder, SupplierAccount):
                assert session.scalar(select(func.count()).select_from(table)) == left, table
        for table in TABLES:
            assert session.scalar(select(func.count()).select_from(table)) == 0, table


@pytest.mark.parametrize("table", ["invoice_acts", "invoice_hands", "payment_orders", "approvals"])
def test_nothing_else_deletes_what_was_signed(town: Town, table: str) -> None:
    ordered_invoice(town)
    refused = pytest.raises(DBAPIError, match=r"goes with its document only|violates foreign key")
    with refused, town.work() as work:
        work.session.execute(text(f"DELETE FROM {table}"))
    with town.work() as work:
        assert work.session.scalar(text(f"SELECT count(*) FROM {table}"))
