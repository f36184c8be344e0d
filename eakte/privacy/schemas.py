"""What the API shows and takes of data subjects' requests. Only the request itself says who asks, no answer to a POST:
those are kept for repeats, and who asks is not."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from eakte.foundation.http import AN_ID, Shape
from eakte.privacy.rules import Judgement, Match, Outcome, Person, Place, RequestAct, RequestKind, RequestState

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]


class PersonShape(Shape):
    """Wer anfragt, mit allem, woran die Person zu erkennen ist"""

    names: list[_Name] = Field(
        title="Namen, der heutige zuerst, dann frühere", min_length=1, max_length=20, examples=[["Erika Muster"]]
    )
    born_on: date | None = Field(None, title="Geburtsdatum")
    emails: list[_Text] = Field(default_factory=list, title="E-Mail-Adressen", max_length=20)
    addresses: list[_Text] = Field(
        default_factory=list, title="Anschriften", max_length=20, examples=[["Grillenstraße 14, 12345 Musterhausen"]]
    )
    external_ids: list[_Text] = Field(default_factory=list, title="Kennungen in Fachverfahren", max_length=20)

    def as_person(self) -> Person:
        return Person.model_validate(self.model_dump())


class RequestFields(Shape):
    """Was von einer Betroffenenanfrage außer der Person anzugeben ist"""

    kind: RequestKind = Field(title="Art: Auskunft (access) oder Löschung (erasure)")
    received_on: date = Field(title="Eingegangen am", ge=date(1900, 1, 1), le=date(2999, 12, 31))
    identity_check: _Note | None = Field(None, title="Wie die Identität geprüft wurde")
    note: _Note | None = Field(None, title="Bemerkung")


class NewSubjectRequest(RequestFields):
    """Neue Betroffenenanfrage"""

    person: PersonShape = Field(title="Wer anfragt")


class SubjectRequestPatch(Shape):
    """Änderung einer Betroffenenanfrage"""

    person: PersonShape | None = Field(None, title="Wer anfragt")
    identity_check: _Note | None = Field(None, title="Wie die Identität geprüft wurde")
    note: _Note | None = Field(None, title="Bemerkung")

    def fields(self) -> dict[str, Any]:
        """What was sent; who asks can be changed and not emptied."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if self.person is not None:
            sent["person"] = self.person.as_person()
        else:
            sent.pop("person", None)
        return sent


class SubjectRequestShape(Shape):
    """Betroffenenanfrage, ohne die Angaben zur Person"""

    id: UUID = Field(title="Kennung")
    reference: str = Field(title="Zeichen", examples=["DS-2026/0003"])
    kind: RequestKind = Field(title="Art")
    state: RequestState = Field(title="Stand")
    received_on: date = Field(title="Eingegangen am")
    due_on: date = Field(title="Zu beantworten bis (Art. 12 Abs. 3 DSGVO)")
    extended_for: str | None = Field(title="Warum die Frist verlängert ist")
    searching: bool = Field(title="Ob die Suche läuft")
    searched_at: datetime | None = Field(title="Zuletzt gesucht")
    found_more: bool = Field(
        title="Ob es mehr Fundstellen gibt, als gezeigt werden; dann bitte die Person genauer angeben"
    )
    open_findings: int = Field(title="Fundstellen, über die noch niemand entschieden hat")
    confirmed_findings: int = Field(title="Bestätigte Fundstellen")
    dismissed_findings: int = Field(title="Verworfene Fundstellen")
    decided_at: datetime | None = Field(title="Über Löschung entschieden")
    answered_at: datetime | None = Field(title="Beantwortet")
    closed_at: datetime | None = Field(title="Abgeschlossen")
    created_by: UUID = Field(title="Wer sie eingetragen hat")
    created_at: datetime = Field(title="Eingetragen")


class SubjectRequestDetail(SubjectRequestShape):
    """Betroffenenanfrage mit den Angaben zur Person; nach Jahren sind sie gelöscht"""

    person: PersonShape | None = Field(title="Wer anfragt")
    identity_check: str | None = Field(title="Wie die Identität geprüft wurde")
    note: str | None = Field(title="Bemerkung")


