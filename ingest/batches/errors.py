from eakte.foundation.errors import Conflict, Forbidden, Invalid, NotFound


class BatchNotFound(NotFound):
    """Diesen Stapel gibt es nicht."""


class ScanProfileNotFound(NotFound):
    """Dieses Scanprofil gibt es nicht."""

    advice = "Ein Scanprofil „{key}“ ist nicht eingerichtet. Bitte das Kennzeichen prüfen."


class ScanProfileKeyTaken(Conflict):
    """Ein Scanprofil mit diesem Kennzeichen gibt es schon."""


class ReplacementUnchecked(Invalid):
    """Papier wird nicht ersetzt, ohne dass jemand die Scans ansieht."""

    advice = "Bitte für die Sichtprüfung einen Anteil oder eine Mindestzahl über 0 angeben."


class BatchStateForbids(Conflict):
    """Der Zustand des Stapels lässt das nicht zu."""

    advice = "Stapel {number} ist im Zustand „{state}“; darin ist „{action}“ nicht möglich."


class BatchIsEmpty(Invalid):
    """Der Stapel enthält keine Datei."""

    advice = "Bitte erst die gescannten Dateien hineingeben."


class BatchDetailsMissing(Invalid):
    """Für ersetzendes Scannen fehlen Angaben, die der Transfervermerk braucht."""

    advice = "Bitte angeben: {missing}."


class BatchDocumentNotFound(NotFound):
    """Dieses Dokument gibt es im Stapel nicht."""


class BatchImageNotFound(NotFound):
    """Dieses Bild gibt es im Stapel nicht."""

    advice = "Der Stapel hat kein Bild Nr. {n}."


class BatchFileNotFound(NotFound):
    """Diese Datei gibt es im Stapel nicht."""


class BatchNotReady(Conflict):
    """Der Stapel ist noch nicht so weit."""

    advice = "Die Hindernisse sind einzeln genannt."


class SecondPersonNeeded(Forbidden):
    """Prüfen muss eine zweite Person."""

    advice = "Wer gescannt hat, darf nicht selbst prüfen, auch nicht in Vertretung."


class DocumentAlreadyFiled(Conflict):
    """Dieses Dokument ist schon abgelegt."""

    advice = "Seine Seiten lassen sich im Stapel nicht mehr ändern."


class ImageNotInDocument(Conflict):
    """Dieses Bild gehört zu keinem Dokument."""

    advice = "Bild Nr. {n} ist Trennblatt, Leerseite oder zurückgewiesen. Bitte ein anderes angeben."


class LastPage(Conflict):
    """Ein Dokument braucht mindestens eine Seite."""

    advice = "Bitte stattdessen das ganze Dokument zurückweisen."


class DocumentStaysWhole(Conflict):
    """Dieses Dokument ist eine Datei, die blieb, wie sie kam."""

    advice = "Einzelne Seiten hat sie im Stapel nicht; mit anderen lässt sie sich nicht zusammensetzen."


class RescanNeedsOnePage(Invalid):
    """Ein Nachscan muss genau eine Seite enthalten."""

    advice = "Die alte Seite gilt weiter. Bitte nur das eine Blatt noch einmal scannen."


class NothingToInsert(Invalid):
    """Die Datei enthält keine Seite mit Inhalt."""

    advice = "Das Dokument bleibt, wie es ist. Bitte das fehlende Blatt noch einmal scannen."


class PaperIsKept(Conflict):
    """Das Papier dieses Stapels wird nicht vernichtet."""

    advice = "Das Scanprofil „{profile}“ sieht nur eine Kopie vor."


class AllPaperIsKept(Conflict):
    """Von diesem Stapel ist kein Papier zu vernichten."""

    advice = "Das Papier jedes seiner Dokumente wird behalten; die Gründe stehen an den Dokumenten."


class PaperStillBuffered(Conflict):
    """Das Papier muss noch aufbewahrt werden."""

    advice = "Vernichtet werden darf es frühestens am {day}."


class NoBackupSince(Conflict):
    """Seit der Freigabe ist kein Sicherungslauf verzeichnet."""

    advice = "Bitte die Datensicherung abwarten und mit „eakte backup record“ verzeichnen."


class BackupRunInFuture(Invalid):
    """Ein Sicherungslauf kann nicht in der Zukunft geendet haben."""


class ProofBroken(Conflict):
    """Die Nachprüfung hat Abweichungen gefunden."""

    advice = "Das Papier bleibt, bis sie geklärt sind; sie sind einzeln genannt."
