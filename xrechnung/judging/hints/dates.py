"""Dates of an invoice that cannot be meant so, or that leave no time."""

from datetime import date

from xrechnung.judging.hints.hint import Hint

LONGEST_TERM_DAYS = 60
"""A public authority cannot agree to longer terms (§ 271a (2) BGB)."""


def date_hints(issue_date: date | None, due_date: date | None, today: date) -> tuple[Hint, ...]:
    """What is odd about invoice date (BT-2) and due date (BT-9), seen from today's legal day."""
    hints: list[Hint] = []
    if issue_date is not None and issue_date > today:
        hints.append(
            Hint(
                "EAKTE-DATUM-1",
                "BT-2",
                f"Das Rechnungsdatum {_german(issue_date)} liegt in der Zukunft.",
                "Rechnungsdatum mit dem Lieferanten klären.",
            )
        )
    if due_date is not None:
        hints += _due_date_hints(issue_date, due_date, today)
    return tuple(hints)


def _due_date_hints(issue_date: date | None, due_date: date, today: date) -> list[Hint]:
    if issue_date is not None and due_date < issue_date:
        return [
            Hint(
                "EAKTE-DATUM-2",
                "BT-9",
                f"Das Fälligkeitsdatum {_german(due_date)} liegt vor dem Rechnungsdatum {_german(issue_date)}.",
                "Fälligkeit mit dem Lieferanten klären.",
            )
        ]
    hints: list[Hint] = []
    if due_date < today:
        hints.append(
            Hint(
                "EAKTE-DATUM-3",
                "BT-9",
                f"Die Rechnung war am {_german(due_date)} fällig, also vor {_days((today - due_date).days)}.",
                "Vorrangig bearbeiten; prüfen, wann die Rechnung eingegangen ist.",
            )
        )
    term = (due_date - issue_date).days if issue_date is not None else 0
    if term > LONGEST_TERM_DAYS:
        hints.append(
            Hint(
                "EAKTE-DATUM-4",
                "BT-9",
                f"Zwischen Rechnungsdatum und Fälligkeit liegen ungewöhnlich viele Tage: {term}.",
                "Fälligkeit mit der Vereinbarung im Vertrag vergleichen.",
            )
        )
    return hints


def _german(day: date) -> str:
    # `strftime` takes ten times as long, and most invoices are judged after they are due.
    return f"{day.day:02}.{day.month:02}.{day.year}"


def _days(count: int) -> str:
    return "einem Tag" if count == 1 else f"{count} Tagen"
