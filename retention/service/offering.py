"""Offering a list to its archive and taking in the appraisal (Anbietung und Bewertung, 0501 and 0502)."""

from collections.abc import Sequence

from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from retention.archives import archive_called
from retention.models.disposal import DisposalList
from retention.queries.offered import Selection, offered_records
from retention.rules.appraising import understand_appraisal
from retention.rules.disposal import ItemState, ListAct, ListState
from retention.rules.exchange import AppraisalMessage, Message, MessageType
from retention.service.deciding import ACTS, must_hold_something, set_decisions
from retention.service.exchanging import takers, write_later
from retention.service.listing import withdraw_what_is_hindered

# Messages of an archive are taken in by the house itself.


def _offer(work: UnitOfWork, list_: DisposalList) -> None:
    """Offer what is still ready. Raises ArchiveUnknown before anything is said to anybody."""
    assert list_.archive is not None
    archive_called(work.settings.retention.archives, list_.archive)
    withdraw_what_is_hindered(work, list_)
    must_hold_something(work, list_)
    write_later(work, list_.id, MessageType.OFFER)


def take_in_appraisal(work: UnitOfWork, list_: DisposalList, message: Message) -> Sequence[Finding]:
    """Decide what the archive decided, and confirm the receipt (0505). Only an offered list is appraised, once."""
    assert isinstance(message, AppraisalMessage)
    if list_.state is not ListState.OFFERED:
        text = "Das Verzeichnis wartet auf keine Bewertung; an den Entscheidungen wurde nichts geändert."
        return [Finding("not-awaited", text, list_.reference)]
    outcome = understand_appraisal(
        offered_records(work.session, Selection(list_.id, ItemState.LISTED)), message.appraisals
    )
    decisions = {
        record_id: DisposalCode(one.decision.value)
        for record_id, one in outcome.decided.items()
        if one.decision is not None
    }
    set_decisions(work, list_.id, decisions, undecided=outcome.undecided)
    write_later(work, list_.id, MessageType.APPRAISAL_RECEIVED)
    return outcome.findings


ACTS[ListAct.OFFER] = _offer
takers[MessageType.APPRAISAL] = take_in_appraisal
