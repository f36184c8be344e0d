from eakte.foundation.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated


class LoginFailed(Unauthenticated):
    """Die Anmeldung ist fehlgeschlagen."""

    advice = "Benutzername oder Kennwort stimmen nicht, oder das Konto ist gesperrt."


class TooManyLogins(TooManyRequests):
    """Zu viele Anmeldeversuche."""

    advice = "Bitte in {minutes} Minuten erneut versuchen oder die Systembetreuung fragen."


class IdentityNotFound(NotFound):
    """Diese Person oder dieses Fachverfahren gibt es nicht."""


class UnitNotFound(NotFound):
    """Diese Organisationseinheit gibt es nicht."""

    advice = "Bitte Kennung „{unit}“ prüfen."


class GrantNotFound(NotFound):
    """Diese Berechtigung gibt es nicht."""


class TokenNotFound(NotFound):
    """Dieses API-Token gibt es nicht."""


class LoginTaken(Conflict):
    """Dieser Anmeldename ist vergeben."""

    advice = "Bitte einen anderen Namen als „{login}“ wählen."


class UnitKeyTaken(Conflict):
    """Diese Kennung einer Organisationseinheit ist vergeben."""

    advice = "Bitte eine andere Kennung als „{key}“ wählen."


class WeakPassword(Invalid):
    """Das Kennwort ist zu kurz."""

    advice = "Bitte mindestens {length} Zeichen wählen."


class WrongPassword(Invalid):
    """Das bisherige Kennwort stimmt nicht."""

    advice = "Bitte das Kennwort angeben, mit dem Sie sich jetzt anmelden."


class GrantPeriodInvalid(Invalid):
    """Der Zeitraum der Berechtigung ist verkehrt."""

    advice = "„Gültig ab“ darf nicht nach „gültig bis“ liegen."


class DeputyshipNotFound(NotFound):
    """Diese Vertretung gibt es nicht."""


class DeputyshipInvalid(Invalid):
    """Diese Vertretung ist nicht möglich."""

    advice = (
        "Niemand vertritt sich selbst oder setzt sich selbst als Vertretung ein, und „gültig ab“ darf nicht nach "
        "„gültig bis“ liegen."
    )


class ActionForbidden(Forbidden):
    """Dafür fehlt Ihnen das Recht."""

    advice = "Nötig ist das Recht „{permission}“. Bitte an die Schriftgutverwaltung wenden."
