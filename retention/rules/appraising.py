"""What follows from an archive's appraisal (Bewertung, 0502).

An archive may answer for every record or for some, twice, against itself, or about records nobody offered. Whatever
is not clear stays undecided and is told; nothing is destroyed on a doubt.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from eakte.foundation.errors import Finding
from retention.rules.exchange import Appraisal
from retention.rules.nodes import Decision
from retention.rules.offered import OfferedRecord, lying_around, name_of, note_spelling


class Origin(StrEnum):
    """Why a record has its decision."""

    OWN = "own"
    """The archive named it."""
    INHERITED = "inherited"
    """From the nearest record above that the archive decided about."""
    RAISED = "raised"
    """A, since something in it is A."""
    CONFIRMED = "confirmed"
    """V, since a person confirmed that undecided means destroy."""
    NONE = "none"
    """Nothing was said about it, nor about what it lies in."""
    UNCLEAR = "unclear"
    """What was said is no decision, or two: the archive has to be asked."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of one record: A, V, or nothing as long as it is undecided."""

    decision: Decision | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class AppraisalOutcome:
    """An appraisal, understood.

    `undecided` are the records an archive decides about and did not, without their documents; `unclear` are those of
    them about which, or about what they lie in, it said something that is no decision. `unknown` were never offered.
    Codes of findings: `record-unknown`, `record-undecided`, `not-a-decision`, `decisions-contradict`,
    `destroyed-around-archived`, `document-decided`, `id-spelled-differently`.
    """

    decided: Mapping[UUID, Decided]
    undecided: tuple[UUID, ...]
    unclear: tuple[UUID, ...]
    unknown: tuple[UUID, ...]
    findings: tuple[Finding, ...]

    def with_decision(self, decision: Decision) -> Iterator[UUID]:
        """The records with this decision, in the order they were offered, documents included."""
        return (id_ for id_, one in self.decided.items() if one.decision is decision)


_UNDECIDED, _UNCLEAR = Decided(None, Origin.NONE), Decided(None, Origin.UNCLEAR)
_NO_WORDS: Mapping[str, Decision] = MappingProxyType({})


def understand_appraisal(
    offered: Iterable[OfferedRecord], appraisals: Iterable[Appraisal], *, agreed: Mapping[str, Decision] = _NO_WORDS
) -> AppraisalOutcome:
    """The decision about each offered record (Umsetzung der Bewertung).

    A record without a decision has that of the nearest record above it. One that was given B, a word of the archive's
    own or two different decisions has none, and hands down none. Whatever holds a record that is A is A itself, as
    archives keep what they take in its place; that does not decide about what else lies in it. Documents always
    follow the record they lie in. `agreed` says which words of the archive's own mean A or V.
    """
    records = {record.id: record for record in offered}
    return _Appraising(records, appraisals, agreed).outcome()


def confirm_destruction(outcome: AppraisalOutcome) -> AppraisalOutcome:
    """The same with V for all that nothing was said about, once a person confirmed that it means destroy.

    What is unclear stays undecided, since the archive did say something about it.
    """
    confirmed = Decided(Decision.DESTROY, Origin.CONFIRMED)
    decided = {id_: confirmed if one == _UNDECIDED else one for id_, one in outcome.decided.items()}
    return replace(outcome, decided=MappingProxyType(decided), undecided=outcome.unclear)


