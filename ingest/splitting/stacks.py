"""Which files form one run of paper, and in which order its sides follow each other (Papierstapel)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from ingest.recognition.results import MediaType
from ingest.splitting.looks import PageLook
from ingest.splitting.order import counted_by_scanner, follows, shows_backs_before_fronts
from ingest.splitting.plans import Collation, Duplex, Problem, SeparateBy, Separation, StackFile
from ingest.splitting.sheets_seen import SheetSeen, sheet_in


@dataclass(frozen=True, slots=True)
class StackImage:
    """One image with its place in the stack, and the sheet it shows, if it does."""

    n: int
    file: int
    look: PageLook
    sheet: SheetSeen | None


@dataclass(frozen=True, slots=True)
class Run:
    """Paper that went through a scanner at once, or one file that is a document as it is (`closed`).

    `images` are in reading order. `series`: a scanner counted on from the run before.
    """

    files: tuple[int, ...]
    images: tuple[StackImage, ...]
    duplex: Duplex
    closed: bool = False
    series: bool = False
    problem: Problem | None = None

    @property
    def only_sheets(self) -> bool:
        return bool(self.images) and all(image.sheet or image.look.blank for image in self.images)


def numbered(stack: Sequence[StackFile]) -> tuple[tuple[StackImage, ...], ...]:
    """The images of each file, counted over all files."""
    n = 0
    files = []
    for place, file in enumerate(stack):
        looks = file.look.pages if file.look else ()
        files.append(tuple(StackImage(n + at, place, look, sheet_in(look)) for at, look in enumerate(looks, 1)))
        n += len(looks)
    return tuple(files)


def runs_of(stack: Sequence[StackFile], images: Sequence[tuple[StackImage, ...]], how: Separation) -> list[Run]:
    """The runs of a stack in its order; duplicates are left out."""
    runs: list[Run] = []
    for series in _series_of(stack):
        counted = _is_scanners_count(series, stack, images, how)
        for before, place in zip((None, *series), series, strict=False):
            file = stack[place]
            sheets = any(image.sheet for image in images[place])
            closed = file.look is None or how.by is SeparateBy.NONE or (file.look.born_digital and not sheets)
            goes_on = counted and before is not None and not closed
            run = Run((place,), images[place], how.duplex, closed, series=goes_on)
            if before is not None and goes_on and _joins(stack[before], file, runs[-1], how):
                runs[-1] = replace(runs[-1], files=(*runs[-1].files, place), images=runs[-1].images + run.images)
            else:
                runs.append(run)
    return list(_collated(runs, stack, how.collation))


def _series_of(stack: Sequence[StackFile]) -> list[list[int]]:
    """The places of files whose names count on, one list for each series; duplicates are left out."""
    series: list[list[int]] = []
    for place, file in enumerate(stack):
        if file.duplicate_of is not None:
            continue
        if series and follows(stack[series[-1][-1]].name, file.name):
            series[-1].append(place)
        else:
            series.append([place])
    return series


def _is_scanners_count(
    series: Sequence[int], stack: Sequence[StackFile], images: Sequence[tuple[StackImage, ...]], how: Separation
) -> bool:
    """Whether a scanner counted a series: its first name says so, or the paper was prepared for a scanner.

    Nobody names a sheet that only separates, or the fronts of a stack, as a document of its own.
    """
    if counted_by_scanner(stack[series[0]].name):
        return True
    pictures = [image for place in series if _is_picture(stack[place]) for image in images[place]]
    collated = how.collation is not Collation.NONE
    by_blanks = how.by is SeparateBy.BLANK
    return any(collated or image.sheet or (by_blanks and image.look.blank) for image in pictures)


def _joins(before: StackFile, file: StackFile, run: Run, how: Separation) -> bool:
    """Single images a scanner counted are one run; files of a kind that can hold pages are documents of their own."""
    return _is_picture(before) and _is_picture(file) and not run.closed and how.by is not SeparateBy.FILE


def _is_picture(file: StackFile) -> bool:
    """Whether a file is one image, as scanners write that make a file of every page."""
    return file.look is not None and len(file.look.pages) == 1 and file.look.media_type is not MediaType.PDF


def _collated(runs: list[Run], stack: Sequence[StackFile], collation: Collation) -> Iterator[Run]:
    """Put fronts and backs of a simplex scanner together: two files after another, or the halves of a single one."""
    paper = [run for run in runs if not run.closed]
    if collation is Collation.NONE or not paper:
        yield from runs
        return
    pairs = {id(front): back for front, back in zip(paper[::2], paper[1::2], strict=False)}
    backs = {id(back) for back in pairs.values()}
    for run in runs:
        if run.closed:
            yield run
        elif id(run) in pairs:
            front, back = run, pairs[id(run)]
            if shows_backs_before_fronts(stack[front.files[0]].name, stack[back.files[0]].name):
                front, back = back, front
            yield _together(front, back, collation)
        elif id(run) not in backs:
            middle = (len(run.images) + 1) // 2
            front, back = (replace(run, images=part) for part in (run.images[:middle], run.images[middle:]))
            yield replace(_together(front, back, collation), files=run.files)


def _together(front: Run, back: Run, collation: Collation) -> Run:
    files = (*front.files, *back.files)
    if len(front.images) != len(back.images):
        return replace(front, files=files, images=front.images + back.images, problem=Problem.SIDES_DIFFER)
    backs = back.images if collation is Collation.ODD_EVEN_SAME_ORDER else back.images[::-1]
    images = tuple(chain.from_iterable(zip(front.images, backs, strict=True)))
    return replace(front, files=files, images=images, duplex=Duplex.YES)
