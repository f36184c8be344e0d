"""The queue asks: find the unit of an invoice, look at deadlines, remind people."""

from eakte.foundation.jobs import handles
from eakte.foundation.mail import DigestState, hand_over_once
from eakte.foundation.work import BeginWork
from xrechnung.approval.adapters.budget_port import BudgetsOverHttp
from xrechnung.approval.adapters.webhook import Webhook
from xrechnung.approval.messages import (
    AssignInvoice,
    CheckBudget,
    CloseInvoiceCase,
    CompileDigests,
    DeliverOrder,
    FileInvoice,
    LookAtDeadlines,
    RemindOfInvoice,
    SendDigest,
    SendRejection,
    WriteRejection,
)
from xrechnung.approval.schemas.transfers import delivery_shape
from xrechnung.approval.service import assignment, budgets, filing, rejecting, reminding, telling, transferring
from xrechnung.approval.service.paper import store
from xrechnung.examining.kept import said_in
from xrechnung.showing.pdf import render_pdf


@handles(AssignInvoice)
def assign_invoice(job: AssignInvoice, begin: BeginWork) -> None:
    """Read the invoice where rules look for words, then assign it."""
    with begin() as work:
        words = assignment.words_to_read(work, job.invoice_id)
        if words is None:
            assignment.assign_by_rules(work, job.invoice_id)
            return
        storage, settings = work.storage, work.settings.xrechnung
    texts = frozenset(said_in(storage, words, settings))
    with begin() as work:
        assignment.assign_by_rules(work, job.invoice_id, texts)


@handles(CheckBudget)
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


@handles(DeliverOrder)
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


# --- deadlines and e-mails ----------------------------------------------------------------------------------


@handles(LookAtDeadlines)
def look_at_deadlines(job: LookAtDeadlines, begin: BeginWork) -> None:
    """Note what is lost first, since what is lost next decides whom to remind."""
    with begin() as work:
        reminding.note_lapsed(work)
    with begin() as work:
        for reminder in reminding.find_reminders(work):
            work.defer(reminder)


@handles(RemindOfInvoice)
def remind_of_invoice(job: RemindOfInvoice, begin: BeginWork) -> None:
    """One stage of one deadline of one invoice."""
    with begin() as work:
        reminding.remind(work, job.invoice_id, job.deadline, job.addressee)


@handles(CompileDigests)
def compile_digests(job: CompileDigests, begin: BeginWork) -> None:
    """After the reminders of the day, which begin hours before."""
    with begin() as work:
        for digest in reminding.compile_digests(work):
            work.defer(digest)


@handles(SendDigest)
def send_digest(job: SendDigest, begin: BeginWork) -> None:
    """At most once: that it is handed over is committed before it is; only what was surely not taken is tried again."""
    with begin() as work:
        letter = reminding.claim_digest(work, job.person_id, job.day)
        settings = work.settings.smtp
    if letter is None:
        return

    def settle(state: DigestState) -> None:
        with begin() as work:
            reminding.settle_digest(work, job.person_id, job.day, state)

    hand_over_once(letter, settings, settle)


@handles(WriteRejection)
def write_rejection(job: WriteRejection, begin: BeginWork) -> None:
    """Set the letter to the supplier, then file it."""
    with begin() as work:
        draft = rejecting.draft_letter(work, job.act_id)
        storage = work.storage
    if draft is None:
        return
    file = store(storage, draft, render_pdf(draft.sheet, draft.footer, on=draft.on))
    with begin() as work:
        rejecting.file_letter(work, draft, file)


@handles(SendRejection)
def send_rejection(job: SendRejection, begin: BeginWork) -> None:
    """At most once, as the digests; for as long as the mail server takes nothing, but not for ever."""
    with begin() as work:
        letter = telling.claim_mail(work, job.act_id)
        settings = work.settings.smtp
    if letter is None:
        return

    def settle(state: DigestState) -> None:
        with begin() as work:
            telling.settle_mail(work, job.act_id, state)

    hand_over_once(letter, settings, settle)


@handles(FileInvoice)
def file_invoice(job: FileInvoice, begin: BeginWork) -> None:
    """Set the workflow sheet, then file it."""
    with begin() as work:
        draft = filing.draft_sheet(work, job.invoice_id)
        storage = work.storage
    if draft is None:
        return
    file = store(storage, draft, render_pdf(draft.sheet, draft.footer, on=draft.on))
    with begin() as work:
        filing.file_sheet(work, draft, file)


@handles(CloseInvoiceCase)
def close_invoice_case(job: CloseInvoiceCase, begin: BeginWork) -> None:
    """Close the case as soon as nothing in it is under way any more."""
    with begin() as work:
        filing.close_case(work, job.invoice_id)
