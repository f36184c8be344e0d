"""What a saved query of a legal hold asks for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Scope(BaseModel):
    """A saved query (gespeicherte Suche): a record matches when it meets everything that is given.

    `words` must all occur in its title, `party` in the name or organisation of one of its parties, both without regard
    to case; `opened_…` are legal days in Germany, both included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry_id: UUID | None = None
    unit_id: UUID | None = None
    words: tuple[str, ...] = ()
    party: str | None = None
    datum_name: str | None = None
    datum_value: str | None = None
    opened_from: date | None = None
    opened_until: date | None = None

    @property
    def asks_for_nothing(self) -> bool:
        return self == Scope()


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps one record: a hold, by its own reference, or a restriction of processing, which has none."""

    record_id: UUID
    reference: str
    hold: str | None

    @property
    def sentence(self) -> str:
        """In German, for people."""
        if self.hold is None:
            return f"{self.reference}: Die Verarbeitung ist eingeschränkt (Art. 18 DSGVO)."
        return f"{self.reference} steht unter der Löschsperre {self.hold}."
