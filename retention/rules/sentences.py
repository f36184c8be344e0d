"""Until when a record is kept, and why, in one German sentence."""

from datetime import date

from retention.rules.periods import Event, Outcome
from retention.rules.subjects import Kept

KEY_WORDS = {
    "annual_statement_adopted": "Feststellung des Jahresabschlusses",
    "annual_statement_drawn_up": "Aufstellung des Jahresabschlusses",
    "annual_statement_discharged": "Entlastung",
    "permit_ends": "Ende der Erlaubnis",
    "contract_ends": "Ende des Vertrags",
    "exit": "Ausscheiden",
    "date_of_birth": "Geburtsdatum",
    "building_removed": "Abbruch des Gebäudes",
    Event.PARENT_CLOSING.value: "Schließung der Akte",
}
"""Names of dates as the shipped catalogues use them; others are shown as they are."""


def in_words(kept: Kept, *, closed: bool) -> str:
    """Why a record is kept so; `closed` False says what would be, were it closed today."""
    rule = f"„{kept.rule_name}“ ({kept.rule_source})"
    begin = "Aufzubewahren" if closed else "Noch nicht geschlossen; heute geschlossen wäre es aufzubewahren"
    match kept.outcome:
        case Outcome.ENDS:
            counted = f" ab {_day(kept.event_day)}" if kept.event_day is not None else ""
            return f"{begin} bis {_day(kept.last_day)}: Es gilt {rule}, gerechnet{counted}."
        case Outcome.FOR_EVER:
            return f"{begin} auf Dauer: Es gilt {rule}."
        case Outcome.WAITING:
            missing = KEY_WORDS.get(kept.missing_key or "", kept.missing_key)
            return f"{begin}; das Ende steht noch nicht fest: Für {rule} fehlt das Datum „{missing}“."
        case _:
            return f"{begin}, bis eine Regel gilt: Weder am Schriftgut noch im Aktenplan ist eine Frist festgelegt."


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day is not None else "…"
