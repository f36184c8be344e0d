"""What can go wrong with the embedded engines."""

from eakte.foundation.errors import Conflict, Unavailable


class EngineFailed(Unavailable):
    """Ein eingebetteter Dienst ist nicht gestartet."""

    advice = "{engine}: {reason} Das Protokoll {log} sagt mehr; nach der Abhilfe bitte erneut starten."


class EngineMissing(Unavailable):
    """Ein eingebetteter Dienst ist nicht installiert."""

    advice = "{program} fehlt. Bitte mit „make venv“ nachinstallieren oder einen eigenen Dienst einstellen."


class WrongOwner(Unavailable):
    """Das Datenverzeichnis gehört einem anderen Benutzer."""

    advice = "{directory} gehört Benutzer {owner}. Bitte als dieser Benutzer starten oder die Rechte ändern."


class AlreadyRunning(Conflict):
    """E-Akte läuft mit diesem Datenverzeichnis schon."""

    advice = "Prozess {pid} benutzt {directory}. Bitte dort beenden oder ein anderes Verzeichnis einstellen."
