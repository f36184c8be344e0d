"""Offering a list to its archive and taking in the appraisal (Anbietung und Bewertung, 0501 and 0502)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import update

from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from retention.archives import archive_called
from retention.messages import ListChanged
from retention.models.disposal import DisposalItem, DisposalList
from retention.queries.offered import Selection, offered_records
from retention.rules.appraising import understand_appraisal
from retention.rules.disposal import ItemState, ListAct, ListState
from retention.rules.exchange import AppraisalMessage, Message, MessageType
from retention.service.deciding import ACTS, must_hold_something, set_decisions
from retention.service.exchanging import takers, write_later
from retention.service.listing import withdraw_what_is_hindered

_UNCLEAR = "die Bewertung des Archivs ist nicht eindeutig; bitte dort fragen und erneut anbieten"


def _offer(work: UnitOfWork, list_: DisposalList) -> None:
    """Offer what is still ready. Raises ArchiveUnknown before anything is said to anybody."""
    assert list_.archive is not None
    archive_called(work.settings.retention.archives, list_.archive)
    withdraw_what_is_hindered(work, list_)
    must_hold_something(work, list_)
    write_later(work, list_.id, MessageType.OFFER)


def take_in_appraisal(work: UnitOfWork, list_: DisposalList, message: Message) -> Sequence[Finding]:
    """Decide what the archive decided, and confirm the receipt (0505). Only an offered list is appraised, once.

    What it left out waits for a person to say what that means. What it said unclearly is put off: it has to be asked,
    and may be offered again, but must never be destroyed as if nothing had been said.
    """
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
    _put_off(work, list_, outcome.unclear)
    write_later(work, list_.id, MessageType.APPRAISAL_RECEIVED)
    return outcome.findings


def _put_off(work: UnitOfWork, list_: DisposalList, record_ids: Collection[UUID]) -> None:
    unclear = update(DisposalItem).where(
        DisposalItem.list_id == list_.id,
        DisposalItem.record_id.in_(record_ids),
        DisposalItem.state == ItemState.LISTED,
    )
    put_off = work.session.scalars(
        unclear.values(state=ItemState.WITHDRAWN, failure=_UNCLEAR).returning(DisposalItem.reference),
        execution_options={"synchronize_session": False},
    ).all()
    if put_off:
        work.publish(
            ListChanged(record_id=list_.id, changes={"withdrawn": (None, list(put_off)), "why": (None, _UNCLEAR)})
        )


ACTS[ListAct.OFFER] = _offer
takers[MessageType.APPRAISAL] = take_in_appraisal
