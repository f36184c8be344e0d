"""The queue asks: find the unit of an invoice, look at deadlines, remind people."""

import json

from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from xrechnung.approval.messages import AssignInvoice
from xrechnung.approval.service import assignment

# After what people wait for, before what follows from it.
ASSIGNING = 5


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
