"""What accounting should know about Skonto before the day is past."""

from datetime import date
from decimal import Decimal

from xrechnung.judging.hints.free_text_skonto import MOST_USUAL_PERCENT, SkontoProposal, free_text_skonto
from xrechnung.judging.hints.hint import Hint, quoted
from xrechnung.judging.hints.skonto import PaymentTerms, Skonto, last_day

PAYMENT_TERMS = "BT-20"


def skonto_hints(terms: PaymentTerms, issue_date: date | None, due_date: date | None) -> tuple[Hint, ...]:
    """What is odd about Skonto in payment terms."""
    hints = [_fault_hint(terms, number) for number in range(len(terms.faults))]
    for skonto in terms.skonto:
        hints += _implausible(skonto, issue_date, due_date)
    if not terms.skonto and not terms.faults:
        hints += [_words_only(proposal, issue_date) for proposal in free_text_skonto(terms.free_text)]
    return tuple(hints)


def _fault_hint(terms: PaymentTerms, number: int) -> Hint:
    fault = terms.faults[number]
    lines = f"Zeile {fault.line} der Zahlungsbedingungen (BT-20)"
    meant = f"Gemeint ist vermutlich {fault.meant}; " if fault.meant else ""
    return Hint(
        "EAKTE-SKONTO-1",
        PAYMENT_TERMS,
        f"{lines} ist nicht maschinenlesbar: {fault.reason}.",
        f"{meant}Skonto erst nach Rücksprache mit dem Lieferanten abziehen.",
    )


def _implausible(skonto: Skonto, issue_date: date | None, due_date: date | None) -> list[Hint]:
    hints: list[Hint] = []
    if skonto.percent > MOST_USUAL_PERCENT:
        hints.append(
            Hint(
                "EAKTE-SKONTO-3",
                PAYMENT_TERMS,
                f"Ein Skonto von {_german(skonto.percent)} % ist ungewöhnlich.",
                "Skontosatz mit dem Vertrag vergleichen.",
            )
        )
    if (
        issue_date is not None
        and due_date is not None
        and skonto.percent
        and last_day(issue_date, skonto.days) > due_date
    ):
        hints.append(
            Hint(
                "EAKTE-SKONTO-4",
                PAYMENT_TERMS,
                f"Das Skonto von {_german(skonto.percent)} % gilt bis nach dem Fälligkeitsdatum {due_date:%d.%m.%Y}.",
                "Zahlungsbedingungen mit dem Vertrag vergleichen.",
            )
        )
    return hints


def _words_only(proposal: SkontoProposal, issue_date: date | None) -> Hint:
    days = proposal.days
    if days is None and proposal.until is not None and issue_date is not None:
        days = (proposal.until - issue_date).days
    form = f", maschinenlesbar wäre {Skonto(days, proposal.percent)}" if days is not None and days >= 0 else ""
    return Hint(
        "EAKTE-SKONTO-2",
        PAYMENT_TERMS,
        f"Skonto steht nur als Text in den Zahlungsbedingungen: {quoted(proposal.text)}.",
        f"Text lesen und Skonto von Hand erfassen{form}.",
    )


def _german(percent: Decimal) -> str:
    return f"{percent}".replace(".", ",")
