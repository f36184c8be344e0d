"""The kinds of errors every package speaks; each package refines them in its own errors.py.

The docstring of an error is its German title, `advice` the sentence that tells what to do about it.
Both are shown to people, so both are German. The machine code follows from the class name:
`DossierAlreadyClosed` is `dossier-already-closed`, on every edge and for ever.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason among several: a stable code, a German sentence, and where it belongs.

    `pointer` is a JSON pointer into the request, or the reference of the record that stands in the way.
    """

    code: str
    message: str
    pointer: str = ""


class EakteError(Exception):
    """Der Vorgang ist fehlgeschlagen."""

    advice: ClassVar[str] = ""

    def __init__(self, *, findings: Sequence[Finding] = (), **facts: Any) -> None:
        super().__init__(self.code())
        self.findings = tuple(findings)
        self.facts = facts

    @classmethod
    def code(cls) -> str:
        """The stable machine code, in kebab-case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    @property
    def title(self) -> str:
        return (self.__doc__ or "").strip().splitlines()[0]

    @property
    def detail(self) -> str:
        """What happened here and what to do about it, with the facts of this occurrence filled in."""
        return self.advice.format_map(_Facts(self.facts))

    def __str__(self) -> str:
        return f"{self.title} {self.detail}".strip()


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


class NotFound(EakteError):
    """Nicht gefunden."""


class Gone(NotFound):
    """Das gibt es nicht mehr."""


class Forbidden(EakteError):
    """Dafür fehlt Ihnen das Recht."""


class Conflict(EakteError):
    """Der jetzige Zustand lässt das nicht zu."""


class Invalid(EakteError):
    """Die Angaben sind nicht verwendbar."""


class Unavailable(EakteError):
    """Ein Nachbarsystem antwortet nicht."""

    advice = "Bitte später erneut versuchen; es ist nichts verloren gegangen."


class DatabaseUnavailable(Unavailable):
    """Die Datenbank antwortet nicht."""

    advice = "Bitte später erneut versuchen; es wurde nichts verändert."


class Unauthenticated(Forbidden):
    """Sie sind nicht angemeldet."""

    advice = "Bitte anmelden oder ein gültiges API-Token mitsenden."


class TooManyRequests(EakteError):
    """Zu viele Anfragen in kurzer Zeit."""

    # Whoever raises it says after how many seconds another one is heard.
    advice = "Bitte in {wait_s} Sekunden erneut versuchen."


class Stale(Conflict):
    """Der Datensatz wurde inzwischen geändert."""

    advice = "Bitte neu laden, die Änderung prüfen und mit dem neuen ETag wiederholen."


class OutOfRange(Invalid):
    """Der angeforderte Bereich liegt außerhalb."""


class TooLarge(Invalid):
    """Die Datei ist zu groß."""

    advice = "Erlaubt sind höchstens {limit}."
