from eakte.foundation.errors import Conflict, Invalid, Unavailable


class InvalidQuery(Invalid):
    """Die Suchanfrage ist nicht verständlich."""

    advice = "{problem}"


class InvalidCursor(Invalid):
    """Die Fortsetzungsmarke ist ungültig."""

    advice = "Bitte die Suche von vorn beginnen; Marken gelten nur für dieselbe Anfrage."


class IndexBusy(Unavailable):
    """Der Suchindex wird gerade von einem anderen Prozess geschrieben."""


class IndexUnreadable(Unavailable):
    """Der Suchindex lässt sich nicht lesen."""

    advice = "Bitte den Index mit „eakte index rebuild“ neu aufbauen; die Akten selbst sind davon nicht betroffen."


class IndexUnreachable(Unavailable):
    """Der Suchindex ist nicht erreichbar."""


class SearchEngineMissing(Unavailable):
    """Die eingestellte Suchmaschine ist nicht installiert."""

    advice = "Bitte das Paket {package} nachinstallieren oder eine andere Suchmaschine einstellen."


class RebuildSuperseded(Conflict):
    """Inzwischen hat ein anderer Neuaufbau des Suchindex begonnen."""

    advice = "Bitte den jüngeren Neuaufbau abwarten."
