from eakte.foundation.errors import Conflict, Invalid, NotFound


class IngestNotFound(NotFound):
    """Diesen Eingang gibt es nicht."""


class IngestItemNotFound(NotFound):
    """Diese Datei gibt es im Eingang nicht."""


class TargetNotFound(NotFound):
    """Das Ziel der Ablage gibt es nicht."""

    advice = "Unter „{reference}“ ist weder Akte noch Vorgang zu finden. Bitte das Aktenzeichen prüfen."


class TargetNotSuitable(Conflict):
    """In dieses Ziel kann nichts abgelegt werden."""

    advice = "{reference} ist ein Dokument. Bitte das Aktenzeichen einer Akte oder eines Vorgangs angeben."


class ItemNotWaiting(Conflict):
    """Diese Datei wartet nicht auf eine Entscheidung."""

    advice = "Entschieden wird nur über Gescheitertes; ihr Zustand ist „{state}“."


class ReasonMissing(Invalid):
    """Der Grund fehlt."""

    advice = "Bitte in wenigen Worten sagen, warum die Datei nicht abgelegt wird; das Protokoll bewahrt es auf."


class OriginalMissing(NotFound):
    """Zu diesem Eingang ist kein Original gespeichert."""

    advice = "Die Datei war leer."


class PageCountMismatch(Invalid):
    """Die Seitenzahl stimmt nicht."""

    advice = "Das Original hat {expected} Seiten, die Archivfassung {found}. Bitte prüfen und wiederholen."


class TooManyAttempts(Invalid):
    """Die Verarbeitung ist mehrfach abgebrochen."""

    advice = "Nach {attempts} Versuchen wurde aufgegeben. Das Original ist erhalten; bitte die Datei prüfen."


class ProcessingFailed(Invalid):
    """Bei der Verarbeitung ist ein unerwarteter Fehler aufgetreten."""

    advice = "Das Original ist erhalten. Bitte wiederholen oder die Systembetreuung mit der Kennung {item} fragen."
