from eakte.foundation.errors import Conflict


class AuditKeyMissing(Conflict):
    """Der Schlüssel des Protokolls fehlt."""

    advice = "Bitte EAKTE_AUDIT__KEY setzen, überall denselben; ohne ihn wäre das Protokoll nicht fälschungssicher."
