"""Legal holds (Löschsperren) as the API shows and takes them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from eakte.foundation.http import AN_ID, Shape
from retention.rules.holding import Scope

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ScopeFields(Shape):
    """Gespeicherte Suche einer Löschsperre: Gesperrt wird, worauf alles Genannte zutrifft, auch später"""

    entry_id: UUID | None = Field(None, title="Unter diesem Aktenplaneintrag")
    unit_id: UUID | None = Field(None, title="Akten dieser Stelle")
    words: list[Term] = Field(default_factory=list, title="Wörter, die im Betreff stehen", max_length=20)
    party: Term | None = Field(None, title="Name oder Organisation eines Beteiligten")
    datum_name: Term | None = Field(None, title="Name eines Fachdatums")
    datum_value: Term | None = Field(None, title="Wert dieses Fachdatums; leer: irgendeiner")
    opened_from: date | None = Field(None, title="Angelegt ab")
    opened_until: date | None = Field(None, title="Angelegt bis einschließlich")

    def as_scope(self) -> Scope:
        return Scope.model_validate(self.model_dump())


class NewHold(Shape):
    """Löschsperre, die gesetzt werden soll"""

    reason: Reason = Field(title="Grund", examples=["Klage 4 K 123/26 vor dem Verwaltungsgericht"])
    records: list[UUID] = Field(default_factory=list, title="Akten, Vorgänge und Dokumente", max_length=10_000)
    scope: ScopeFields | None = Field(None, title="Gespeicherte Suche")


class HeldMore(Shape):
    """Was zusätzlich gesperrt werden soll"""

    records: list[UUID] = Field(title="Akten, Vorgänge und Dokumente", max_length=10_000, examples=[[AN_ID]])


class ReleasedHold(Shape):
    """Aufhebung einer Löschsperre"""

    reason: Reason = Field(title="Grund der Aufhebung", examples=["Klage zurückgenommen"])


class HoldShape(Shape):
    """Löschsperre"""

    id: UUID = Field(title="Kennung")
    reference: str = Field(title="Zeichen", examples=["LS-2026/0007"])
    reason: str = Field(title="Grund")
    scope: ScopeFields | None = Field(title="Gespeicherte Suche")
    held: int = Field(title="Wie viele Akten, Vorgänge und Dokumente sie nennt oder findet")
    set_by: UUID = Field(title="Wer sie gesetzt hat")
    set_at: datetime = Field(title="Seit wann sie gilt")
    released_by: UUID | None = Field(title="Wer sie aufgehoben hat")
    released_at: datetime | None = Field(title="Seit wann sie aufgehoben ist")
    release_reason: str | None = Field(title="Grund der Aufhebung")


class HeldShape(Shape):
    """Was eine Löschsperre sperrt"""

    record_id: UUID = Field(title="Akte, Vorgang oder Dokument")
    reference: str = Field(title="Zeichen")
    matched: bool = Field(title="Ob die gespeicherte Suche es gefunden hat")
    since: datetime = Field(title="Seit wann")
