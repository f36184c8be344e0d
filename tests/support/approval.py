"""A city that approves invoices: units, people with signing rights, and invoices that passed the formal check."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from eakte.access import Role
from eakte.access.models import Identity, IdentityKind, OrganisationalUnit
from eakte.access.queries import actor_for
from eakte.access.service import appoint_deputy, create_identity, grant_role
from eakte.documents.files import StoredFile
from eakte.documents.models import DocumentVersion, RenditionKind
from eakte.documents.queries import version_of
from eakte.documents.service import attach_rendition
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest
from eakte.foundation.work import SYSTEM, House, UnitOfWork
from eakte.records.models import Dossier
from tests.support.factories import a_case, a_document, a_dossier, a_unit
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.models.payment import AccountLine, PaymentOrder
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.payment import OrderState
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.accounting import WantedLine, set_lines
from xrechnung.approval.service.acting import PossibleAct, Wish, act_on, possible_acts
from xrechnung.approval.service.beginning import begin_approval
from xrechnung.approval.service.ordering import issue
from xrechnung.approval.service.signing import grant_signing_right
from xrechnung.models import Invoice
from xrechnung.queries import keys_of_number
from xrechnung.rules import InvoiceState

MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
PARKS = Account("55101", "5241")


@dataclass
class Town:
    """One city with central accounting, and a clock that tests may set."""

    house: House
    now: datetime = MONDAY
    people: dict[str, UUID] = field(default_factory=dict)
    units: dict[str, UUID] = field(default_factory=dict)
    dossier_id: UUID | None = None

    # --- the stage ------------------------------------------------------------------------------------------

    @contextmanager
    def work(self, person: str | None = None) -> Iterator[UnitOfWork]:
        """A work of somebody at the town's own time; without a name the house itself acts."""
        with self.house.begin_as(lambda session, _: SYSTEM) as work:
            work = replace(work, now=self.now)
            if person is not None:
                identity = work.session.get_one(Identity, self.people[person])
                work = replace(work, actor=actor_for(work.session, identity, self.now))
            yield work

    def unit(self, name: str, below: str | None = None) -> UUID:
        with self.work() as work:
            parent = work.session.get_one(OrganisationalUnit, self.units[below]) if below else None
            self.units[name] = a_unit(work, parent=parent).id
        return self.units[name]

    def person(self, name: str, *roles: Role, unit: str | None = None, everywhere: bool = False) -> UUID:
        """Somebody with roles in a unit, or in the whole house."""
        with self.work() as work:
            identity = create_identity(
                work, kind=IdentityKind.PERSON, login=f"{name.lower()}-{new_id().hex[-8:]}", display_name=name
            )
            self.people[name] = identity.id
            for role in roles:
                grant_role(work, identity.id, role, unit_id=None if everywhere or unit is None else self.units[unit])
        return identity.id

    def may_sign(
        self,
        name: str,
        *acts: SigningAct,
        unit: str | None = None,
        limit: str | None = None,
        budgets: list[str] | None = None,
        valid_from: date = date(2026, 1, 1),
        valid_until: date | None = None,
    ) -> None:
        with self.work() as work:
            for act in acts:
                grant_signing_right(
                    work,
                    self.people[name],
                    act,
                    unit_id=self.units[unit] if unit else None,
                    budgets=budgets,
                    limit=None if limit is None else Decimal(limit),
                    valid_from=valid_from,
                    valid_until=valid_until,
                )

    def away(self, principal: str, deputy: str, first: date, last: date) -> None:
        with self.work() as work:
            appoint_deputy(work, self.people[principal], self.people[deputy], valid_from=first, valid_until=last)

    # --- invoices -------------------------------------------------------------------------------------------

    def invoices_dossier(self) -> UUID:
        """The dossier in which invoices are filed."""
        if self.dossier_id is None:
            with self.work() as work:
                self.dossier_id = a_dossier(work, title="Eingangsrechnungen 2026").id
        return self.dossier_id

    def invoice(self, number: str = "RE-1", gross: str = "119.00", *, begin: bool = True, **facts: Any) -> UUID:
        """An invoice that was found in order, or is in the state that the facts name."""
        dossier_id = self.invoices_dossier()
        with self.work() as work:
            case = a_case(work, dossier=work.session.get_one(Dossier, dossier_id))
            document = a_document(work, case=case, content=f"<rechnung>{number} {new_id()}</rechnung>".encode())
            said = {
                "state": InvoiceState.CHECKED,
                "number": number,
                "type_code": "380",
                "issue_date": date(2026, 9, 1),
                "due_date": date(2026, 10, 1),
                "currency": "EUR",
                "gross": Decimal(gross),
                "payable": Decimal(gross),
                "seller_name": "Gartenbau Grünau GmbH",
                "seller_vat_id": "DE123456788",
                "buyer_reference": "04011000-1234512345-06",
                "ibans": ["DE02120300000000202051"],
                "received_at": work.now,
                **facts,
            }
            invoice = Invoice(
                id=new_id(),
                document_id=document.id,
                version_id=version_of(work.session, document.id, None).id,
                channel=document.source,
                attempts=1,
                judged_at=work.now,
                release="2026-08-31",
                accepted=said["state"] is InvoiceState.CHECKED,
                refusal=None if said["state"] is InvoiceState.CHECKED else "rules",
                findings=[],
                number_keys=keys_of_number(number),
                **said,
            )
            work.session.add(invoice)
            work.session.flush()
            version = work.session.get_one(DocumentVersion, invoice.version_id)
            verdict = StoredFile(new_id(), "Prüfergebnis.json", "application/json", Digest("0" * 64, 2))
            attach_rendition(work, version, RenditionKind.VERDICT, verdict)
            if begin:
                begin_approval(work, invoice)
        return invoice.id

    def act(self, person: str, invoice_id: UUID, act: Act, **wish: Any) -> InvoiceAct:
        with self.work(person) as work:
            return act_on(work, invoice_id, act, Wish(**wish))

    def assign(self, invoice_id: UUID, unit: str, by: str) -> None:
        self.act(by, invoice_id, Act.ASSIGN, unit_id=self.units[unit])

    def account(self, person: str, invoice_id: UUID, *shares: Share) -> list[AccountLine]:
        """Book an invoice; without shares all of it to the parks."""
        wanted = [WantedLine(share) for share in shares or (Share(PARKS, percent=Decimal(100)),)]
        with self.work(person) as work:
            return set_lines(work, invoice_id, wanted)

    def approval(self, invoice_id: UUID) -> Approval:
        with self.work() as work:
            return get_approval(work, invoice_id)

    def possible(self, person: str, invoice_id: UUID) -> dict[Act, PossibleAct]:
        with self.work(person) as work:
            return {one.act: one for one in possible_acts(work, get_approval(work, invoice_id))}


def a_given_order(work: UnitOfWork, approval: Approval) -> PaymentOrder:
    """An order that the finance system has fetched, whoever signed it; its lease is its own id."""
    act = InvoiceAct(
        id=new_id(),
        invoice_id=approval.invoice_id,
        act=Act.CLAIM,
        from_step=Step.ASSIGNED,
        to_step=Step.ASSIGNED,
        round=approval.round,
        person_id=SYSTEM.id,
        at=work.now,
    )
    work.session.add(act)
    work.session.flush()
    order = issue(work, approval, act)
    order.state, order.deliveries, order.leases = OrderState.HANDED_OVER, 1, [order.id]
    work.session.flush()
    return order
