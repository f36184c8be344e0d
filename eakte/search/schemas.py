"""What the search API shows."""

from uuid import UUID

from pydantic import Field

from eakte.documents.schemas import DocumentShape
from eakte.foundation.http import Shown


class MarkedText(Shown):
    """Textstelle mit Fundstellen"""

    text: str
    marks: list[tuple[int, int]] = Field(title="Fundstellen als Zeichenpositionen")
    page: int | None = Field(title="Seite; leer bei einem Fund in den Metadaten")


class HitShape(Shown):
    """Treffer"""

    document: DocumentShape
    dossier_id: UUID = Field(title="Akte")
    score: float
    snippets: list[MarkedText] = Field(title="Textstellen")


class FacetShape(Shown):
    """Wert einer Facette mit Trefferzahl"""

    value: str
    count: int


class SearchShape(Shown):
    """Suchergebnis; Zahlen umfassen nur, was man sehen darf"""

    items: list[HitShape]
    total: int = Field(title="Treffer insgesamt")
    facets: dict[str, list[FacetShape]] = Field(title="Facetten")
    next: str | None = Field(title="Fortsetzungsmarke")


class Suggestions(Shown):
    """Vorschläge zur Ergänzung"""

    items: list[str]
