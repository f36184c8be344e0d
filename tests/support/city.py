"""A town with everything around it: an office that receives invoices, workers, and a finance system."""

from datetime import date
from io import BytesIO
from uuid import UUID

from sqlalchemy import select

from eakte.access import Role
from eakte.documents.files import store_original
from eakte.documents.models import Document, DocumentSource
from eakte.documents.queries import documents
from eakte.foundation.work import House
from eakte.records.models import Case
from eakte.records.rules import RecordState
from ingest.models import IngestItem
from ingest.rules import ItemState
from tests.support.approval import Town
from tests.support.handing_over import TownLine, finance_client
from tests.support.queue import work_off_approvals
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.flow import acts_of, get_approval
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.accounts import Share
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act
from xrechnung.approval.service.assignment import WantedRule, make_rule
from xrechnung.approval.service.reminding import begin_rounds
from xrechnung.service.receiving import file_invoice

CERTIFY = (SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC)
LEITWEG_ID = "04011000-1234512345-06"


class City(Town):
    """The town with everything around it: an office that receives, workers, and a finance system."""

    def receive(self, content: bytes, name: str = "rechnung.xml") -> UUID:
        """An invoice comes in and the workers do what follows."""
        dossier_id = self.invoices_dossier()
        with self.work() as work:
            limit = work.settings.api.max_upload_mb << 20
            stored = store_original(work.storage, BytesIO(content), name, max_bytes=limit)
            channel = DocumentSource.EMAIL
            invoice = file_invoice(work, stored, case_id=None, dossier_id=dossier_id, channel=channel)
        self.work_off()
        return invoice.id

    def work_off(self) -> None:
        work_off_approvals(self.house, lambda *_: self.work())

    def certified(self, invoice_id: UUID, *shares: Share) -> UUID:
        """Assigned to the parks, booked, and found right by Anna."""
        if self.approval(invoice_id).unit_id is None:
            self.assign(invoice_id, "Parks", by="Zita")
        self.account("Anna", invoice_id, *shares)
        self.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
        return invoice_id

    def ordered(self, invoice_id: UUID, *, by: str = "Bernd") -> PaymentOrder:
        self.act(by, invoice_id, Act.ORDER)
        with self.work() as work:
            return orders_of(work.session, invoice_id)[-1]

    def done(self, invoice_id: UUID) -> list[Act]:
        with self.work() as work:
            return [act.act for act in acts_of(work.session, invoice_id)]

    def case_of(self, invoice_id: UUID) -> tuple[RecordState, list[str]]:
        """The state of an invoice's case and the titles of what lies in it."""
        with self.work() as work:
            document = work.session.get_one(Document, get_approval(work, invoice_id).invoice.document_id)
            case = work.session.get_one(Case, document.case_id)
            page = documents(work, case_id=case.id, modified_after=None, external_key=None, cursor=None, limit=50)
            return case.state, [one.title for one in page.items]

    def waits_for_somebody(self, invoice_id: UUID) -> bool:
        """Whether something in an invoice's case lies in the work list."""
        with self.work() as work:
            document = work.session.get_one(Document, get_approval(work, invoice_id).invoice.document_id)
            beside = select(Document.id).where(Document.case_id == document.case_id)
            waiting = select(IngestItem.id).where(
                IngestItem.document_id.in_(beside), IngestItem.state == ItemState.FAILED
            )
            return work.session.scalar(waiting.limit(1)) is not None

    def pays(self, paid_on: date) -> list[UUID]:
        """The finance system fetches what is there, books and pays it; the ids of the invoices."""
        line = TownLine(self)
        claimed = line.claim()
        for order in claimed.orders:
            line.acknowledge(order.id, claimed.lease)
            line.book(order.id, f"B-{order.number}", paid_on)
        self.work_off()
        return [order.invoice_id for order in claimed.orders]

    def goes_through_the_day(self) -> None:
        """What the house does once a day with invoices."""
        with self.work() as work:
            begin_rounds(work)
        self.work_off()


def a_city(house: House) -> City:
    """Zita is central accounting, Anna certifies for the parks, Bernd heads them, Carla is his deputy."""
    city = City(house)
    for unit in ("Parks", "Schools"):
        city.unit(unit)
    city.person("Zita", Role.ACCOUNTING, everywhere=True)
    city.person("Anna", Role.CLERK, unit="Parks")
    city.person("Bernd", Role.HEAD, unit="Parks")
    city.person("Carla", Role.HEAD, unit="Schools")
    city.may_sign("Anna", *CERTIFY, unit="Parks", limit="10000")
    city.may_sign("Bernd", SigningAct.ORDER, unit="Parks", limit="10000")
    city.may_sign("Carla", SigningAct.ORDER, unit="Schools", limit="10000")
    finance_client(city)
    with city.work() as work:
        make_rule(work, WantedRule(Criterion.LEITWEG_ID, LEITWEG_ID, city.units["Parks"]))
    return city
