"""Who is away, and who stands in."""

from datetime import date
from uuid import UUID

from pydantic import Field

from eakte.access.models import Deputyship
from eakte.foundation.http import AN_ID, Shape
from xrechnung.approval.schemas.acts import PersonShape


class AbsenceFields(Shape):
    """Abwesenheit mit Vertretung"""

    person_id: UUID | None = Field(None, title="Wer abwesend ist; leer: ich selbst", examples=[AN_ID])
    deputy_id: UUID = Field(title="Wer vertritt", examples=[AN_ID])
    valid_from: date = Field(title="Erster Tag", examples=["2026-12-21"])
    valid_until: date = Field(title="Letzter Tag", examples=["2027-01-06"])


class AbsenceShape(Shape):
    """Eingetragene Abwesenheit"""

    id: UUID = Field(title="Kennung")
    person: PersonShape = Field(title="Wer abwesend ist")
    deputy: PersonShape = Field(title="Wer vertritt")
    valid_from: date = Field(title="Erster Tag")
    valid_until: date = Field(title="Letzter Tag")


def absence_shape(absence: Deputyship, names: dict[UUID, str]) -> AbsenceShape:
    return AbsenceShape(
        id=absence.id,
        person=_person(absence.principal_id, names),
        deputy=_person(absence.deputy_id, names),
        valid_from=absence.valid_from,
        valid_until=absence.valid_until,
    )


def _person(person_id: UUID, names: dict[UUID, str]) -> PersonShape:
    return PersonShape(id=person_id, name=names.get(person_id, ""))
