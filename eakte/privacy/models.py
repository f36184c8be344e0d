"""Requests of data subjects, what was found, what is answered for each record, and the reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.storage import Digest
from eakte.foundation.table import Table, words
from eakte.privacy.errors import SubjectRequestStateForbids
from eakte.privacy.rules import (
    TRANSITIONS,
    Judgement,
    Match,
    Outcome,
    Person,
    Place,
    RequestAct,
    RequestKind,
    RequestState,
    allows,
)

STATE_WORDS = {
    RequestState.RECEIVED: "eingegangen",
    RequestState.SEARCHED: "gesucht",
    RequestState.DECIDED: "entschieden",
    RequestState.ANSWERED: "beantwortet",
    RequestState.CLOSED: "abgeschlossen",
}
ACT_WORDS = {
    RequestAct.SEARCH: "Suchen",
    RequestAct.JUDGE: "Fundstellen beurteilen",
    RequestAct.REPORT: "Auskunft zusammenstellen",
    RequestAct.DECIDE: "Über die Löschung entscheiden",
    RequestAct.ANSWER: "Als beantwortet vermerken",
    RequestAct.CLOSE: "Abschließen",
    RequestAct.WITHDRAW: "Als zurückgezogen abschließen",
}


class SubjectRequest(Table):
    """A request of a data subject (Betroffenenanfrage).

    `person` is a `Person` as JSON; None when the request was forgotten, years after its end. `identity_check` says how
    the house made sure who asks (Art. 12 (6)). `extended_for` is why the answer takes longer. `found_more` says that
    the search was cut off at its largest number of findings.
    """

    __tablename__ = "subject_requests"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[RequestKind] = mapped_column(words(RequestKind))
    state: Mapped[RequestState] = mapped_column(words(RequestState), default=RequestState.RECEIVED)
    person: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    identity_check: Mapped[str | None]
    note: Mapped[str | None]
    received_on: Mapped[date]
    due_on: Mapped[date]
    extended_for: Mapped[str | None]
    extended_at: Mapped[datetime | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    searched_at: Mapped[datetime | None]
    found_more: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed_at"),
        CheckConstraint("(person is null) = (forgotten_at is not null)", name="forgotten"),
        CheckConstraint("(extended_for is null) = (extended_at is null)", name="extended"),
        Index("ix_subject_requests_running", "due_on", postgresql_where=text("state not in ('answered', 'closed')")),
    )

    @property
    def subject(self) -> Person:
        """Who asks; of a request that was not forgotten."""
        return Person.model_validate(self.person)

    def must_allow(self, act: RequestAct) -> None:
        """Raises SubjectRequestStateForbids."""
        if not allows(self.kind, self.state, act):
            raise SubjectRequestStateForbids(
                reference=self.reference, state=STATE_WORDS[self.state], act=f"„{ACT_WORDS[act]}“"
            )

    def pass_through(self, act: RequestAct, at: datetime) -> None:
        """Take the state an act leads to. Raises SubjectRequestStateForbids."""
        self.must_allow(act)
        target = TRANSITIONS[act].target
        if target is not None:
            self.state = target
        if target is RequestState.ANSWERED:
            self.answered_at = at
        if target is RequestState.CLOSED:
            self.closed_at = at


class SubjectFinding(Table):
    """Something that may speak of who asks.

    `record_id` is the dossier, case or document it belongs to, and `subject_id` what it stands in where that is no
    record (an account, a batch, a hold). Neither is a foreign key: both may be gone while the request is open.
    `label` is what people call it; `excerpt` is emptied when the record is destroyed. `mark` tells findings apart, so
    that a second search knows what was judged.
    """

    __tablename__ = "subject_findings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_requests.id"))
    place: Mapped[Place] = mapped_column(words(Place))
    record_id: Mapped[UUID | None] = mapped_column(index=True)
    subject_id: Mapped[UUID | None]
    label: Mapped[str]
    field: Mapped[str]
    page: Mapped[int | None]
    version: Mapped[int | None]
    excerpt: Mapped[str | None]
    match: Mapped[Match] = mapped_column(words(Match))
    judgement: Mapped[Judgement] = mapped_column(words(Judgement), default=Judgement.OPEN)
    judged_by: Mapped[UUID | None]
    judged_at: Mapped[datetime | None]
    found_at: Mapped[datetime]
    mark: Mapped[str]

    __table_args__ = (
        UniqueConstraint("request_id", "mark"),
        Index(None, "request_id", "label", "id"),
        CheckConstraint("(judgement = 'open') = (judged_at is null)", name="judged"),
    )


class ErasureAnswer(Table):
    """What a confirmed record is answered with: whether it can be erased now, else why not and from which day on.

    `reasons` are `{code, message}`; `listed_on` is the reference of the disposal list it was put on.
    """

    __tablename__ = "erasure_answers"
    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_requests.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    possible_from: Mapped[date | None]
    reasons: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    listed_on: Mapped[str | None]
    restricted: Mapped[bool] = mapped_column(default=False)
    computed_at: Mapped[datetime]

    __table_args__ = (Index(None, "possible_from"),)


class SubjectReport(Table):
    """A report (Auskunft): a ZIP file with PDF/A and JSON, and copies where they were asked for.

    It is there when `made_at` is set, gone when `erased_at` is. `all_matches` took in what nobody confirmed.
    """

    __tablename__ = "subject_reports"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_requests.id"), index=True)
    object_id: Mapped[UUID]
    with_copies: Mapped[bool]
    all_matches: Mapped[bool]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    erase_on: Mapped[date | None]
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(made_at is null) = (sha256 is null)", name="made"),
        CheckConstraint("erased_at is null or made_at is not null", name="erased"),
    )

    @property
    def digest(self) -> Digest:
        """What its bytes must be; of a report that is there."""
        assert self.sha256 is not None and self.size is not None
        return Digest(self.sha256, self.size)
