"""SEPA credit transfers as pain.001.001.09, for a bank; sepaxml writes and validates the file.

Its ids follow from the orders in it, so that a bank knows a file it has seen: the library makes new ones each time,
which are replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import as_file, files

from lxml import etree
from sepaxml import SepaTransfer

from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.rules.payment import OrderState, PaymentType
from xrechnung.approval.rules.remittance import LONGEST_NAME, LONGEST_REFERENCE, SEPA_COUNTRIES, in_sepa_letters
from xrechnung.judging.hints.iban import Iban, InvalidIban

SCHEMA = "pain.001.001.09"
_NAMESPACES = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}
_GIVEN = (OrderState.HANDED_OVER, OrderState.TAKEN)


@dataclass(frozen=True, slots=True)
class Debtor:
    """The city's own account."""

    name: str
    iban: str
    bic: str


def is_sepa_transfer(order: PaymentOrder) -> bool:
    """Whether a bank is to carry it out: given out, not recalled, in euros, to a sound IBAN within SEPA."""
    if order.payment_type is not PaymentType.TRANSFER or order.currency != "EUR" or order.amount <= 0:
        return False
    return order.state in _GIVEN and order.recalled_at is None and _is_reached(order.iban)


def _is_reached(iban: str | None) -> bool:
    try:
        return Iban.parse(iban or "").country in SEPA_COUNTRIES
    except InvalidIban:
        return False


def transfers_as_pain001(orders: Sequence[PaymentOrder], debtor: Debtor, at: datetime) -> bytes:
    """A file of transfers, one batch for each day of execution; all orders are SEPA transfers, at least one."""
    account = {
        "name": in_sepa_letters(debtor.name, LONGEST_NAME),
        "IBAN": "".join(debtor.iban.split()),
        "BIC": debtor.bic,
        "currency": "EUR",
        "batch": True,
    }
    file = SepaTransfer(account, schema=SCHEMA, clean=False)
    for order in sorted(orders, key=lambda order: (order.pay_on, order.number)):
        file.add_payment(_payment(order))
    return _with_own_ids(file.export(validate=False), orders, at)


def _payment(order: PaymentOrder) -> dict[str, object]:
    # The holder's own name, where it is told: banks compare it with the account (Verification of Payee).
    return {
        "name": in_sepa_letters(order.account_name or order.payee, LONGEST_NAME) or "NOTPROVIDED",
        "IBAN": order.iban,
        "amount": int(order.amount * 100),
        "execution_date": order.pay_on,
        "description": in_sepa_letters(order.remittance, LONGEST_REFERENCE) or order.number,
        "endtoend_id": order.number,
    }


def _with_own_ids(written: bytes, orders: Sequence[PaymentOrder], at: datetime) -> bytes:
    root = etree.fromstring(written, etree.XMLParser(resolve_entities=False, no_network=True))
    digest = sha256("".join(sorted(str(order.id) for order in orders)).encode()).hexdigest()[:24]
    _set(root, "p:CstmrCdtTrfInitn/p:GrpHdr/p:MsgId", f"EAKTE-{digest}")
    _set(root, "p:CstmrCdtTrfInitn/p:GrpHdr/p:CreDtTm", at.isoformat(timespec="seconds"))
    for batch in root.iterfind("p:CstmrCdtTrfInitn/p:PmtInf", _NAMESPACES):
        day = batch.findtext("p:ReqdExctnDt/p:Dt", namespaces=_NAMESPACES) or ""
        _set(batch, "p:PmtInfId", f"{digest}-{day.replace('-', '')}")
    finished = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    _schema().assertValid(root)
    return finished


@cache
def _schema() -> etree.XMLSchema:
    """The schema as the library carries it; its own way to validate takes seconds."""
    with as_file(files("sepaxml") / "schemas" / f"{SCHEMA}.xsd") as path:
        return etree.XMLSchema(etree.parse(path))


def _set(element: etree._Element, path: str, text: str) -> None:
    found = element.find(path, _NAMESPACES)
    assert found is not None
    found.text = text
