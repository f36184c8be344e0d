"""What can go wrong on the way to an archive."""

from eakte.foundation.errors import Conflict, NotFound, Unavailable


class ArchiveUnreachable(Unavailable):
    """Die Übergabestelle des Archivs ist nicht erreichbar."""

    advice = "{problem} Es wird erneut versucht; es ist nichts verloren gegangen."


class NameTaken(Conflict):
    """In der Übergabestelle liegt unter diesem Namen schon eine andere Datei."""

    advice = (
        "„{name}“ wird nicht überschrieben, da das Archiv einen Namen nur einmal liest. Bitte mit dem Archiv klären, "
        "was dort liegt."
    )


class ArrivalGone(NotFound):
    """Die Datei liegt nicht mehr in der Übergabestelle des Archivs."""
