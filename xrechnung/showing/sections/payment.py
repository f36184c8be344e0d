"""When and how to pay, and what may be kept back for paying early (Skonto)."""

from collections.abc import Iterator

from xrechnung.judging.hints.skonto import SkontoOffer, parse_terms, skonto_offers
from xrechnung.showing import german
from xrechnung.showing.composing import Composer
from xrechnung.showing.parts import Part
from xrechnung.showing.sheet import Column, Entry, Facts, Row, Section, Table

_SKONTO = (
    Column("Zahlung bis"),
    Column("Skonto", numeric=True),
    Column("Abzug", numeric=True),
    Column("Zu zahlen", numeric=True),
)


def payment(compose: Composer) -> Section:
    """Due date, terms, Skonto, means and accounts."""
    root = Part(compose.invoice)
    blocks: list[Facts | Table] = [compose.facts(root, names=("due_date", "payment_terms"))]
    offers = _offers(compose)
    if offers:
        blocks.append(Table("Skonto nach den Zahlungsbedingungen", _SKONTO, [_row(compose, each) for each in offers]))
    for part in root.inner("payment"):
        blocks.append(compose.facts(part))
        for heading, name in (
            ("Überweisung", "credit_transfers"),
            ("Zahlungskarte", "card"),
            ("Lastschrift", "direct_debit"),
        ):
            blocks += (compose.facts(each, heading) for each in part.inner(name))
    return Section("zahlung", "Zahlung", tuple(blocks))


def _offers(compose: Composer) -> tuple[SkontoOffer, ...]:
    """Skonto in the form that machines may rely on; what is written otherwise is shown as written."""
    invoice = compose.invoice
    gross = invoice.totals.gross if invoice.totals else None
    if invoice.payment_terms is None or invoice.issue_date is None or gross is None:
        return ()
    return skonto_offers(parse_terms(invoice.payment_terms), invoice.issue_date, gross)


def _row(compose: Composer, offer: SkontoOffer) -> Row:
    return Row(tuple(_cells(compose, offer)))


def _cells(compose: Composer, offer: SkontoOffer) -> Iterator[Entry]:
    yield Entry("Zahlung bis", german.day(offer.until))
    yield Entry("Skonto", german.percentage(offer.percent))
    yield Entry("Abzug", compose.wording.amount(offer.amount))
    yield Entry("Zu zahlen", compose.wording.amount(offer.pay))
