"""What can go wrong in retention and disposal; the docstring is what people read."""

from eakte.foundation.errors import Conflict, Invalid, NotFound


class RuleNotFound(NotFound):
    """Diese Aufbewahrungsregel gibt es nicht."""


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
