from eakte.foundation.errors import Conflict, Invalid, NotFound, Unavailable


class InvoiceNotFound(NotFound):
    """Diese Rechnung gibt es nicht."""


class InvoiceNotWaiting(Conflict):
    """Diese Rechnung wartet auf keine neue Prüfung."""

    advice = "Wiederholt wird nur eine Prüfung, die nicht zu Ende kam."


class InvoiceNotReadYet(Conflict):
    """Diese Rechnung ist noch nicht gelesen."""

    advice = "Das Ergebnis steht in wenigen Augenblicken bereit; bitte noch einmal abrufen."


class InvoiceNotReadable(Conflict):
    """Was in dieser Rechnung steht, lässt sich nicht lesen."""

    advice = "Warum, sagt das Prüfergebnis. Das Original ist erhalten."


class InvoicePlaceMissing(Invalid):
    """Wohin die Rechnung gehört, ist nicht gesagt."""

    advice = "Bitte genau eines angeben: die Akte, in der ein Vorgang für sie angelegt wird, oder einen Vorgang."


class InvoiceWithheld(Unavailable):
    """Die Rechnung ist noch nicht auf Schadsoftware geprüft."""

    advice = "Sie wird danach von selbst gelesen."


class InvoiceNotCheckable(Invalid):
    """Diese Datei lässt sich nicht prüfen."""

    advice = "{problem}"
