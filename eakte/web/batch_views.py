"""What the pages of batches have in common: what somebody may do, and what is to be done next, in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents.queries import SeenDocument, visible_among
from eakte.foundation.work import Actor, UnitOfWork
from eakte.web import batch_queries
from ingest.batches.models import Batch, BatchDocument, BatchFile, BatchImage
from ingest.batches.rules import ALLOWED, BatchAction, BatchState, Purpose, Verdict
from ingest.batches.service.checking import changed_since, explains, may_check
from ingest.batches.views import Account
from ingest.rules import FILEABLE, SETTLED, ItemState

# Below this, one word in several is likely misread; the mean over a page of good print is above 90.
LOW_CONFIDENCE = 75.0

_WORKS_WITH = (
    Permission.INGEST,
    Permission.MANAGE_INGEST,
    Permission.CHECK_SCANS,
    Permission.RELEASE_SCANS,
    Permission.DESTROY_PAPER,
)


def works_with_batches(actor: Actor) -> bool:
    """Whether somebody has to do with batches at all."""
    return any(actor.may(permission) for permission in _WORKS_WITH)


def batch_path(batch_id: UUID) -> str:
    return f"/stapel/{batch_id}"


def document_path(batch_id: UUID, document_id: UUID) -> str:
    """Where a document of a batch is looked at, before and after it is filed."""
    return f"/stapel/{batch_id}/dokumente/{document_id}"


# --- what somebody may do -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offers:
    """What somebody may do with a batch now. `barred`: might check, were it not for what they did themselves."""

    receive: bool
    arrange: bool
    check: bool
    explain: bool
    keep: bool
    accept: bool
    reject: bool
    release: bool
    destroy: bool
    barred: bool


def offers_of(work: UnitOfWork, batch: Batch, marks: Sequence[batch_queries.Mark]) -> Offers:
    """The actions that state and rights allow; whether the batch is ready for them is said when they are tried."""
    may, allowed = work.actor.may, ALLOWED[batch.state]
    checks = may(Permission.CHECK_SCANS) and BatchAction.CHECK in allowed and _is_looked_at(batch, marks)
    barred = checks and not may_check(work, batch)
    return Offers(
        receive=may(Permission.INGEST) and BatchAction.RECEIVE in allowed,
        arrange=may(Permission.INGEST) and BatchAction.ARRANGE in allowed,
        check=checks and not barred,
        explain=may(Permission.CHECK_SCANS) and explains(batch) and may_check(work, batch),
        keep=may(Permission.CHECK_SCANS) and BatchAction.KEEP_PAPER in allowed and _replaces(batch),
        accept=may(Permission.CHECK_SCANS) and BatchAction.ACCEPT in allowed and not barred,
        reject=may(Permission.INGEST) and BatchAction.REJECT in allowed,
        release=may(Permission.RELEASE_SCANS) and BatchAction.RELEASE in allowed,
        destroy=may(Permission.DESTROY_PAPER) and BatchAction.DESTROY in allowed and _replaces(batch),
        barred=barred,
    )


def _is_looked_at(batch: Batch, marks: Sequence[batch_queries.Mark]) -> bool:
    if batch.state is BatchState.SPLIT:
        return True
    return batch.state is BatchState.ACCEPTED and any(mark.waits for mark in marks)


def _replaces(batch: Batch) -> bool:
    return batch.profile.purpose is Purpose.REPLACEMENT


# --- what is to be done next --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How a batch stands, as far as somebody has to do something about it.

    `unchecked` and `bad` are drawn documents without a verdict and those found bad, `failed` those in the work list,
    `unproven` filed ones without the transfer note they need. `stays`: the paper of every document is kept.
    """

    state: BatchState
    files: int = 0
    settled: bool = True
    unchecked: int = 0
    bad: int = 0
    unexplained: bool = False
    failed: int = 0
    unproven: int = 0
    barred: bool = False
    destroyable_on: date | None = None
    stays: bool = False
    today: date = date.max


def standing_of(
    work: UnitOfWork, batch: Batch, account: Account, marks: Sequence[batch_queries.Mark], offers: Offers
) -> Standing:
    """How a batch stands for the actor."""
    return Standing(
        state=batch.state,
        files=sum(batch_queries.file_counts(work.session, batch.id).values()),
        settled=account.settled,
        unchecked=sum(mark.unchecked for mark in marks),
        bad=sum(mark.verdict is Verdict.BAD for mark in marks),
        unexplained=batch.unexplained,
        failed=account.progress.get(ItemState.FAILED, 0),
        unproven=batch_queries.unproven_count(work.session, batch.id) if _replaces(batch) else 0,
        barred=offers.barred,
        destroyable_on=batch.destroyable_on,
        stays=bool(marks) and all(mark.kept for mark in marks),
        today=work.now.astimezone(BERLIN).date(),
    )


def next_step(standing: Standing) -> str:
    """What is to be done next with a batch, in one sentence."""
    match standing.state:
        case BatchState.OPEN:
            return _while_open(standing)
        case BatchState.SPLITTING:
            return "Der Stapel wird gerade in Dokumente getrennt; jetzt ist nichts zu tun."
        case BatchState.SPLIT:
            return _while_checked(standing)
        case BatchState.ACCEPTED:
            return _before_release(standing)
        case BatchState.RELEASED:
            return _after_release(standing)
        case BatchState.DESTROYED:
            return "Es ist nichts mehr zu tun: Das Papier ist vernichtet und das festgehalten."
        case BatchState.REJECTED:
            return "Als Nächstes das Papier in einem neuen Stapel noch einmal scannen."


