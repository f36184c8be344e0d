"""What can be wrong with a message that came, or with what is to be written into one."""

from eakte.foundation.errors import Conflict, Invalid


class XdomeaRefused(Invalid):
    """Die Nachricht ist nicht verwendbar."""

    advice = "Bitte das Archiv um eine neue Nachricht bitten: {reason}"


class NoContainer(XdomeaRefused):
    """Die Datei ist kein ZIP-Container und keine xdomea-Nachricht."""


class ContainerDamaged(XdomeaRefused):
    """Der Container ist beschädigt, verschlüsselt oder unbekannt gepackt."""


class ContainerAmbiguous(XdomeaRefused):
    """Der Container enthält einen Namen doppelt, sodass nicht feststeht, was gilt."""


class ContainerTooLarge(XdomeaRefused):
    """Der Container oder die Nachricht darin ist zu groß."""

    advice = "Erlaubt sind höchstens {limit}. Bitte mit dem Archiv klären, wie er entstanden ist."


class MessageMissing(XdomeaRefused):
    """Im Container liegt keine Nachricht, oder es liegen mehrere darin."""


class FileMissing(XdomeaRefused):
    """Eine Datei, die die Nachricht nennt, liegt nicht im Container."""

    advice = "Bitte um eine neue Nachricht bitten; es fehlt {file}."


class NotWellFormed(XdomeaRefused):
    """Die Nachricht ist kein lesbares XML."""


class DoctypeRefused(XdomeaRefused):
    """Die Nachricht enthält eine DOCTYPE-Angabe; xdomea kennt keine."""


class UnknownMessage(XdomeaRefused):
    """Das ist keine Nachricht einer Aussonderung in einer xdomea-Version, die hier gelesen wird."""

    advice = "Gelesen werden 0501 bis 0507 in 3.0.0, 3.1.0 und 4.0.0. Vorgefunden: {found}."


class MessageIncomplete(XdomeaRefused):
    """Der Nachricht fehlt eine Angabe, ohne die sie nichts bewirken kann."""


class RecordsUnfit(Invalid):
    """Diese Schriftgutobjekte passen nicht in eine xdomea-Nachricht."""


class NothingToSend(RecordsUnfit):
    """Die Nachricht enthielte kein einziges Schriftgutobjekt."""


class RecordTwice(RecordsUnfit):
    """Ein Schriftgutobjekt oder eine Datei käme in der Nachricht zweimal vor."""

    advice = "Bitte die Liste prüfen: {id}."


class RecordMisplaced(RecordsUnfit):
    """Ein Schriftgutobjekt kann an dieser Stelle nicht liegen."""

    advice = "{reference}: Obenan stehen nur Akten und Vorgänge, Dokumente liegen immer darin."


class RecordsTooDeep(RecordsUnfit):
    """Die Schriftgutobjekte sind tiefer verschachtelt, als es mit dem Archiv vereinbart ist."""

    advice = "{reference} läge auf der {depth}. Ebene; vereinbart sind höchstens {limit}."


class FileDiffers(Conflict):
    """Eine Datei ist nicht mehr die, die verzeichnet ist; sie wird nicht abgegeben."""

    advice = "Es wurde nichts geschrieben. Bitte die Systembetreuung verständigen und die Datei {file} nennen."
