"""Whatever people try in whatever order: nothing is handed over that two entitled people did not sign."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import Role
from eakte.access.models import Deputyship
from eakte.foundation.errors import EakteError
from eakte.foundation.work import House
from tests.support.approval import PARKS, Town
from xrechnung.approval.models.flow import InvoiceAct
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.models.signing import SigningRight
from xrechnung.approval.queries.flow import acts_of
from xrechnung.approval.queries.orders import lines_of, living_order
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.signing import NEEDED, SigningAct
from xrechnung.approval.rules.workflow import TRANSITIONS, Act, Certificate, InvoiceClass, Step, Who, acts_at
from xrechnung.approval.service.accounting import amount_due
from xrechnung.approval.service.acting import perform
from xrechnung.approval.service.signing import revoke_signing_right
from xrechnung.rules import InvoiceState

# Each step is a work in the database: what was found is told at once instead of being made smaller for minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
PEOPLE = ("Anna", "Bernd", "Carla", "Dirk", "Zita")
ENDING = (Act.CANCEL, Act.REJECT, Act.MARK_DUPLICATE)
BY_PEOPLE = sorted(
    act for act in Act if TRANSITIONS[act].who not in (Who.HOUSE, Who.FINANCE_SYSTEM) and act not in ENDING
)
AFTER_THE_ORDER = (Step.ORDERED, Step.HANDED_OVER, Step.RECALLED, Step.BOOKED, Step.FILED)
POOLS = Account("42401", "5241")
AMOUNTS = ("5000.01", "5000.00", "4999.99", "10000.01", "119.00", "0.01", "0.00")
LIMITS = ("5000.00", "10000.00", None)
RIGHTS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(list(SigningAct)), st.sampled_from(LIMITS))
SIGNATURES = (
    Act.ORDER,
    Act.CONFIRM_ACCOUNT,
    Act.CERTIFY_COMBINED,
    Act.CERTIFY_FACTUAL,
    Act.CERTIFY_ARITHMETIC,
    Act.CERTIFY_TECHNICAL,
)


def machine(house: House) -> type[RuleBasedStateMachine]:
    """Machines that share a house and have a town and an invoice of their own."""

    class City(RuleBasedStateMachine):
        @initialize(
            gross=st.sampled_from(AMOUNTS),
            type_code=st.sampled_from(["380", "381", "384", "386"]),
            currency=st.sampled_from(["EUR", "EUR", "CHF"]),
            state=st.sampled_from([InvoiceState.CHECKED, InvoiceState.CHECKED, InvoiceState.REFUSED]),
            known=st.booleans(),
            rights=st.lists(RIGHTS, min_size=8, max_size=16),
        )
        def an_invoice_comes(
            self, gross: str, type_code: str, currency: str, state: InvoiceState, known: bool, rights: list[Any]
        ) -> None:
            self.town = Town(house)
            self.town.unit("Parks")
            self.town.unit("Schools")
            for name in PEOPLE[:-1]:
                self.town.person(name, Role.CLERK, unit="Parks")
            self.town.person("Zita", Role.ACCOUNTING, everywhere=True)
            self.lines_valid = False
            vat_id = f"DE{self.town.units['Parks'].int % 10**9:09d}"
            if known:
                self._pay_once(vat_id)
            self.invoice_id = self.town.invoice(
                "RE-2", gross, type_code=type_code, currency=currency, state=state, seller_vat_id=vat_id
            )
            for person, act, limit in rights:
                self.town.may_sign(person, act, unit="Parks", limit=limit)
            if state is InvoiceState.CHECKED:
                self.town.assign(self.invoice_id, "Parks", by="Zita")
                self.town.account("Zita", self.invoice_id)

        def _pay_once(self, vat_id: str) -> None:
            """An earlier invoice of the same supplier, paid to another account."""
            first = self.town.invoice(seller_vat_id=vat_id, ibans=["DE89370400440532013000"])
            self.town.person("Erna", unit="Parks")
            self.town.person("Fritz", unit="Parks")
            self.town.may_sign("Erna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC, unit="Parks")
            self.town.may_sign("Fritz", SigningAct.ORDER, unit="Parks")
            self.town.assign(first, "Parks", by="Zita")
            self.town.account("Zita", first)
            self.town.act("Erna", first, Act.CERTIFY_COMBINED)
            self.town.act("Fritz", first, Act.ORDER)

        @rule(
            person=st.sampled_from(PEOPLE),
            act=st.sampled_from(list(SigningAct)),
            unit=st.sampled_from([None, "Parks", "Schools"]),
            limit=st.sampled_from(LIMITS),
            budgets=st.sampled_from([None, ["55101"], ["55101", "42401"]]),
            days=st.sampled_from([None, 0, 3]),
        )
        def somebody_gets_a_right(
            self, person: str, act: SigningAct, unit: str | None, limit: Any, budgets: Any, days: int | None
        ) -> None:
            until = None if days is None else legal_day(self.town.now) + timedelta(days=days)
            self.town.may_sign(person, act, unit=unit, limit=limit, budgets=budgets, valid_until=until)

        @rule(which=st.integers(0, 100))
        def a_right_is_taken_back(self, which: int) -> None:
            with self.town.work() as work:
                statement = select(SigningRight.id).where(SigningRight.person_id.in_(self.town.people.values()))
                rows = work.session.scalars(statement.order_by(SigningRight.id)).all()
                if rows:
                    revoke_signing_right(work, rows[which % len(rows)])

        @rule(principal=st.sampled_from(PEOPLE), deputy=st.sampled_from(PEOPLE), days=st.integers(0, 5))
        def somebody_is_away(self, principal: str, deputy: str, days: int) -> None:
            if principal != deputy:
                today = legal_day(self.town.now)
                self.town.away(principal, deputy, today, today + timedelta(days=days))

        @rule(hours=st.integers(1, 60))
        def time_goes_by(self, hours: int) -> None:
            self.town.now += timedelta(hours=hours)

        @rule(person=st.sampled_from(PEOPLE), percent=st.sampled_from(["100", "33.33", "50"]))
        def somebody_books_it(self, person: str, percent: str) -> None:
            shares = [Share(PARKS, percent=Decimal(percent))]
            if percent != "100":
                shares.append(Share(POOLS, percent=Decimal(100) - Decimal(percent)))
            self._tolerating(lambda: self.town.account(person, self.invoice_id, *shares))

        @rule(
            person=st.sampled_from(PEOPLE),
            act=st.sampled_from(BY_PEOPLE),
            unit=st.sampled_from(["Parks", "Parks", "Schools"]),
        )
        def somebody_tries_something(self, person: str, act: Act, unit: str) -> None:
            self._try(person, act, unit)

        @rule(person=st.sampled_from(PEOPLE), which=st.integers(0, 100))
        def somebody_does_what_is_offered(self, person: str, which: int) -> None:
            """What is offered as allowed never fails for want of rights."""
            try:
                offered = [one.act for one in self.town.possible(person, self.invoice_id).values() if one.allowed]
            except EakteError:
                return
            forward = [act for act in offered if act not in ENDING]
            if forward:
                act = forward[which % len(forward)]
                assert self._try(person, act, "Parks") is None, act

        @rule(act=st.sampled_from([*ENDING, *[None] * 20]))
        def accounting_ends_it(self, act: Act | None) -> None:
            if act is not None:
                self._try("Zita", act, "Parks")

        @rule(people=st.permutations(PEOPLE), times=st.integers(1, 3))
        def signatures_are_given(self, people: list[str], times: int) -> None:
            """By whoever can; random acts alone hardly ever lead to an order."""
            for _ in range(times):
                self._sign(people)

        def _sign(self, people: list[str]) -> None:
            for person in people:
                try:
                    offered = self.town.possible(person, self.invoice_id)
                except EakteError:
                    continue
                signature = next((act for act in SIGNATURES if act in offered and offered[act].allowed), None)
                if signature is not None:
                    assert self._try(person, signature, "Parks") is None, signature
                    return

        @rule(act=st.sampled_from([Act.HAND_OVER, Act.ACKNOWLEDGE_BOOKED, Act.ACKNOWLEDGE_FAILED, Act.FILE]))
        @precondition(lambda self: self.step in AFTER_THE_ORDER)
        def the_finance_system_goes_on(self, act: Act) -> None:
            if self.step in TRANSITIONS[act].paths:
                with self.town.work() as work:
                    approval = self.town_approval(work)
                    perform(work, approval, act, by_house=True, reason="gemeldet")
                    order = living_order(work.session, self.invoice_id)
                    if act is Act.ACKNOWLEDGE_FAILED and order is not None:
                        order.state = type(order.state).FAILED

        def town_approval(self, work: Any) -> Any:
            from_town = self.town.approval(self.invoice_id)
            return work.session.merge(from_town)

        def _try(self, person: str, act: Act, unit: str) -> EakteError | None:
            wish = {"reason": "Grund", "unit_id": self.town.units[unit]}
            return self._tolerating(lambda: self.town.act(person, self.invoice_id, act, **wish))

        def _tolerating(self, attempt: Callable[[], Any]) -> EakteError | None:
            try:
                attempt()
            except EakteError as error:
                return error
            return None

        @property
        def step(self) -> Step:
            return self.town.approval(self.invoice_id).step

        @invariant()
        def what_is_ordered_was_signed_by_two_entitled_people(self) -> None:
            with self.town.work() as work:
                if self.step in AFTER_THE_ORDER:
                    must_be_signed_by_two(work.session, self.town, self.invoice_id)

        def teardown(self) -> None:
            """Wherever it ended, accounting and fresh people bring it to an end."""
            if not hasattr(self, "invoice_id"):
                return
            town, invoice_id = self.town, self.invoice_id
            assert self.step is Step.FILED or acts_at(self.step)
            if self.step in (Step.RECEIVED, Step.CHECKED, Step.ASSIGNED, Step.CERTIFIED):
                town.act("Zita", invoice_id, Act.CANCEL, reason="Ende des Versuchs")
                assert self.step is Step.CANCELLED

    return City


def must_be_signed_by_two(session: Session, town: Town, invoice_id: UUID) -> None:
    """Look at the rows as an auditor would, without asking the code that wrote them."""
    approval = town.approval(invoice_id)
    order = living_order(session, invoice_id)
    assert order is not None
    acts = acts_of(session, invoice_id)
    ordered = next(act for act in acts if act.id == order.act_id)
    signatures = [act for act in acts if act.round == ordered.round and act.side is not None]
    certifying = [act for act in signatures if TRANSITIONS[act.act].certifies]
    given = frozenset[Certificate]().union(*(TRANSITIONS[act.act].certifies for act in certifying))
    assert {Certificate.FACTUAL, Certificate.ARITHMETIC} <= given
    if approval.kind is InvoiceClass.ADVANCE_PAYMENT:
        assert Certificate.TECHNICAL in given
    certifiers = {person for act in certifying for person in (act.person_id, act.principal_id) if person}
    orderers = {person for person in (ordered.person_id, ordered.principal_id) if person}
    assert not certifiers & orderers
    for act in (*certifying, ordered):
        must_be_entitled(session, town, act, order)
    due = amount_due(approval.invoice)
    booked = [line.booked for line in lines_of(session, invoice_id)]
    assert sum(booked) == due == sum(Decimal(line["amount"]) for line in order.lines)
    assert order.amount == due - order.skonto - order.retained


def must_be_entitled(session: Session, town: Town, act: InvoiceAct, order: PaymentOrder) -> None:
    day = legal_day(act.at)
    rights = session.scalars(select(SigningRight).where(SigningRight.id.in_(act.rights))).all()
    holder = act.principal_id or act.person_id
    assert {right.act for right in rights if right.person_id == holder} >= NEEDED[act.act]
    for right in rights:
        assert right.valid_from <= day
        assert right.valid_until is None or day <= right.valid_until
        assert right.revoked_at is None or right.revoked_at >= act.at
        assert right.limit is None or (act.amount is not None and act.amount <= right.limit)
        if right.person_id == holder:
            assert right.unit_id in (None, act.unit_id)
            products = {line["product"] for line in order.lines}
            assert right.budgets is None or act.act is not Act.ORDER or products <= set(right.budgets)
    if act.principal_id is not None:
        assert {right.act for right in rights if right.person_id == act.person_id} >= NEEDED[act.act]
        away = select(Deputyship).where(
            Deputyship.principal_id == act.principal_id,
            Deputyship.deputy_id == act.person_id,
            Deputyship.valid_from <= day,
            Deputyship.valid_until >= day,
        )
        assert session.scalars(away).first() is not None


def explore(house: House, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine(house),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_path_leads_to_payment_without_two_entitled_people(house: House) -> None:
    explore(house, examples=12, steps=25)


@pytest.mark.soak
def test_no_path_of_many_does(house: House) -> None:
    explore(house, examples=400, steps=60)
