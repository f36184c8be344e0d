"""What the search API shows."""

from uuid import UUID

from pydantic import Field

from eakte.documents.schemas import DocumentShape
from eakte.foundation.http import Shown


class MarkedText(Shown):
    """Textstelle mit Fundstellen"""

    text: str = Field(title="Text")
    marks: list[tuple[int, int]] = Field(title="Fundstellen als Zeichenpositionen")
    page: int | None = Field(title="Seite; leer bei einem Fund in den Metadaten")


class HitShape(Shown):
    """Treffer"""

    document: DocumentShape = Field(title="Dokument")
    dossier_id: UUID = Field(title="Akte")
    score: float = Field(title="Maß der Übereinstimmung")
    snippets: list[MarkedText] = Field(title="Textstellen")


class FacetShape(Shown):
    """Wert einer Facette mit Trefferzahl"""

    value: str = Field(title="Wert")
    count: int = Field(title="Anzahl der Treffer")


class SearchShape(Shown):
    """Suchergebnis; Zahlen umfassen nur, was man sehen darf"""

    items: list[HitShape] = Field(title="Einträge")
    total: int = Field(title="Treffer insgesamt")
    facets: dict[str, list[FacetShape]] = Field(title="Facetten")
    next: str | None = Field(title="Fortsetzungsmarke")


class Suggestions(Shown):
    """Vorschläge zur Ergänzung"""

    items: list[str] = Field(title="Einträge")
