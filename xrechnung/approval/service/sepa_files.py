"""SEPA files of orders that were given out, for cities whose finance system does not pay by itself."""

from eakte.foundation.work import UnitOfWork
from xrechnung.approval.adapters.pain001 import Debtor, is_sepa_transfer, transfers_as_pain001
from xrechnung.approval.errors import DebtorAccountMissing, NothingToTransfer
from xrechnung.approval.queries.transfers import WantedOrders, all_orders, may_take_orders


def sepa_file(work: UnitOfWork, wanted: WantedOrders, *, limit: int) -> bytes:
    """Those of some orders that a bank is to carry out, as pain.001.001.09; the same orders make the same ids.

    Raises ActionForbidden, DebtorAccountMissing, NothingToTransfer.
    """
    may_take_orders(work)
    settings = work.settings.finance
    debtor = Debtor(settings.debtor_name, settings.debtor_iban, settings.debtor_bic)
    if not (debtor.name and debtor.iban and debtor.bic):
        raise DebtorAccountMissing
    if wanted.lease is None and not wanted.ids:
        raise NothingToTransfer
    transfers = [order for order in all_orders(work, wanted, limit=limit) if is_sepa_transfer(order)]
    if not transfers:
        raise NothingToTransfer
    return transfers_as_pain001(transfers, debtor, work.now)
