from eakte.foundation.errors import Conflict, Invalid, NotFound, OutOfRange, Unavailable


class DocumentNotFound(NotFound):
    """Dieses Dokument gibt es nicht."""


class VersionNotFound(NotFound):
    """Diese Version des Dokuments gibt es nicht."""

    advice = "Bitte die Versionsnummer prüfen."


class RenditionMissing(NotFound):
    """Diese Fassung des Dokuments gibt es nicht."""

    advice = "Sie wird vielleicht noch hergestellt. Der Stand steht in der Arbeitsliste des Eingangs."


class PageMissing(NotFound):
    """Diese Seite gibt es nicht."""

    advice = "Das Dokument hat {pages} Seite(n)."


class ContentWithheld(Conflict):
    """Der Inhalt dieses Dokuments wird zurückgehalten."""

    advice = (
        "Er ist noch nicht auf Schadsoftware geprüft, oder er liegt in Quarantäne; siehe Arbeitsliste des Eingangs."
    )


class ExternalKeyTaken(Conflict):
    """Dieses Dokument des Fachverfahrens gibt es schon."""

    advice = "Der externe Schlüssel gehört zu {reference}."


class EmptyUpload(Invalid):
    """Die Datei ist leer."""

    advice = "Bitte die Datei prüfen und erneut übertragen; es wurde nichts gespeichert."


class RangeNotSatisfiable(OutOfRange):
    """Der angeforderte Bereich liegt außerhalb der Datei."""

    advice = "Die Datei hat {size} Bytes."


class CameTooLate(Unavailable):
    """Die hergestellten Dateien waren schon gelöscht, als sie abgelegt werden sollten."""

    advice = "Sie werden von selbst neu hergestellt; das Original ist erhalten."
