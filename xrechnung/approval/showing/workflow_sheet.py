"""The workflow sheet of an invoice (Laufzettel): everything that was done with it, by whom, and what was paid."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from eakte.foundation.clock import GERMANY
from xrechnung.approval.models.assignment import InvoiceReminder
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.models.payment import AccountLine, PaymentOrder
from xrechnung.approval.rules.workflow import ACT_WORDS, STEP_WORDS, TRANSITIONS
from xrechnung.models import Invoice
from xrechnung.rules import title_of_invoice
from xrechnung.showing.german import amount, day, iban
from xrechnung.showing.sheet import Column, Entry, Facts, Row, Section, Sheet, Table

FOOTER = "Laufzettel der E-Akte zum Rechnungslauf, erstellt beim Abschluss."
_MOST_RULES = 50


@dataclass(frozen=True, slots=True)
class DoneAct:
    """An act, with the names of those who did it and for whom."""

    act: InvoiceAct
    person: str
    principal: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """Everything that is known of the way of one invoice when it ends."""

    invoice: Invoice
    reference: str
    approval: Approval
    unit: str | None
    acts: Sequence[DoneAct]
    lines: Sequence[AccountLine]
    orders: Sequence[PaymentOrder]
    reminders: Sequence[InvoiceReminder]


def sheet_of(course: Course) -> Sheet:
    """The sheet as its forms set it."""
    invoice = course.invoice
    sections = (
        Section("rechnung", "Rechnung", sides=(_invoice(course), _verdict(invoice))),
        Section("bearbeitung", "Bearbeitung", blocks=(_acts(course.acts),)),
        *_when(course.lines, Section("kontierung", "Kontierung", blocks=(_lines(course.lines),))),
        *(_order(order) for order in course.orders),
        *_when(course.reminders, Section("erinnerungen", "Erinnerungen", blocks=(_reminders(course.reminders),))),
    )
    title = f"Laufzettel: {title_of_invoice(invoice.type_code, invoice.number, invoice.seller_name)}"
    return Sheet(title, _summary(course), None, sections)


def _when(found: Sequence[object], section: Section) -> Iterator[Section]:
    if found:
        yield section


def _summary(course: Course) -> tuple[Entry, ...]:
    approval = course.approval
    return tuple(
        _entries(
            ("Aktenzeichen", course.reference),
            ("Ergebnis", STEP_WORDS[approval.step]),
            ("Zuletzt bei", course.unit or "zentrale Rechnungsstelle"),
            ("Haushaltsjahr", str(approval.fiscal_year)),
        )
    )


def _invoice(course: Course) -> Facts:
    invoice = course.invoice
    return Facts(
        tuple(
            _entries(
                ("Rechnungsnummer", invoice.number),
                ("Rechnungsdatum", _day(invoice.issue_date)),
                ("Lieferant", invoice.seller_name),
                ("USt-IdNr.", invoice.seller_vat_id),
                ("Bruttobetrag", _money(invoice.gross, invoice.currency)),
                ("Zu zahlen", _money(invoice.payable, invoice.currency)),
                ("Leitweg-ID", invoice.buyer_reference),
                ("Bestellung", invoice.order_number),
                ("Vertrag", invoice.contract_number),
                ("Eingang", _instant(invoice.received_at)),
                ("Zu zahlen bis", _day(course.approval.due_on)),
            )
        ),
        "Eckdaten",
    )


def _verdict(invoice: Invoice) -> Facts:
    if invoice.accepted is None:
        return Facts(tuple(_entries(("Ergebnis", "nicht geprüft"), ("Warum", invoice.failure))), "Formale Prüfung")
    rules = sorted({str(finding["rule"]) for finding in invoice.findings})
    named = ", ".join(rules[:_MOST_RULES]) + (" und weitere" if rules[_MOST_RULES:] else "")
    return Facts(
        tuple(
            _entries(
                ("Ergebnis", "formal in Ordnung" if invoice.accepted else "formal beanstandet"),
                ("Prüfregeln vom", invoice.release),
                ("Prüfszenario", invoice.scenario),
                ("Geprüft", _instant(invoice.judged_at)),
                ("Fehler", str(invoice.errors)),
                ("Warnungen, Hinweise", str(invoice.warnings + invoice.hints)),
                ("Regeln", named),
            )
        ),
        "Formale Prüfung",
    )


def _acts(acts: Sequence[DoneAct]) -> Table:
    return Table("Schritte", (Column("Wann"), Column("Was"), Column("Wer")), [_act(one) for one in acts])


def _act(done: DoneAct) -> Row:
    act = done.act
    word = ACT_WORDS[act.act]
    if act.amount is not None and TRANSITIONS[act.act].certifies:
        word = f"{word} ({_money(act.amount, 'EUR')})"
    who = f"{done.person} in Vertretung für {done.principal}" if done.principal else done.person
    return _row(_instant(act.at), word, who, details=[("Grund", act.reason)])


def _lines(lines: Sequence[AccountLine]) -> Table:
    columns = (Column("Zeile"), Column("Buchungsstelle"), Column("Betrag", numeric=True))
    return Table("Zeilen", columns, [_line(line) for line in lines])


def _line(line: AccountLine) -> Row:
    places = (
        ("Produkt", line.product),
        ("Sachkonto", line.ledger_account),
        ("Kostenstelle", line.cost_centre),
        ("Maßnahme", line.investment),
    )
    place = ", ".join(f"{name} {said}" for name, said in places if said)
    return _row(str(line.position), place, _money(line.booked, None), details=[("Text", line.text)])


def _order(order: PaymentOrder) -> Section:
    entries = _entries(
        ("Nummer", order.number),
        ("Angeordnet", _instant(order.ordered_at)),
        ("Zahlungsempfänger", order.payee),
        ("IBAN", iban(order.iban) if order.iban else None),
        ("Rechnungsbetrag", _money(order.payable, order.currency)),
        ("Skonto", _money(order.skonto, order.currency) if order.skonto else None),
        ("Einbehalt", _money(order.retained, order.currency) if order.retained else None),
        ("Zahlbetrag", _money(order.amount, order.currency)),
        ("Zu zahlen am", _day(order.pay_on)),
        ("Zurückgerufen", _instant(order.recalled_at)),
        ("Erledigt", _instant(order.settled_at)),
        ("Buchungsnummer", order.ledger_number),
        ("Gezahlt am", _day(order.paid_on)),
        ("Nicht gebucht, weil", order.failure),
    )
    return Section(f"anordnung-{order.number}", f"Anordnung {order.number}", blocks=(Facts(tuple(entries)),))


def _reminders(reminders: Sequence[InvoiceReminder]) -> Table:
    rows = [_row(_instant(one.noted_at), _day(one.deadline), _ADDRESSEES[one.addressee.value]) for one in reminders]
    return Table("Erinnert wurde", (Column("Wann"), Column("An die Frist"), Column("Wer")), rows)


_ADDRESSEES = {"unit": "die Stelle", "deputy": "die Vertretung", "head": "die Leitung"}


def _row(*texts: str, details: Sequence[tuple[str, str | None]] = ()) -> Row:
    below = tuple(_entries(*details))
    return Row(tuple(Entry("", text) for text in texts), (Facts(below),) if below else ())


def _entries(*pairs: tuple[str, str | None]) -> Iterable[Entry]:
    return (Entry(label, text) for label, text in pairs if text)


def _day(value: date | None) -> str:
    return day(value) if value is not None else ""


def _instant(at: datetime | None) -> str:
    return f"{at.astimezone(GERMANY):%d.%m.%Y, %H:%M}" if at is not None else ""


def _money(value: Decimal | None, currency: str | None) -> str:
    return amount(value, currency) if value is not None else ""
