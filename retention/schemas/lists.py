"""Disposal lists (Aussonderungsverzeichnisse) as the API shows and takes them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from eakte.foundation.http import AN_ID, Shape
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind
from retention.queries.candidates import Wanted
from retention.rules.disposal import ItemState, ListAct, ListState, Procedure
from retention.rules.exchange import MessageType
from retention.rules.readiness import Judged

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_MOST = 10_000


class WantedFields(Shape):
    """Was von dem, was fällig ist, ausgesondert werden soll; ohne Angaben alles"""

    entry_id: UUID | None = Field(None, title="Unter diesem Aktenplaneintrag")
    unit_id: UUID | None = Field(None, title="Akten dieser Stelle und der Stellen darunter")
    disposal: DisposalCode | None = Field(None, title="Nur mit dieser Aussonderungsart")
    records: list[UUID] | None = Field(
        None, title="Nur diese Akten, mit ihren Vorgängen, und Vorgänge", max_length=_MOST
    )

    def as_wanted(self) -> Wanted:
        ids = None if self.records is None else frozenset(self.records)
        return Wanted(self.entry_id, self.unit_id, self.disposal, ids)


class NewList(WantedFields):
    """Aussonderungsverzeichnis, das aufgestellt werden soll"""

    name: Name = Field(title="Bezeichnung", examples=["Bauakten bis 2015"])
    procedure: Procedure = Field(title="Verfahren")
    archive: Name | None = Field(None, title="Kennung des Archivs; bei Vernichtung ohne Anbietung keine")
    report_into: Name | None = Field(
        None, title="Aktenzeichen der Akte oder des Vorgangs, worin das Vernichtungsprotokoll abgelegt wird"
    )


class ItemsToPut(Shape):
    """Was zusätzlich auf das Verzeichnis soll"""

    records: list[UUID] = Field(
        title="Akten, mit ihren Vorgängen, und Vorgänge", min_length=1, max_length=_MOST, examples=[[AN_ID]]
    )


class ItemWithdrawal(Shape):
    """Zurückstellung einer Position"""

    reason: Reason = Field(title="Grund", examples=["Wird für einen Rechtsstreit gebraucht"])


class ItemProposal(Shape):
    """Bewertungsvorschlag an das Archiv"""

    proposal: Annotated[DisposalCode | None, Field(title="A oder V; leer: kein Vorschlag")] = Field(examples=["A"])
    reason: Reason | None = Field(None, title="Begründung", examples=["Denkmal von örtlicher Bedeutung"])


class ListActFields(Shape):
    """Was mit dem Verzeichnis geschehen soll"""

    act: ListAct = Field(title="Handlung", description="Eine aus `allowedActs`", examples=["review"])


class CountShape(Shape):
    """Wie viele Positionen so stehen"""

    state: ItemState = Field(title="Stand")
    decision: DisposalCode | None = Field(title="Entscheidung")
    count: int = Field(title="Anzahl")


class ListShape(Shape):
    """Aussonderungsverzeichnis"""

    id: UUID = Field(title="Kennung")
    reference: str = Field(title="Zeichen", examples=["AV-2026/0001"])
    name: str = Field(title="Bezeichnung")
    procedure: Procedure = Field(title="Verfahren")
    state: ListState = Field(title="Stand")
    archive: str | None = Field(title="Kennung des Archivs")
    process_id: UUID = Field(title="Prozess-ID der xdomea-Nachrichten")
    created_by: UUID = Field(title="Aufgestellt von")
    created_at: datetime = Field(title="Aufgestellt am")
    reviewed_by: UUID | None = Field(title="Geprüft von")
    reviewed_at: datetime | None = Field(title="Geprüft am")
    undecided_by: UUID | None = Field(title="Vernichtung des Unentschiedenen bestätigt von")
    undecided_at: datetime | None = Field(title="Vernichtung des Unentschiedenen bestätigt am")
    released_by: UUID | None = Field(title="Freigegeben von")
    released_at: datetime | None = Field(title="Freigegeben am")
    destroy_from: date | None = Field(title="Erster Tag der Vernichtung")
    closed_at: datetime | None = Field(title="Abgeschlossen oder aufgehoben am")
    report_into: str | None = Field(title="Wohin das Vernichtungsprotokoll kommt, wenn nicht wie eingestellt")
    report_id: UUID | None = Field(title="Dokument, als das das Vernichtungsprotokoll abgelegt ist")
    report_sha256: str | None = Field(title="SHA-256 der JSON-Fassung des Vernichtungsprotokolls")
    unwritten: MessageType | None = Field(title="Nachricht, die sich zuletzt nicht schreiben ließ")
    unwritten_why: str | None = Field(title="Warum sie sich nicht schreiben ließ; täglich wird es neu versucht")
    silences: int = Field(title="Wie oft das Archiv eine Frist versäumt hat")


class ListDetailShape(ListShape):
    """Aussonderungsverzeichnis mit dem, was jetzt damit geschehen kann"""

    counts: list[CountShape] = Field(title="Positionen nach Stand und Entscheidung")
    allowed_acts: list[ListAct] = Field(title="Was die anfragende Person jetzt tun kann")


class DrawnListShape(ListDetailShape):
    """Aussonderungsverzeichnis, und was nicht darauf kam"""

    left_out: dict[str, int] = Field(
        title="Fällige Akten und Vorgänge, die noch nicht so weit sind, nach Hinderungsgrund",
        description="Einzeln unter /retention/candidates",
    )


class ItemShape(Shape):
    """Position eines Aussonderungsverzeichnisses"""

    id: UUID = Field(title="Kennung")
    position: int = Field(title="Stelle auf dem Verzeichnis; in dieser Folge wird es abgearbeitet")
    parent_id: UUID | None = Field(title="Position der Akte, in der der Vorgang liegt")
    record_id: UUID = Field(title="Akte oder Vorgang")
    record_kind: RecordKind = Field(title="Art")
    reference: str = Field(title="Aktenzeichen")
    title: str | None = Field(title="Betreff; leer, wenn er geheim oder gelöscht ist")
    entry_code: str = Field(title="Kennzeichen im Aktenplan")
    proposal: DisposalCode | None = Field(title="Bewertungsvorschlag")
    proposal_reason: str | None = Field(title="Begründung des Vorschlags")
    decision: DisposalCode | None = Field(title="Entscheidung")
    decided_by_default: bool = Field(title="Ob vernichtet wird, weil das Archiv nichts entschieden hat")
    state: ItemState = Field(title="Stand")
    archive_reference: str | None = Field(title="Kennung beim Archiv")
    failure: str | None = Field(title="Warum zurückgestellt, oder worauf gewartet wird")
    finished_at: datetime | None = Field(title="Vernichtet oder abgegeben am")


class ObstacleShape(Shape):
    """Hinderungsgrund"""

    code: str = Field(title="Code")
    message: str = Field(title="Erläuterung")


class CandidateShape(Shape):
    """Fällige Akte oder fälliger Vorgang, und was der Aussonderung entgegensteht"""

    record_id: UUID = Field(title="Kennung des Schriftguts")
    record_kind: RecordKind = Field(title="Art")
    reference: str = Field(title="Aktenzeichen")
    title: str = Field(title="Betreff")
    entry_code: str = Field(title="Kennzeichen im Aktenplan")
    due_on: date | None = Field(title="Fällig seit")
    disposal: DisposalCode | None = Field(title="Aussonderungsart")
    other_list: str | None = Field(title="Anderes Verzeichnis, auf dem sie steht")
    ready: bool = Field(title="Ob sie auf ein Verzeichnis kann")
    obstacles: list[ObstacleShape] = Field(title="Hinderungsgründe")


class TombstoneShape(Shape):
    """Was von ausgesondertem Schriftgut bleibt"""

    record_id: UUID = Field(title="Kennung des vernichteten Schriftguts")
    taken_with: UUID = Field(title="Akte oder Vorgang, womit es ging")
    record_kind: RecordKind = Field(title="Art")
    reference: str = Field(title="Aktenzeichen")
    former_references: list[str] = Field(title="Frühere Aktenzeichen")
    entry_code: str = Field(title="Kennzeichen im Aktenplan")
    created_on: date = Field(title="Angelegt am")
    closed_on: date | None = Field(title="Geschlossen (zdA) am")
    retained_until: date | None = Field(title="Aufzubewahren bis")
    decision: DisposalCode = Field(title="A: an das Archiv abgegeben, V: vernichtet")
    archive_reference: str | None = Field(title="Kennung beim Archiv")
    list_id: UUID = Field(title="Aussonderungsverzeichnis")
    list_reference: str = Field(title="Zeichen des Aussonderungsverzeichnisses")
    persons: dict[str, Any] = Field(title="Wer welchen Anteil hatte")
    erased_at: datetime = Field(title="Gelöscht am")


def candidate_shape(judged: Judged, words: dict[str, str]) -> CandidateShape:
    standing = judged.standing
    return CandidateShape(
        record_id=standing.record_id,
        record_kind=standing.record_kind,
        reference=standing.reference,
        title=standing.title,
        entry_code=standing.entry_code,
        due_on=standing.due_on,
        disposal=standing.code,
        other_list=standing.other_list,
        ready=judged.ready,
        obstacles=[ObstacleShape(code=one.value, message=words[one.value]) for one in judged.obstacles],
    )
