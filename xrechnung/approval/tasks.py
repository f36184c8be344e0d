"""The queue asks: find the unit of an invoice, look at deadlines, remind people."""

import json

from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from xrechnung.approval.adapters.budget_port import BudgetsOverHttp
from xrechnung.approval.adapters.webhook import Webhook
from xrechnung.approval.messages import AssignInvoice, CheckBudget, DeliverOrder
from xrechnung.approval.schemas.transfers import delivery_shape
from xrechnung.approval.service import assignment, budgets, transferring

# After what people wait for, before what follows from it.
ASSIGNING = 5
DELIVERIES = 4500
"""Tries to deliver an order, about one a minute: three days, after which it can still be fetched."""


@handles(AssignInvoice, queue="default", priority=ASSIGNING, attempts=20)
def assign_invoice(job: AssignInvoice, begin: BeginWork) -> None:
    """Read the invoice where rules look for words, then assign it."""
    with begin() as work:
        words = assignment.words_to_read(work, job.invoice_id)
        if words is None:
            assignment.assign_by_rules(work, job.invoice_id)
            return
        storage = work.storage
    texts = frozenset(assignment.texts_in(json.loads(storage.read(words.key, words.digest))))
    with begin() as work:
        assignment.assign_by_rules(work, job.invoice_id, texts)


@handles(CheckBudget, queue="default", priority=ASSIGNING, attempts=20)
def check_budget(job: CheckBudget, begin: BeginWork) -> None:
    """Ask the finance system for money; that nobody answers stops nothing."""
    with begin() as work:
        question = budgets.budget_question(work, job.invoice_id)
        settings = work.settings.finance
    if question is None or not settings.budget_url:
        return
    port = BudgetsOverHttp(settings.budget_url, settings.budget_token.get_secret_value(), timeout_s=settings.timeout_s)
    answers = port.check(question.fiscal_year, question.items)
    with begin() as work:
        budgets.note_budget(work, question, answers)


@handles(DeliverOrder, queue="default", priority=ASSIGNING, attempts=DELIVERIES)
def deliver_order(job: DeliverOrder, begin: BeginWork) -> None:
    """Send an order, or its recall, until the finance system says that it has it.

    That it was given out is committed before it is sent, since it may be there from then on.
    """
    with begin() as work:
        settings, now = work.settings.finance, work.now
        order = transferring.send_order(work, job.order_id) if settings.webhook_url else None
    if order is None:
        return
    webhook = Webhook(settings.webhook_url, settings.webhook_secret.get_secret_value(), timeout_s=settings.timeout_s)
    message = delivery_shape(order, now)
    webhook.send(message.id, now, message.model_dump_json(by_alias=True).encode())
    with begin() as work:
        transferring.acknowledge_order(work, order.id, order.leases[-1])
