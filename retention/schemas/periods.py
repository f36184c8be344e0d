"""Until when records are kept and why, and what is due, as the API shows it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape
from eakte.foundation.storage import LockMode
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind
from retention.models.rules import RecordRetention
from retention.rules.inheritance import Standing
from retention.rules.periods import Event, Outcome
from retention.rules.readiness import OBSTACLE_WORDS, Judged, Obstacle
from retention.schemas.rules import AssignmentShape, DateShape, assignment_shape
from retention.service.explaining import Explanation, RuleSaid


class ObstacleShape(Shape):
    """Was der Aussonderung entgegensteht"""

    code: Obstacle = Field(title="Code")
    message: str = Field(title="Auf Deutsch")


class PeriodShape(Shape):
    """Bis wann eine geschlossene Akte oder ein Vorgang aufbewahrt wird"""

    outcome: Outcome = Field(title="Ob es ein Ende gibt, und wenn nicht, warum")
    last_day: date | None = Field(title="Letzter Tag der Aufbewahrung")
    due_on: date | None = Field(title="Erster Tag, an dem ausgesondert werden darf")
    transfer_from: date | None = Field(title="Erster Tag, an dem ins Zwischenarchiv abgegeben werden darf")
    rule_id: UUID | None = Field(title="Maßgebliche Regel; null, wo es die des Aktenplans ist")
    rule_name: str | None = Field(title="Name der maßgeblichen Regel")
    rule_source: str | None = Field(title="Rechtsgrundlage der maßgeblichen Regel")
    event_day: date | None = Field(title="Tag des fristauslösenden Ereignisses")
    missing_key: str | None = Field(title="Name des Datums, das fehlt")
    disposal: DisposalCode = Field(title="Aussonderungsart")
    lock_mode: LockMode = Field(title="Sperre im Objektspeicher")


class StoredPeriodShape(PeriodShape):
    """Gespeicherte Aufbewahrungsfrist"""

    lock_from: datetime | None = Field(title="Ab dann wird im Objektspeicher gesperrt")
    locked_until: date | None = Field(title="Bis dahin ist im Objektspeicher gesperrt")
    computed_at: datetime = Field(title="Berechnet am")


class RuleSaidShape(Shape):
    """Regel, die betrachtet wurde, und was sie zu diesem Schriftgut sagt"""

    place: str = Field(title="Wo sie hängt: Aktenzeichen oder Kennzeichen des Aktenplaneintrags")
    rule_id: UUID | None = Field(title="Regel; null, wo es die des Aktenplans ist")
    name: str = Field(title="Name")
    source: str = Field(title="Rechtsgrundlage")
    standing: Standing = Field(title="Ob sie zählt, und wenn nicht, warum")
    governs: bool = Field(title="Ob sie maßgeblich ist")
    event: Event = Field(title="Fristauslösendes Ereignis")
    event_key: str | None = Field(title="Name des Datums, von dem an gerechnet wird")
    event_day: date | None = Field(title="Tag des Ereignisses")
    outcome: Outcome | None = Field(title="Was aus ihr folgt; null, wo sie nicht zählt")
    last_day: date | None = Field(title="Letzter Tag nach dieser Regel")
    due_on: date | None = Field(title="Fällig nach dieser Regel")


class UnreadableShape(Shape):
    """Fachdatum, das ein Tag sein sollte und keiner ist"""

    name: str = Field(title="Name des Fachdatums")
    value: str = Field(title="Eingetragener Wert")


class ExplanationShape(Shape):
    """Warum eine Akte oder ein Vorgang so lange aufbewahrt wird"""

    record_id: UUID = Field(title="Kennung des Schriftguts")
    reference: str = Field(title="Zeichen")
    kind: RecordKind = Field(title="Art des Schriftguts")
    closed_at: datetime | None = Field(title="Geschlossen am")
    sentence: str = Field(title="In einem Satz")
    period: StoredPeriodShape | None = Field(title="Gespeicherte Frist; null, solange nicht geschlossen ist")
    now: PeriodShape = Field(title="Jetzt berechnet; ist nicht geschlossen, als würde heute geschlossen")
    rules: list[RuleSaidShape] = Field(title="Alle betrachteten Regeln, die nächste zuerst")
    unreadable: list[UnreadableShape] = Field(title="Fachdaten, die kein Tag sind und deshalb als fehlend gelten")
    exceptions: list[AssignmentShape] = Field(title="Örtliche Ausnahmen")
    dates: list[DateShape] = Field(title="Für dieses Schriftgut eingetragene Daten")
    obstacles: list[ObstacleShape] = Field(title="Was der Aussonderung heute entgegensteht")


class DueShape(Shape):
    """Fällige Akte oder fälliger Vorgang"""

    record_id: UUID = Field(title="Kennung des Schriftguts")
    reference: str = Field(title="Zeichen")
    title: str = Field(title="Betreff")
    kind: RecordKind = Field(title="Art des Schriftguts")
    entry: str = Field(title="Kennzeichen des Aktenplaneintrags")
    last_day: date | None = Field(title="Letzter Tag der Aufbewahrung")
    due_on: date | None = Field(title="Fällig seit")
    disposal: DisposalCode = Field(title="Aussonderungsart")
    rule_name: str | None = Field(title="Maßgebliche Regel")
    rule_source: str | None = Field(title="Rechtsgrundlage")
    obstacles: list[ObstacleShape] = Field(title="Was der Aussonderung heute entgegensteht")


def explanation_shape(found: Explanation) -> ExplanationShape:
    return ExplanationShape(
        record_id=found.record.id,
        reference=found.record.reference,
        kind=found.record.record_kind,
        closed_at=found.record.closed_at,
        sentence=found.sentence,
        period=None if found.period is None else StoredPeriodShape.model_validate(found.period),
        now=PeriodShape.model_validate(found.kept),
        rules=[_rule_shape(one) for one in found.rules],
        unreadable=[UnreadableShape(name=name, value=value) for name, value in sorted(found.unreadable.items())],
        exceptions=[assignment_shape(one) for one in found.exceptions],
        dates=[DateShape.model_validate(one) for one in found.dates],
        obstacles=[_obstacle_shape(one) for one in found.obstacles],
    )


def due_shape(period: RecordRetention, found: Judged) -> DueShape:
    standing = found.standing
    return DueShape(
        record_id=period.record_id,
        reference=standing.reference,
        title=standing.title,
        kind=standing.record_kind,
        entry=standing.entry_code,
        last_day=period.last_day,
        due_on=period.due_on,
        disposal=period.disposal,
        rule_name=period.rule_name,
        rule_source=period.rule_source,
        obstacles=[_obstacle_shape(one) for one in found.obstacles],
    )


def _rule_shape(one: RuleSaid) -> RuleSaidShape:
    rule, said = one.considered.rule, one.judged
    trigger = said.trigger if said is not None else rule.trigger
    return RuleSaidShape(
        place=one.considered.place,
        rule_id=rule.id,
        name=rule.name,
        source=rule.source,
        standing=one.considered.standing,
        governs=one.governs,
        event=trigger.event,
        event_key=trigger.key,
        event_day=said.event_day if said is not None else None,
        outcome=said.outcome if said is not None else None,
        last_day=said.last_day if said is not None else None,
        due_on=said.due_on if said is not None else None,
    )


def _obstacle_shape(one: Obstacle) -> ObstacleShape:
    return ObstacleShape(code=one, message=OBSTACLE_WORDS[one])
