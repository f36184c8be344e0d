from eakte.foundation.errors import Conflict, EakteError, Invalid, NotFound, Unavailable
from eakte.foundation.room import NoRoomLeft
from eakte.foundation.storage import StorageUnavailable


class IngestNotFound(NotFound):
    """Diesen Eingang gibt es nicht."""


class IngestItemNotFound(NotFound):
    """Diese Datei gibt es im Eingang nicht."""


class PlaceUnclear(EakteError):
    """Wohin das Dokument gehört, ist nicht klar."""


class TargetNotFound(NotFound, PlaceUnclear):
    """Das Ziel der Ablage gibt es nicht."""

    advice = "Unter „{reference}“ ist weder Akte noch Vorgang zu finden. Bitte das Aktenzeichen prüfen."


class TargetMissing(Invalid, PlaceUnclear):
    """Für dieses Dokument ist kein Ziel genannt."""

    advice = "Weder ein Deckblatt noch der Text nennt ein bekanntes Aktenzeichen. Bitte das Ziel angeben."


class TargetProposed(Invalid, PlaceUnclear):
    """Für dieses Dokument ist kein Ziel genannt, im Text steht aber ein bekanntes Aktenzeichen."""

    advice = "Bitte prüfen, ob das Dokument zu {reference} gehört, und bestätigen."


class TwoCodesOnOneSheet(Invalid, PlaceUnclear):
    """Das Trennblatt trägt zwei verschiedene Ziele."""

    advice = "Bitte das richtige Ziel für das folgende Dokument angeben."


class SeparatorOfAnotherBatch(Invalid, PlaceUnclear):
    """Das Trennblatt gehört zu einem anderen Stapel."""

    advice = "Bitte prüfen, ob das folgende Dokument in diesen Stapel gehört, und das Ziel angeben."


class CodeDamaged(Invalid, PlaceUnclear):
    """Der Code auf dem Trennblatt ist beschädigt."""

    advice = "Bitte das Ziel für das folgende Dokument angeben."


class BlankSheetsUnclear(Invalid, PlaceUnclear):
    """Ob die leeren Seiten Trennblätter oder Rückseiten sind, ist nicht zu erkennen."""

    advice = "Bitte die Seiten prüfen, das Dokument wenn nötig teilen und dann wiederholen."


class FrontsAndBacksDiffer(Invalid, PlaceUnclear):
    """Vorder- und Rückseiten sind nicht gleich viele."""

    advice = "Vermutlich wurde ein Blatt doppelt eingezogen. Bitte nachzählen und neu scannen, oder wiederholen."


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


class MalwareFound(Invalid):
    """Die Datei enthält Schadsoftware."""

    advice = (
        "Der Virenscanner meldet „{malware}“. Die Datei liegt in Quarantäne: Sie wird nicht verarbeitet und nicht "
        "herausgegeben, bis eine berechtigte Person sie freigibt. Bitte die IT-Sicherheit benachrichtigen."
    )


class MalwareScannerUnavailable(Unavailable):
    """Der Virenscanner antwortet nicht."""

    advice = "Ohne Prüfung wird nichts angenommen. Der Versuch wird von selbst wiederholt; nichts ist verloren."


class FileTooLargeToScan(Invalid):
    """Die Datei ist für den Virenscanner zu groß."""

    advice = "Bitte StreamMaxLength von clamd anheben lassen und dann wiederholen; ungeprüft wird nichts angenommen."


class InQuarantine(Conflict):
    """Diese Datei liegt in Quarantäne."""

    advice = "Der Virenscanner fand „{malware}“. Herausgegeben wird sie erst nach einer Freigabe."


class NotInQuarantine(Conflict):
    """Diese Datei liegt nicht in Quarantäne."""


class NotWaitingForConversion(Conflict):
    """Diese Datei wartet nicht auf ihre Archivfassung."""


OBSTACLES: dict[str, type[EakteError]] = {
    error.code(): error
    for error in (TwoCodesOnOneSheet, SeparatorOfAnotherBatch, CodeDamaged, BlankSheetsUnclear, FrontsAndBacksDiffer)
}
"""Why a document of a stack waits for a person, whatever its place, by code."""

TROUBLES = frozenset(error.code() for error in (StorageUnavailable, MalwareScannerUnavailable, NoRoomLeft))
"""What a file may have to wait for on its way without being to blame."""