class Extension(Shape):
    """Verlängerung der Frist um zwei Monate"""

    reason: _Reason = Field(title="Grund", examples=["Umfang der Akten"])


class RequestStep(Shape):
    """Schritt: beantwortet (answer), abschließen (close), zurückgezogen (withdraw)"""

    act: RequestAct = Field(title="Schritt", examples=["close"])


class FindingShape(Shape):
    """Fundstelle"""

    id: UUID = Field(title="Kennung")
    place: Place = Field(title="Wo")
    record_id: UUID | None = Field(title="Schriftgut")
    label: str = Field(title="Zeichen oder Name")
    field: str = Field(title="Feld")
    page: int | None = Field(title="Seite")
    version: int | None = Field(title="Version")
    excerpt: str | None = Field(title="Ausschnitt; leer, wenn das Schriftgut gelöscht ist")
    match: Match = Field(title="Woran erkannt")
    strong: bool = Field(title="Ob mehr als der Name übereinstimmt")
    judgement: Judgement = Field(title="Entscheidung")
    judged_by: UUID | None = Field(title="Wer entschieden hat")
    judged_at: datetime | None = Field(title="Wann")


class Judging(Shape):
    """Entscheidung über Fundstellen, einzeln oder alle eines Schriftguts"""

    judgement: Judgement = Field(title="Bestätigt, verworfen oder wieder offen", examples=["confirmed"])
    findings: list[UUID] = Field(default_factory=list, title="Fundstellen", max_length=10_000, examples=[[AN_ID]])
    records: list[UUID] = Field(default_factory=list, title="Schriftgut", max_length=10_000, examples=[[AN_ID]])


class Judged(Shape):
    """Wie viele Fundstellen entschieden sind"""

    judged: int = Field(title="Anzahl der beurteilten Funde")


class ErasureReason(Shape):
    """Warum noch nicht"""

    code: str = Field(title="Code")
    message: str = Field(title="Erläuterung")


class ErasureAnswerShape(Shape):
    """Antwort auf das Löschersuchen zu einem Schriftgut"""

    record_id: UUID = Field(title="Schriftgut")
    reference: str = Field(title="Zeichen")
    outcome: Outcome = Field(title="Ergebnis")
    possible_from: date | None = Field(title="Möglich ab")
    reasons: list[ErasureReason] = Field(title="Warum")
    listed_on: str | None = Field(title="Steht auf dem Aussonderungsverzeichnis")
    restricted: bool = Field(title="Ob die Verarbeitung bis dahin eingeschränkt ist")
    computed_at: datetime = Field(title="Stand")


class ErasureList(Shape):
    """Aussonderungsverzeichnis mit dem, was gelöscht werden kann"""

    reference: str = Field(title="Zeichen des Verzeichnisses", examples=["AV-2026/0004"])


class Restricted(Shape):
    """Wie viel Schriftgut eingeschränkt ist"""

    restricted: int = Field(title="Anzahl des eingeschränkten Schriftguts")


class NewReport(Shape):
    """Auskunft, die zusammengestellt werden soll"""

    with_copies: bool = Field(False, title="Kopien der bestätigten Dokumente beifügen", examples=[True])
    all_matches: bool = Field(
        False, title="Auch nicht bestätigte Fundstellen, die nur im Namen übereinstimmen", examples=[False]
    )


class ReportShape(Shape):
    """Auskunft: ZIP-Datei mit PDF/A, JSON und Kopien"""

    id: UUID = Field(title="Kennung")
    with_copies: bool = Field(title="Mit Kopien")
    all_matches: bool = Field(title="Mit nicht bestätigten Fundstellen")
    asked_by: UUID = Field(title="Wer sie verlangt hat")
    asked_at: datetime = Field(title="Wann")
    making: bool = Field(title="Ob sie gerade zusammengestellt wird")
    made_at: datetime | None = Field(title="Zusammengestellt")
    size: int | None = Field(title="Größe in Byte")
    sha256: str | None = Field(title="SHA-256")
    erase_on: date | None = Field(title="Wird gelöscht am")
    erased_at: datetime | None = Field(title="Gelöscht")
