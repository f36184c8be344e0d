"""Signing rights (Feststellungs- und Anordnungsbefugnisse) as the API shows and takes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.schemas import Amount


class NewSigningRight(Shape):
    """Befugnis, die erteilt werden soll"""

    person_id: UUID = Field(title="Wer unterschreiben darf")
    act: SigningAct = Field(title="Was unterschrieben werden darf")
    unit_id: UUID | None = Field(None, title="Stelle mit allen darunter; leer: alle")
    budgets: list[Annotated[str, Field(min_length=1, max_length=100)]] | None = Field(
        None, title="Haushaltsstellen oder Produkte; leer: alle", max_length=1000
    )
    limit: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2)] | None = Field(
        None, title="Wertgrenze in Euro, sie selbst eingeschlossen; leer: unbegrenzt", examples=["10000.00"]
    )
    valid_from: date = Field(title="Gültig ab")
    valid_until: date | None = Field(None, title="Gültig bis einschließlich; leer: bis auf Widerruf")


class SigningRightShape(Shape):
    """Befugnis, die erteilt ist"""

    id: UUID = Field(title="Kennung")
    person_id: UUID = Field(title="Wer unterschreiben darf")
    act: SigningAct = Field(title="Was unterschrieben werden darf")
    unit_id: UUID | None = Field(title="Stelle mit allen darunter; leer: alle")
    budgets: list[str] | None = Field(title="Haushaltsstellen oder Produkte; leer: alle")
    limit: Amount | None = Field(title="Wertgrenze in Euro, sie selbst eingeschlossen; leer: unbegrenzt")
    valid_from: date = Field(title="Gültig ab")
    valid_until: date | None = Field(title="Gültig bis einschließlich; leer: bis auf Widerruf")
    granted_by: UUID = Field(title="Wer sie erteilt hat")
    granted_at: datetime = Field(title="Wann sie erteilt wurde")
    revoked_by: UUID | None = Field(title="Wer sie entzogen hat")
    revoked_at: datetime | None = Field(title="Wann sie entzogen wurde")


class SigningRightsShape(Shape):
    """Eigene Befugnisse"""

    items: list[SigningRightShape] = Field(title="Einträge")