class _Appraising:
    def __init__(
        self, records: Mapping[UUID, OfferedRecord], appraisals: Iterable[Appraisal], agreed: Mapping[str, Decision]
    ) -> None:
        self._records, self._agreed = records, agreed
        self._findings: list[Finding] = []
        self._said: dict[UUID, list[Appraisal]] = defaultdict(list)
        for one in appraisals:
            self._said[one.record_id].append(one)
        self._decided: dict[UUID, Decided] = {}

    def outcome(self) -> AppraisalOutcome:
        unknown = tuple(id_ for id_ in self._said if id_ not in self._records)
        for id_ in unknown:
            self._tell("record-unknown", "Bewertet wurde ein Schriftgutobjekt, das nicht angeboten war.", str(id_))
        own = {id_: self._own(self._records[id_], said) for id_, said in self._said.items() if id_ in self._records}
        for record in self._records.values():
            if record.kind.is_appraised:
                self._decided[record.id] = self._inherited(record, own)
        self._raise_what_holds_archived()
        for record in self._records.values():
            if not record.kind.is_appraised:
                self._decided[record.id] = self._of_what_it_lies_in(record)
        undecided = tuple(self._undecided())
        return AppraisalOutcome(
            decided=MappingProxyType({id_: self._decided[id_] for id_ in self._records}),
            undecided=undecided,
            unclear=tuple(id_ for id_ in undecided if self._decided[id_] == _UNCLEAR),
            unknown=unknown,
            findings=tuple(self._findings),
        )

    def _own(self, record: OfferedRecord, said: list[Appraisal]) -> Decision | None:
        """What the archive says about one record; none if that is no decision."""
        for one in said:
            note_spelling(self._findings, record, one.id_as_written)
        if not record.kind.is_appraised:
            self._tell("document-decided", "Dokumente folgen dem, worin sie liegen; ihre Bewertung gilt nicht.", record)
            return None
        decisions = {one.decision or self._agreed.get(one.configured or "") for one in said}
        if len(decisions) > 1:
            self._tell(
                "decisions-contradict", "Für dieses Schriftgutobjekt stehen verschiedene Bewertungen da.", record
            )
            return None
        decision = decisions.pop()
        if decision in (Decision.ARCHIVE, Decision.DESTROY):
            return decision
        word = said[0].configured
        given = f"„{word}“" if word else "B"
        self._tell("not-a-decision", f"{given} ist keine Entscheidung; bitte das Archiv fragen.", record)
        return None

    def _inherited(self, record: OfferedRecord, own: Mapping[UUID, Decision | None]) -> Decided:
        if record.id in own:
            decision = own[record.id]
            return Decided(decision, Origin.OWN) if decision else _UNCLEAR
        for above in self._above(record):
            if above.id in own:
                decision = own[above.id]
                return Decided(decision, Origin.INHERITED) if decision else _UNCLEAR
        return _UNDECIDED

    def _raise_what_holds_archived(self) -> None:
        archived = [id_ for id_, one in self._decided.items() if one.decision is Decision.ARCHIVE]
        raised: set[UUID] = set()
        for id_ in archived:
            for above in self._above(self._records[id_]):
                if above.id in raised:
                    break
                raised.add(above.id)
                before = self._decided[above.id].decision
                if before is Decision.DESTROY:
                    self._tell(
                        "destroyed-around-archived",
                        "Als zu vernichten bewertet, enthält aber Archivwürdiges; es gilt als archivwürdig.",
                        above,
                    )
                if before is not Decision.ARCHIVE:
                    self._decided[above.id] = Decided(Decision.ARCHIVE, Origin.RAISED)

    def _of_what_it_lies_in(self, record: OfferedRecord) -> Decided:
        above = next((one for one in self._above(record) if one.kind.is_appraised), None)
        found = self._decided[above.id] if above else _UNDECIDED
        return Decided(found.decision, Origin.INHERITED) if found.decision else found

    def _undecided(self) -> Iterator[UUID]:
        for record in self._records.values():
            if record.kind.is_appraised and self._decided[record.id].decision is None:
                self._tell("record-undecided", "Zu diesem Schriftgutobjekt gibt es keine Entscheidung.", record)
                yield record.id

    def _above(self, record: OfferedRecord) -> Iterator[OfferedRecord]:
        return lying_around(self._records, record)

    def _tell(self, code: str, message: str, about: OfferedRecord | str) -> None:
        self._findings.append(Finding(code, message, about if isinstance(about, str) else name_of(about)))
