"""What is wrong with a message that can be read all the same: a stable code and a German sentence each."""

from enum import StrEnum

from eakte.foundation.errors import Finding


class Flaw(StrEnum):
    """Told with the message; none of them makes it unusable by itself."""

    NAME_UNKNOWN = "name-unknown"
    NAME_TYPE_DIFFERS = "name-type-differs"
    NAME_PROCESS_DIFFERS = "name-process-differs"
    MESSAGE_NAME_DIFFERS = "message-name-differs"
    HEAD_TYPE_DIFFERS = "head-type-differs"
    PROCESS_SPELLED_DIFFERENTLY = "process-spelled-differently"
    CREATED_UNREADABLE = "created-unreadable"
    ANSWERED_MESSAGE_UNREADABLE = "answered-message-unreadable"
    ID_MALFORMED = "id-malformed"
    CODE_UNKNOWN = "code-unknown"
    VALUE_MALFORMED = "value-malformed"
    ENTRY_INCOMPLETE = "entry-incomplete"
    FILE_NAME_UNSAFE = "file-name-unsafe"
    FILE_MISSING = "file-missing"


_SENTENCES = {
    Flaw.NAME_UNKNOWN: "Der Dateiname „{value}“ ist keiner, den xdomea vorsieht.",
    Flaw.NAME_TYPE_DIFFERS: "Der Dateiname nennt eine andere Nachricht, als im Container liegt; es gilt die Nachricht.",
    Flaw.NAME_PROCESS_DIFFERS: "Der Dateiname nennt einen anderen Prozess ({value}) als die Nachricht; es gilt diese.",
    Flaw.MESSAGE_NAME_DIFFERS: "Die Nachricht im Container heißt anders als der Container: „{value}“.",
    Flaw.HEAD_TYPE_DIFFERS: "Im Kopf steht der Nachrichtentyp „{value}“, die Nachricht ist eine andere; es gilt diese.",
    Flaw.PROCESS_SPELLED_DIFFERENTLY: "Die ProzessID ist anders geschrieben, als sie ausgegeben wurde: {value}.",
    Flaw.CREATED_UNREADABLE: "Der Erstellungszeitpunkt „{value}“ ist nicht lesbar; es gilt der des Empfangs.",
    Flaw.ANSWERED_MESSAGE_UNREADABLE: "Die UUID der beantworteten Nachricht ist nicht lesbar: „{value}“.",
    Flaw.ID_MALFORMED: "„{value}“ ist keine UUID; der Eintrag bleibt unbeachtet.",
    Flaw.CODE_UNKNOWN: "Den Code „{value}“ gibt es hier nicht; er zählt als nicht angegeben.",
    Flaw.VALUE_MALFORMED: "Der Wert „{value}“ ist nicht lesbar; er zählt als nicht angegeben.",
    Flaw.ENTRY_INCOMPLETE: "Einem Eintrag fehlt eine Angabe; er bleibt unbeachtet.",
    Flaw.FILE_NAME_UNSAFE: "Der Dateiname „{value}“ ist nicht zulässig; die Datei bleibt unbeachtet.",
    Flaw.FILE_MISSING: "Die Datei „{value}“ liegt nicht im Container.",
}
_LONGEST_VALUE, _MOST_TOLD = 200, 1000


class Flaws:
    """Collects what is wrong; a thousand are told, and what one sender writes is shown shortened."""

    def __init__(self) -> None:
        self._told: list[Finding] = []

    def add(self, flaw: Flaw, value: str = "", pointer: str = "") -> None:
        if len(self._told) < _MOST_TOLD:
            # A message may bear any character, a list of findings goes to a screen.
            shown = "".join(one if one.isprintable() else "�" for one in value[:_LONGEST_VALUE])
            self._told.append(Finding(flaw.value, _SENTENCES[flaw].format(value=shown), pointer))

    def told(self) -> tuple[Finding, ...]:
        return tuple(self._told)
