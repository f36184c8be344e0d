from eakte.foundation.errors import Forbidden, Invalid


class ForeignForm(Forbidden):
    """Dieses Formular kommt nicht von einer Seite der E-Akte."""

    advice = "Es wurde nichts verändert. Bitte den Vorgang auf der Seite der E-Akte selbst beginnen."


class FormOutdated(Forbidden):
    """Das Formular gehört nicht zu Ihrer jetzigen Anmeldung."""

    advice = "Es wurde nichts verändert. Bitte die Seite neu laden und das Formular noch einmal absenden."


class ActionUnknown(Invalid):
    """Diese Handlung gibt es nicht."""

    advice = "Bitte die Seite neu laden und eine der angebotenen Handlungen wählen."


class TargetOfOtherKind(Invalid):
    """Das Ziel ist von der falschen Art."""

    advice = "Ein Vorgang kommt in eine Akte, ein Dokument in einen Vorgang. Bitte deren Aktenzeichen angeben."


class LoginsUnknown(Invalid):
    """Jemand auf der Liste ist hier nicht bekannt."""

    advice = "Bitte die Anmeldenamen prüfen."


class NothingChosen(Invalid):
    """Es ist keine Datei ausgewählt."""

    advice = "Bitte mindestens eine Datei auswählen."


class PasswordsDiffer(Invalid):
    """Die beiden neuen Kennwörter sind verschieden."""

    advice = "Bitte das neue Kennwort zweimal gleich eingeben."
