"""The German words pages use for retention rules, disposal lists and messages to archives."""

from enum import StrEnum

from retention.rules.disposal import ITEM_WORDS, PROCEDURE_WORDS, STATE_WORDS, Direction, ListAct
from retention.rules.exchanging import MESSAGE_WORDS
from retention.rules.inheritance import Inheritance, Standing

_ACT_WORDS = {
    ListAct.REVIEW: "Als geprüft bestätigen",
    ListAct.RETURN: "Zur Überarbeitung zurückgeben",
    ListAct.OFFER: "Dem Archiv anbieten",
    ListAct.CONFIRM_UNDECIDED: "Nicht Bewertetes vernichten lassen",
    ListAct.TRANSFER: "An das Archiv abgeben",
    ListAct.RELEASE: "Zur Vernichtung freigeben",
    ListAct.DESTROY: "Vernichtung jetzt beginnen",
    ListAct.CANCEL: "Verzeichnis aufheben",
}
_DIRECTION_WORDS = {Direction.SENT: "an das Archiv", Direction.RECEIVED: "vom Archiv"}

_STANDING_WORDS = {
    Standing.IN_FORCE: "gilt",
    Standing.REPLACED: "ersetzt durch Näheres",
    Standing.NOT_VALID: "zurzeit nicht in Kraft",
}
_INHERITANCE_WORDS = {
    Inheritance.REPLACES: "statt der Regeln von oben",
    Inheritance.ADDS: "neben den Regeln von oben",
}

DISPOSAL_WORDS: tuple[tuple[StrEnum, str], ...] = (
    *STATE_WORDS.items(),
    *ITEM_WORDS.items(),
    *PROCEDURE_WORDS.items(),
    *MESSAGE_WORDS.items(),
    *_ACT_WORDS.items(),
    *_DIRECTION_WORDS.items(),
    *_STANDING_WORDS.items(),
    *_INHERITANCE_WORDS.items(),
)
