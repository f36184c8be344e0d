from eakte.foundation.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class SourceUnavailable(Unavailable):
    """Die Quelle antwortet nicht."""

    advice = "{problem}"


class SourceRefusesLogin(SourceUnavailable):
    """Die Quelle nimmt die Anmeldung nicht an."""

    advice = "Bitte Benutzer und Kennwort der Quelle prüfen."


class SourcesInvalid(Invalid):
    """Die Datei mit den Quellen ist nicht verwendbar."""

    advice = "{problem}"


class SourceIdentityUnknown(Forbidden):
    """Das Konto, unter dem die Quelle arbeitet, gibt es nicht oder es ist gesperrt."""

    advice = "Bitte das Konto „{login}“ anlegen und ihm die Rechte der Quelle geben."


class ArrivalGone(NotFound):
    """Die Datei ist nicht mehr da."""


class ArrivalChanged(Conflict):
    """Die Datei ändert sich noch."""


class ArrivalUnreadable(Invalid):
    """Die Datei lässt sich nicht lesen."""

    advice = "Bitte Rechte und Datenträger prüfen und sie dann noch einmal bereitstellen."


class NoRegularFile(Invalid):
    """Das ist keine gewöhnliche Datei."""

    advice = "Verknüpfungen und Gerätedateien werden nicht angenommen; bitte die Datei selbst bereitstellen."


class SidecarInvalid(Invalid):
    """Die Begleitdatei zum Stapel ist nicht verwendbar."""

    advice = "{problem}"


class MessageUnreadable(ArrivalUnreadable):
    """Der Postkorb gibt diese Nachricht nicht vollständig heraus."""

    advice = "Bitte die Nachricht im Postkorb ansehen und von Hand übernehmen."


class CameBefore(Conflict):
    """Diese Dateien kamen schon einmal."""

    advice = "Sie sind Byte für Byte der Stapel {number}. Es wurde nichts doppelt abgelegt."


class MessageTooNested(Invalid):
    """Diese Nachricht hat zu viele oder zu tief geschachtelte Teile."""

    advice = "Bitte die Nachricht im Postkorb ansehen und von Hand übernehmen."
