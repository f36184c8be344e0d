"""How a scanned stack falls into documents: pure, and every image ends up exactly once.

Registry staff feed sheets; the scanner makes files of them. Neither says where a document ends. What says so are
sheets with a code, blank sheets, or the files themselves, depending on how the stack was prepared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.splitting.blanks import BlankPages, judge_blanks
from ingest.splitting.payload import Announcement, SheetKind, completed
from ingest.splitting.plans import (
    Collation,
    DocumentPlan,
    Duplex,
    PageKind,
    PagePlan,
    Problem,
    Remark,
    SeparateBy,
    Separation,
    Split,
    StackFile,
)
from ingest.splitting.sheets_seen import SheetSeen
from ingest.splitting.stacks import Run, StackImage, numbered, runs_of

__all__ = [
    "BLANK_SHEET",
    "Collation",
    "DocumentPlan",
    "Duplex",
    "PageKind",
    "PagePlan",
    "Problem",
    "Remark",
    "SeparateBy",
    "Separation",
    "Split",
    "StackFile",
    "split",
]


BLANK_SHEET = "blank-sheet"
"""Why an image separates documents that is no sheet with a code."""


def split(stack: Sequence[StackFile], how: Separation, *, coded: bool = False) -> Split:
    """Say of every image what becomes of it, and of every document where it belongs.

    The files come in their order, see `order.in_natural_order`. `coded` says that they belong to paper among which
    sheets with codes were seen before.
    """
    files = numbered(stack)
    coded = coded or any(image.sheet for images in files for image in images)
    filing = _Filing(how)
    for run in runs_of(stack, files, how):
        filing.begin(run)
        blanks = judge_blanks(run, how, coded=coded)
        for image in run.images:
            _take(filing, run, image, blanks)
        filing.end(run, blanks.problem)
    filing.forget_sheets()
    for file, images in zip(stack, files, strict=True):
        if file.duplicate_of is not None:
            filing.reject(images)
    return filing.result(files)


def _take(filing: "_Filing", run: Run, image: StackImage, blanks: BlankPages) -> None:
    if run.closed:
        filing.add(image, "as-it-came")
    elif image.sheet is not None and filing.how.by is not SeparateBy.BLANK:
        filing.announce(image, image.sheet)
    elif image.n in blanks.separating:
        filing.separate(image)
    elif image.look.blank:
        filing.drop(image)
    else:
        filing.add(image, "written")


@dataclass(slots=True)
class _Filing:
    """What a clerk keeps in mind going through a stack: the last sheets, and the document in hand.

    `cover` and `waiting` are sheets with their image; `waiting` is a separator whose document has not begun.
    """

    how: Separation
    plans: dict[int, PagePlan] = field(default_factory=dict)
    documents: list[DocumentPlan] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    cover: SheetSeen | None = None
    idle_cover: int | None = None
    waiting: tuple[int, SheetSeen] | None = None
    last: Run | None = None
    in_hand: list[StackImage] = field(default_factory=list)
    sheet: SheetSeen | None = None
    problem: Problem | None = None

    def begin(self, run: Run) -> None:
        """A separator speaks for the next file only if it came alone in its own, or a scanner counted on."""
        if self.waiting is not None and not run.series and not (self.last and self.last.only_sheets):
            self._forget_separator()
        self.last = run

    def add(self, image: StackImage, reason: str) -> None:
        if not self.in_hand:
            self.sheet = self.waiting[1] if self.waiting else None
            self.waiting = None
        elif image.file != self.in_hand[0].file:
            reason = "same-run-as-file-before"
        self.in_hand.append(image)
        self._plan(image, PageKind.PAGE, reason, len(self.documents) + 1)

    def announce(self, image: StackImage, sheet: SheetSeen) -> None:
        """A sheet ends the document in hand; where files are documents it only says where this one belongs."""
        kind = sheet.announcement.kind
        self._plan(image, PageKind.SEPARATOR, f"{kind}-sheet")
        if self.how.by is SeparateBy.FILE and self.in_hand:
            self.problem = Problem.TWO_CODES if sheet.announcement.names_target else self.problem
            return
        self._finish()
        self._forget_separator()
        if kind is SheetKind.COVER:
            self._forget_cover()
            self.cover, self.idle_cover = sheet, image.n
        else:
            self.waiting = image.n, sheet

    def separate(self, image: StackImage) -> None:
        self._finish()
        self._plan(image, PageKind.SEPARATOR, BLANK_SHEET)

    def drop(self, image: StackImage) -> None:
        self._plan(image, PageKind.BLANK, "blank")

    def reject(self, images: Sequence[StackImage]) -> None:
        for image in images:
            self._plan(image, PageKind.REJECTED, "duplicate")

    def end(self, run: Run, doubt: Problem | None) -> None:
        """The end of a run ends its last document; what is wrong with the run holds for all of them."""
        self._finish()
        if not run.images:
            self.sheet, self.waiting = (self.waiting[1] if self.waiting else None), None
            self._file((), run.files[0])
        elif all(image.look.blank for image in run.images) and not run.closed:
            self.remarks.append(Remark(run.images[0].n, "only-blank-pages"))
        problem = run.problem or doubt
        if problem is not None:
            mine = {image.n for image in run.images}
            self.documents = [
                replace(each, problem=each.problem or problem) if mine.intersection(each.pages) else each
                for each in self.documents
            ]

    def forget_sheets(self) -> None:
        """At the end of the stack: report the sheets nothing came after."""
        self._forget_separator()
        self._forget_cover()

    def result(self, files: Sequence[Sequence[StackImage]]) -> Split:
        """The plan; a document that is exactly one file keeps that file."""
        whole = {tuple(image.n for image in images): place for place, images in enumerate(files) if images}
        documents = tuple(
            replace(each, whole_file=whole.get(each.pages)) if each.pages else each for each in self.documents
        )
        remarks = tuple(sorted(self.remarks, key=lambda remark: remark.n))
        return Split(tuple(self.plans[n] for n in sorted(self.plans)), documents, remarks)

    def _finish(self) -> None:
        if self.in_hand:
            self._file(tuple(image.n for image in self.in_hand), None)

    def _file(self, pages: tuple[int, ...], whole_file: int | None) -> None:
        announcement, problem = self._target()
        number = len(self.documents) + 1
        self.documents.append(DocumentPlan(number, pages, announcement, self.problem or problem, whole_file))
        self.in_hand, self.sheet, self.problem, self.idle_cover = [], None, None, None

    def _target(self) -> tuple[Announcement | None, Problem | None]:
        """Where the document in hand belongs: its separator says so, else the cover sheet before it."""
        own, cover = self.sheet, self.cover
        if own is not None and (self._fault(own) or own.announcement.names_target or cover is None):
            return own.announcement, self._fault(own)
        if cover is None:
            return None, None
        said = completed(own.announcement, cover.announcement) if own is not None else cover.announcement
        return said, self._fault(cover)

    def _fault(self, sheet: SheetSeen) -> Problem | None:
        foreign = self.how.batch is not None and sheet.announcement.batch not in (None, self.how.batch)
        return sheet.problem or (Problem.FOREIGN_BATCH if foreign else None)

    def _forget_separator(self) -> None:
        if self.waiting is not None:
            self.remarks.append(Remark(self.waiting[0], "separator-without-pages"))
        self.waiting = None

    def _forget_cover(self) -> None:
        if self.idle_cover is not None:
            self.remarks.append(Remark(self.idle_cover, "cover-without-documents"))
        self.idle_cover = None

    def _plan(self, image: StackImage, kind: PageKind, reason: str, document: int | None = None) -> None:
        self.plans[image.n] = PagePlan(image.n, image.file, image.look.frame, kind, document, reason)
