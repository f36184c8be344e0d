"""Restrictions of processing (Einschränkungen der Verarbeitung) as the API shows and takes them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from eakte.foundation.http import Shape
from eakte.records.rules import RestrictionGround

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]


class NewRestriction(Shape):
    """Einschränkung der Verarbeitung, die gesetzt werden soll"""

    ground: RestrictionGround = Field(
        title="Grund: Richtigkeit bestritten, unrechtmäßig, Ansprüche, Widerspruch (Art. 18 (1) a–d DSGVO),"
        " oder eine Löschung, der die Aufbewahrung entgegensteht"
    )
    reason: Reason = Field(title="Begründung", examples=["Anschrift bestritten, Schreiben vom 3.11."])
    until: date | None = Field(None, title="Wiedervorlage; die Einschränkung endet damit nicht von selbst")


class LiftedRestriction(Shape):
    """Aufhebung einer Einschränkung"""

    reason: Reason = Field(title="Grund der Aufhebung", examples=["Anschrift geklärt, Melderegister vom 5.11."])


class RestrictionShape(Shape):
    """Einschränkung der Verarbeitung"""

    id: UUID = Field(title="Kennung")
    record_id: UUID = Field(title="Akte, Vorgang oder Dokument")
    reference: str = Field(title="Zeichen")
    ground: RestrictionGround = Field(title="Grund")
    reason: str = Field(title="Begründung")
    until: date | None = Field(title="Wiedervorlage")
    set_by: UUID = Field(title="Wer sie gesetzt hat")
    set_at: datetime = Field(title="Seit wann sie gilt")
    lifted_by: UUID | None = Field(title="Wer sie aufgehoben hat")
    lifted_at: datetime | None = Field(title="Seit wann sie aufgehoben ist")
    lift_reason: str | None = Field(title="Grund der Aufhebung")


class RestrictionsOfRecord(Shape):
    """Was ein Schriftgut an Einschränkungen hat und hatte"""

    in_force: RestrictionShape | None = Field(title="Was gilt, auch geerbt von Vorgang oder Akte")
    history: list[RestrictionShape] = Field(title="Die eigenen, die jüngste zuerst")
