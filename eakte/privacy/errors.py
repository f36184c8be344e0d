from eakte.foundation.errors import Conflict, Invalid, NotFound


class SubjectRequestNotFound(NotFound):
    """Diese Betroffenenanfrage gibt es nicht."""

    advice = "Bitte die Kennung prüfen."


class FindingNotFound(NotFound):
    """Diese Fundstelle gibt es an der Anfrage nicht."""

    advice = "Bitte die Fundstellen neu laden; eine neue Suche ersetzt, worüber noch niemand entschieden hat."


class SubjectReportNotFound(NotFound):
    """Diese Auskunft liegt nicht mehr oder noch nicht vor."""

    advice = "Bitte warten, bis sie zusammengestellt ist, oder sie neu zusammenstellen lassen."


class SubjectRequestStateForbids(Conflict):
    """In diesem Zustand der Betroffenenanfrage geht das nicht."""

    advice = "{reference} ist: {state}. {act} ist jetzt nicht möglich."


class SearchUnderWay(Conflict):
    """Die Suche zu dieser Anfrage läuft noch."""

    advice = "Bitte warten, bis sie beendet ist."


class NameTooVague(Invalid):
    """Der Name ist zu ungenau für eine Suche."""

    advice = "Bitte Vor- und Nachnamen angeben, etwa „Erika Muster“ oder „Muster, Erika“; gelesen wurde „{name}“."


class ExtensionTooLate(Conflict):
    """Die Frist kann nicht mehr verlängert werden."""

    advice = "Verlängert wird sie einmal und innerhalb des ersten Monats (Art. 12 Abs. 3 DSGVO), hier bis {until}."


class ErasureOutstanding(Conflict):
    """Es steht noch Schriftgut aus, das später zu löschen ist."""

    advice = "Die Anfrage bleibt offen, bis alles gelöscht ist oder auf Dauer bleibt; es fehlen: {references}."


class NothingErasable(Conflict):
    """Nichts davon kann jetzt gelöscht werden."""

    advice = "Wann es geht und warum noch nicht, steht bei jedem Schriftgut der Anfrage."


class NothingToRestrict(Conflict):
    """Nichts davon wartet auf seine Löschung."""

    advice = "Eingeschränkt wird, was gelöscht werden soll, aber noch nicht gelöscht werden darf."
