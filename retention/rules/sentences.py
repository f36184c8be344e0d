"""Until when a record is kept, and why, in one German sentence; and a rule in words."""

from datetime import date

from retention.rules.periods import Event, Outcome, Rounding, Rule, Trigger, Unit
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
            missing = key_in_words(kept.missing_key or "")
            return f"{begin}; das Ende steht noch nicht fest: Für {rule} fehlt das Datum „{missing}“."
        case _:
            return f"{begin}, bis eine Regel gilt: Weder am Schriftgut noch im Aktenplan ist eine Frist festgelegt."


_UNITS = {Unit.DAYS: ("Tag", "Tage"), Unit.MONTHS: ("Monat", "Monate"), Unit.YEARS: ("Jahr", "Jahre")}
_ROUNDINGS = {
    Rounding.EXACT: "auf den Tag genau",
    Rounding.END_OF_YEAR: "bis zum Ende des Kalenderjahres",
    Rounding.FROM_NEXT_YEAR: "gerechnet vom 1. Januar danach",
    Rounding.END_OF_FISCAL_YEAR: "bis zum Ende des Haushaltsjahres",
}


def rule_in_words(rule: Rule) -> str:
    """How long a rule keeps, from when, and how it is rounded."""
    if rule.period is None:
        return "auf Dauer"
    one, many = _UNITS[rule.period.unit]
    length = rule.period.length
    return f"{length} {one if length == 1 else many} ab {event_in_words(rule.trigger)}, {_ROUNDINGS[rule.rounding]}"


def event_in_words(trigger: Trigger) -> str:
    """What starts a period."""
    match trigger.event:
        case Event.CLOSING:
            return "Schließung (zdA)"
        case Event.PARENT_CLOSING:
            return KEY_WORDS[Event.PARENT_CLOSING.value]
        case Event.ENTERED | Event.BUSINESS_DATA:
            return key_in_words(trigger.key or "")


def key_in_words(key: str) -> str:
    """The name of a date."""
    return KEY_WORDS.get(key, key)


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day is not None else "…"
