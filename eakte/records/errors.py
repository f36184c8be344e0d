from eakte.foundation.errors import Conflict, Forbidden, Invalid, NotFound


class PlanNotFound(NotFound):
    """Diesen Aktenplan gibt es nicht."""


class EntryNotFound(NotFound):
    """Diesen Aktenplaneintrag gibt es nicht."""

    advice = "Bitte Kennzeichen „{entry}“ prüfen."


class DossierNotFound(NotFound):
    """Diese Akte gibt es nicht."""


class CaseNotFound(NotFound):
    """Diesen Vorgang gibt es nicht."""


class RecordNotFound(NotFound):
    """Dieses Schriftgut gibt es nicht."""


class ReferenceNotFound(NotFound):
    """Dieses Aktenzeichen gibt es nicht."""

    advice = "Unter „{reference}“ ist nichts zu finden. Bitte die Schreibweise prüfen."


class PartyNotFound(NotFound):
    """Diesen Beteiligten gibt es nicht."""


class LinkNotFound(NotFound):
    """Diesen Verweis gibt es nicht."""


class PlanKeyTaken(Conflict):
    """Einen Aktenplan mit dieser Kennung gibt es schon."""

    advice = "Bitte eine andere Kennung als „{key}“ wählen."


class EntryCodeTaken(Conflict):
    """Dieses Kennzeichen ist im Aktenplan vergeben."""

    advice = "Bitte ein anderes Kennzeichen als „{entry}“ wählen."


class EntryNotALeaf(Conflict):
    """Nur eine Betreffseinheit kann Akten aufnehmen."""

    advice = "„{entry}“ ist eine Gruppe. Bitte eine Betreffseinheit darunter wählen."


class EntryClosedDown(Conflict):
    """Der Aktenplaneintrag nimmt keine neuen Akten auf."""

    advice = "„{entry}“ ist stillgelegt oder heute nicht gültig. Bitte einen gültigen Eintrag wählen."


class EntryCannotHoldEntries(Conflict):
    """Unter einer Betreffseinheit kann kein weiterer Eintrag stehen."""

    advice = "„{entry}“ ist eine Betreffseinheit. Bitte eine Gruppe wählen."


class ParentClosedDown(Conflict):
    """Die übergeordnete Gruppe ist stillgelegt."""

    advice = "Unter „{entry}“ kommt nichts Neues hinzu. Bitte eine andere Gruppe wählen."


class EntryInUse(Conflict):
    """Der Aktenplaneintrag führt schon Akten oder Einträge."""

    advice = "Deshalb bleibt die Art von „{entry}“, wie sie ist."


class RecordStateForbids(Conflict):
    """Der Zustand des Schriftguts lässt das nicht zu."""

    advice = "{reference} ist {state}; „{action}“ ist so nicht möglich."


class TransitionBlocked(Conflict):
    """Das ist noch nicht möglich."""

    advice = "{reference}: {count} Hindernis(se) stehen entgegen; sie sind unter „errors“ einzeln genannt."


class ProcessingRestricted(Forbidden):
    """Die Verarbeitung ist eingeschränkt (Art. 18 DSGVO)."""

    advice = "Den Inhalt von {reference} sieht nur, wer Verarbeitungen einschränken darf; das Lesen wird protokolliert."


class RecordRestricted(Conflict):
    """Die Verarbeitung dieses Schriftguts ist eingeschränkt (Art. 18 DSGVO)."""

    advice = "{reference} bleibt, wie es ist, bis die Einschränkung aufgehoben wird."


class AlreadyRestricted(Conflict):
    """Die Verarbeitung ist schon eingeschränkt."""

    advice = "Für einen anderen Grund bitte die bestehende Einschränkung von {reference} erst aufheben."


class NotRestricted(Conflict):
    """Die Verarbeitung ist nicht eingeschränkt."""

    advice = "{reference} hat keine eigene Einschränkung; eine geerbte wird an der Akte oder am Vorgang aufgehoben."


class PlanImportInvalid(Invalid):
    """Der Aktenplan lässt sich so nicht übernehmen."""

    advice = "Es wurde nichts übernommen. Die Fehler sind unter „errors“ mit Zeile genannt."


class PlanFormatUnknown(Invalid):
    """Dieses Dateiformat kennt der Aktenplan nicht."""

    advice = "Bitte CSV (text/csv) oder JSON (application/json) senden."


class ValidityInvalid(Invalid):
    """Der Gültigkeitszeitraum ist verkehrt."""

    advice = "„Gültig ab“ darf nicht nach „gültig bis“ liegen."


class RetentionInvalid(Invalid):
    """Die Aufbewahrung ist widersprüchlich."""

    advice = "Entweder 0 bis 110 Jahre angeben oder unbefristet, nicht beides."


class NumberTemplateInvalid(Invalid):
    """Die Vorgabe für Aktenzeichen ist nicht verwendbar."""

    advice = "{problem}"


class LocationMissing(Invalid):
    """Der Standort fehlt."""

    advice = "Papier- und Hybridakten brauchen einen Standort."


class LinkToItself(Invalid):
    """Ein Verweis auf sich selbst ist nicht sinnvoll."""
