"""Handing records over to the archive and taking in what it has taken over (Abgabe, 0503 and 0506)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update

from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from retention.archives import archive_called
from retention.errors import NothingToTransfer
from retention.messages import ListChanged
from retention.models.disposal import DisposalItem, DisposalList
from retention.queries.exchange import message_of
from retention.queries.offered import Selection, handed_over_records
from retention.rules.disposal import ItemState, ListAct
from retention.rules.exchange import ImportMessage, Message, MessageType
from retention.rules.importing import Imported, ImportState, understand_import
from retention.service.deciding import ACTS
from retention.service.exchanging import takers, write_later
from retention.service.listing import withdraw_what_is_hindered


def _transfer(work: UnitOfWork, list_: DisposalList) -> None:
    """Send everything that is A and still ready on its way; nothing else of it happens before the archive confirms.

    Raises NothingToTransfer, ArchiveUnknown.
    """
    assert list_.archive is not None
    archive_called(work.settings.retention.archives, list_.archive)
    withdraw_what_is_hindered(work, list_)
    chosen = update(DisposalItem).where(
        DisposalItem.list_id == list_.id,
        DisposalItem.state == ItemState.LISTED,
        DisposalItem.decision == DisposalCode.ARCHIVE,
    )
    going = work.session.scalars(
        chosen.values(state=ItemState.TRANSFERRED).returning(DisposalItem.id),
        execution_options={"synchronize_session": False},
    ).all()
    if not going or message_of(work.session, list_.id, MessageType.TRANSFER) is not None:
        raise NothingToTransfer
    write_later(work, list_.id, MessageType.TRANSFER)


def take_in_import(work: UnitOfWork, list_: DisposalList, message: Message) -> Sequence[Finding]:
    """Note which records the archive has taken over; only those may be deleted here.

    What it could not take over stays, with its reasons; what it does not mention goes on waiting, also for a second
    message.
    """
    assert isinstance(message, ImportMessage)
    named = {one.record_id for one in message.results}
    records = handed_over_records(work.session, Selection(list_.id, ItemState.TRANSFERRED, DisposalCode.ARCHIVE), named)
    if not records:
        text = "Von diesem Verzeichnis ist nichts unterwegs zum Archiv; es wurde nichts geändert."
        return [Finding("not-awaited", text, list_.reference)]
    outcome = understand_import(records, message)
    listed = [record.id for record in records if record.kind.is_appraised]
    confirmed = [record_id for record_id in listed if record_id in outcome.deletable]
    for record_id in confirmed:
        _note(work, list_, record_id, outcome.imported[record_id], ItemState.CONFIRMED)
    refused = [record_id for record_id in listed if outcome.imported[record_id].state is ImportState.FAILED]
    for record_id in refused:
        _note(work, list_, record_id, outcome.imported[record_id], ItemState.REFUSED)
    changes = {"confirmed": (None, len(confirmed)), "refused": (None, len(refused))}
    work.publish(ListChanged(record_id=list_.id, changes=changes))
    return outcome.findings


def _note(work: UnitOfWork, list_: DisposalList, record_id: UUID, said: Imported, state: ItemState) -> None:
    item = update(DisposalItem).where(
        DisposalItem.list_id == list_.id,
        DisposalItem.record_id == record_id,
        DisposalItem.state == ItemState.TRANSFERRED,
    )
    work.session.execute(
        item.values(
            state=state,
            archive_reference=said.archive_reference,
            failure="; ".join(said.reasons)[:2000] or None if state is ItemState.REFUSED else None,
        ),
        execution_options={"synchronize_session": False},
    )


ACTS[ListAct.TRANSFER] = _transfer
takers[MessageType.IMPORT_RESULT] = take_in_import
