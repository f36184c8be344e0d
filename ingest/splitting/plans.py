"""How a stack is to be separated (Trennung), and the plan that comes of it."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.splitting.looks import FileLook
from ingest.splitting.payload import Announcement


class SeparateBy(StrEnum):
    """What separates documents (Trennung nach …), as a scan profile says.

    `AUTO`: sheets with codes where there are any, else blank sheets, else files. `CODES`: only sheets with codes.
    `BLANK`: only blank sheets. `FILE`: each file is one document, its separators and blank pages leave it.
    `NONE`: each file stays as it came.
    """

    AUTO = "auto"
    CODES = "codes"
    BLANK = "blank"
    FILE = "file"
    NONE = "none"


class Duplex(StrEnum):
    """Whether both sides of every sheet were scanned."""

    AUTO = "auto"
    YES = "yes"
    NO = "no"


class Collation(StrEnum):
    """How a simplex scanner delivered two-sided paper: all fronts, then all backs, the last one first or not."""

    NONE = "none"
    ODD_EVEN_SAME_ORDER = "odd-even-same-order"
    ODD_EVEN_REVERSED = "odd-even-reversed"


@dataclass(frozen=True, slots=True)
class Separation:
    """How a stack is to be separated. `batch` is the key of this batch, which its own sheets carry."""

    by: SeparateBy = SeparateBy.AUTO
    duplex: Duplex = Duplex.AUTO
    collation: Collation = Collation.NONE
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class StackFile:
    """One file of a stack, in its order. Office files and e-mails have no `look`: they are documents as they are.

    `duplicate_of` names the file with the same bytes that came before.
    """

    name: str
    look: FileLook | None = None
    duplicate_of: str | None = None


class PageKind(StrEnum):
    """What becomes of an image; `REJECTED` is counted but filed nowhere (a byte-identical file)."""

    PAGE = "page"
    SEPARATOR = "separator"
    BLANK = "blank"
    REJECTED = "rejected"


class Problem(StrEnum):
    """Why a document has to wait in the work list (Arbeitsliste)."""

    TWO_CODES = "two-codes-on-one-sheet"
    FOREIGN_BATCH = "separator-of-another-batch"
    DAMAGED_CODE = "code-damaged"
    UNCLEAR_BLANKS = "blank-sheets-unclear"
    SIDES_DIFFER = "fronts-and-backs-differ"


@dataclass(frozen=True, slots=True)
class PagePlan:
    """What becomes of one image. `n` is 1-based over all files, `file` 0-based, `frame` 1-based in its file.

    `document` is the number of the document a page belongs to, None for everything else.
    """

    n: int
    file: int
    frame: int
    kind: PageKind
    document: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """One document: the `n` of its pages in reading order, where it belongs, and why it has to wait.

    `whole_file` (0-based) is set when it is exactly one file, which is then kept as it is; a file without looks
    has no pages here.
    """

    number: int
    pages: tuple[int, ...]
    announcement: Announcement | None
    problem: Problem | None = None
    whole_file: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd about image `n` that stops nothing: a sheet without documents, for example."""

    n: int
    code: str


@dataclass(frozen=True, slots=True)
class Split:
    """The whole stack: every image once, in the order of the stack."""

    pages: tuple[PagePlan, ...]
    documents: tuple[DocumentPlan, ...]
    remarks: tuple[Remark, ...] = ()

    def count(self, kind: PageKind) -> int:
        return sum(1 for page in self.pages if page.kind is kind)

    @property
    def reconciles(self) -> bool:
        """Images = document pages + separators + blanks + rejected, and no page in two documents or in none."""
        filed = [n for document in self.documents for n in document.pages]
        pages = [page.n for page in self.pages if page.kind is PageKind.PAGE]
        return sorted(filed) == pages and [page.n for page in self.pages] == list(range(1, len(self.pages) + 1))
