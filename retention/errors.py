"""What can go wrong in retention and disposal; the docstring is what people read."""

from eakte.foundation.errors import Conflict, Gone, Invalid, NotFound


class RuleNotFound(NotFound):
    """Diese Aufbewahrungsregel gibt es nicht."""


class AssignmentNotFound(NotFound):
    """Diese Zuordnung einer Aufbewahrungsregel gibt es nicht oder sie ist nicht sichtbar."""


class DateNotFound(NotFound):
    """Dieses Datum ist nicht eingetragen oder nicht sichtbar."""


class AssignmentPlaceInvalid(Invalid):
    """Eine Regel gehört entweder an einen Aktenplaneintrag oder an eine Akte oder einen Vorgang."""


class ReasonMissing(Invalid):
    """Für eine örtliche Ausnahme braucht es einen Grund."""


class DatePlaceInvalid(Invalid):
    """Ein Datum gilt entweder für ein Haushaltsjahr oder für eine Akte oder einen Vorgang."""


class DateImplausible(Invalid):
    """Dieser Tag kann nicht gemeint sein."""

    advice = "Erlaubt sind Tage von {earliest} bis {latest}."


class DateAlreadyEntered(Conflict):
    """Für diesen Schlüssel ist dort schon ein Datum eingetragen."""

    advice = "Bitte das vorhandene Datum ändern."


class CatalogueInvalid(Invalid):
    """Der Regelkatalog lässt sich so nicht übernehmen."""

    advice = "Es wurde nichts übernommen. Die Fehler sind unter „errors“ mit Zeile genannt."


class CatalogueUnknown(NotFound):
    """Diesen mitgelieferten Regelkatalog gibt es nicht."""

    advice = "Mitgeliefert sind: {known}."


class NotKeptByItself(Invalid):
    """Eine Aufbewahrungsfrist haben nur Akten und Vorgänge."""

    advice = "Ein Dokument folgt seinem Vorgang."


class HoldNotFound(NotFound):
    """Diese Löschsperre gibt es nicht oder sie ist nicht sichtbar."""


class DisposalListNotFound(NotFound):
    """Dieses Aussonderungsverzeichnis gibt es nicht oder es ist nicht sichtbar."""


class HoldAlreadyReleased(Conflict):
    """Die Löschsperre ist bereits aufgehoben."""


class RecordsHeldNow(Conflict):
    """Eine Löschsperre steht dem entgegen."""

    advice = "{count} Sperren, siehe die Einzelheiten; erst wenn keine mehr gilt, geht es weiter."


class HoldScopeEmpty(Invalid):
    """Die Löschsperre nennt weder Akten oder Vorgänge noch eine Suche."""


class ListStateForbids(Conflict):
    """Das ist bei diesem Aussonderungsverzeichnis jetzt nicht möglich."""

    advice = "Das Verzeichnis {reference} ist {state}."


class ListNeedsAnotherPerson(Conflict):
    """Wer das Aussonderungsverzeichnis aufgestellt hat, kann es nicht selbst prüfen oder freigeben."""

    advice = "Bitte eine andere Person darum bitten."


class ListBlocked(Conflict):
    """Dem Aussonderungsverzeichnis steht etwas entgegen."""

    advice = "{count} Hinderungsgründe, siehe die Einzelheiten."


class ArchivesInvalid(Invalid):
    """Die Datei mit den Partnerarchiven ist nicht verwendbar."""

    advice = "{problem}"


class ArchiveUnknown(Invalid):
    """Dieses Partnerarchiv ist nicht eingerichtet."""

    advice = "„{key}“ steht nicht in der Datei mit den Partnerarchiven."


class MessageNotFound(NotFound):
    """Diese Nachricht gibt es nicht oder sie ist nicht sichtbar."""


class MessageOfNoList(Invalid):
    """Die Nachricht gehört zu keinem Aussonderungsverzeichnis dieses Hauses."""

    advice = "Die ProzessID {process} ist hier unbekannt."


class NothingToTransfer(Conflict):
    """Auf diesem Verzeichnis ist nichts an das Archiv abzugeben."""


class DisposalItemNotFound(NotFound):
    """Diese Position gibt es auf dem Aussonderungsverzeichnis nicht."""


class ItemStateForbids(Conflict):
    """Das ist bei dieser Position jetzt nicht möglich."""

    advice = "{reference} ist {state}."


class NothingToDispose(Conflict):
    """Es ist nichts auszusondern."""

    advice = "{count} fällige Akten und Vorgänge sind noch nicht so weit, siehe die Einzelheiten."


class ProcedureWithoutArchive(Invalid):
    """Verfahren und Archiv passen nicht zusammen."""

    advice = "Die Anbietung nennt ein Archiv, die Vernichtung ohne Anbietung keines."


class ProposalWithoutOffer(Conflict):
    """Ein Bewertungsvorschlag richtet sich an das Archiv."""

    advice = "In diesem Verfahren wird nichts angeboten; es gilt die Aussonderungsart des Aktenplans."


class RecordDestroyed(Gone):
    """Dieses Schriftgut gibt es nicht mehr."""

    advice = "{reference} wurde am {day} {how} (Aussonderungsverzeichnis {list})."


class TombstoneNotFound(NotFound):
    """Über dieses Schriftgut ist keine Aussonderung bekannt."""


class ReportPlaceUnusable(Conflict):
    """Das Vernichtungsprotokoll kann dort nicht abgelegt werden."""

    advice = "Bitte das Aktenzeichen einer Akte oder eines Vorgangs in Bearbeitung nennen; „{reference}“ ist keines."


class LedgerDamaged(Conflict):
    """Ein Eintrag des Löschverzeichnisses ist beschädigt."""

    advice = "Bitte die Systembetreuung verständigen und den Schlüssel {key} nennen; es wurde nichts gelöscht."