_SECOND = "Als Nächstes muss eine zweite Person prüfen; wer gescannt hat, darf es nicht selbst."
_EXPLAIN = "Als Nächstes klären, warum die Zählung nicht aufgeht."


def _while_open(standing: Standing) -> str:
    if standing.files:
        return "Als Nächstes weitere Dateien hochladen oder melden, dass alle da sind."
    return "Als Nächstes die gescannten Dateien hochladen."


def _while_checked(standing: Standing) -> str:
    if not standing.settled:
        return "Die Dokumente werden gerade verarbeitet; danach werden sie geprüft."
    if standing.barred:
        return _SECOND
    if standing.bad:
        return f"Als Nächstes {_documents(standing.bad, 'beanstandetes', 'beanstandete')} berichtigen."
    if standing.unchecked:
        return f"Als Nächstes {_documents(standing.unchecked, 'gezogenes', 'gezogene')} ansehen."
    if standing.unexplained:
        return _EXPLAIN
    return "Als Nächstes die Prüfung abschließen; dann werden die Dokumente abgelegt."


def _before_release(standing: Standing) -> str:
    if not standing.settled:
        return "Die Dokumente werden gerade abgelegt; jetzt ist nichts zu tun."
    if standing.failed:
        return f"Als Nächstes über {_documents(standing.failed, 'gescheitertes', 'gescheiterte')} entscheiden."
    if standing.barred:
        return _SECOND
    if standing.bad:
        return f"Als Nächstes {_documents(standing.bad, 'beanstandetes', 'beanstandete')} berichtigen."
    if standing.unchecked:
        return f"Als Nächstes {_documents(standing.unchecked, 'geändertes', 'geänderte')} ansehen."
    if standing.unexplained:
        return _EXPLAIN
    if standing.unproven:
        return "Die Transfervermerke entstehen gerade; jetzt ist nichts zu tun."
    return "Als Nächstes den Stapel freigeben."


def _after_release(standing: Standing) -> str:
    if standing.destroyable_on is None or standing.stays:
        return "Es ist nichts mehr zu tun: Die Dokumente sind abgelegt, das Papier bleibt."
    if standing.today < standing.destroyable_on:
        return (
            f"Das Papier ist noch aufzubewahren; vernichtet werden darf es ab dem {standing.destroyable_on:%d.%m.%Y}."
        )
    return "Als Nächstes das Papier vernichten und das festhalten."


def _documents(count: int, one: str, many: str) -> str:
    return f"ein {one} Dokument" if count == 1 else f"{count} {many} Dokumente"


# --- documents and pages ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """What a document of a batch became: `document` as far as the actor may see it, and whether it has its note."""

    document: SeenDocument
    proven: bool


def filed_among(work: UnitOfWork, parts: Sequence[BatchDocument]) -> dict[UUID, FiledDocument]:
    """The filed ones of some documents of a batch that the actor may see."""
    ids = {part.id: part.item.document_id for part in parts if part.item is not None and part.item.document_id}
    visible = visible_among(work, list(ids.values()))
    sealed = batch_queries.sealed_among(work.session, list(ids))
    return {
        part_id: FiledDocument(visible[document_id], part_id in sealed)
        for part_id, document_id in ids.items()
        if document_id in visible
    }


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as somebody looks at it, and what recognition found; `shown` when there is a preview.

    `turned` and `skew` are degrees clockwise, `confidence` is 0 to 100.
    """

    image: BatchImage
    shown: bool
    turned: int | None
    skew: float | None
    confidence: float | None
    rescans: Sequence[BatchFile]

    @property
    def doubtful(self) -> bool:
        """Whether recognition was so unsure that somebody should read the page."""
        return self.confidence is not None and self.confidence < LOW_CONFIDENCE


def page_views(work: UnitOfWork, part: BatchDocument, images: Sequence[BatchImage]) -> list[PageView]:
    """The pages of a document in their order."""
    products = (part.item.products if part.item is not None else None) or {"pages": [], "previews": []}
    pages, previews = products["pages"], products["previews"]
    rescans = batch_queries.rescans_without_effect(work.session, [image.id for image in images])
    views = []
    for place, image in enumerate(images):
        found = pages[place] if place < len(pages) else {}
        views.append(
            PageView(
                image,
                shown=place < len(previews),
                turned=found.get("turned"),
                skew=found.get("skew"),
                confidence=found.get("confidence"),
                rescans=[file for file in rescans if file.rescan_of == image.id],
            )
        )
    return views


def is_arrangeable(part: BatchDocument) -> bool:
    """Whether the pages of a document may still change, as far as the document itself is concerned."""
    return part.item is None or part.item.state is not ItemState.FILED


def is_up_for_look(batch: Batch, part: BatchDocument) -> bool:
    """Whether the checks of a batch, or what changed after them, concern a document."""
    return batch.state is BatchState.SPLIT or changed_since(batch, part)


def can_be_judged(batch: Batch, part: BatchDocument) -> bool:
    """Whether there is something to look at, or the certainty that there will not be."""
    if part.item is None or not is_up_for_look(batch, part):
        return False
    return part.item.state in (FILEABLE | SETTLED if batch.state is BatchState.SPLIT else {ItemState.VERIFIED})
