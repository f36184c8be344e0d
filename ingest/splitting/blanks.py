"""Whether a blank page separates documents or is only an empty back (Leerseite, leere Rückseite)."""

from dataclasses import dataclass

from ingest.splitting.plans import Duplex, Problem, SeparateBy, Separation
from ingest.splitting.stacks import Run


@dataclass(frozen=True, slots=True)
class BlankPages:
    """The blank images of a run (their `n`) that separate, and whether that is in doubt."""

    separating: frozenset[int] = frozenset()
    problem: Problem | None = None


def judge_blanks(run: Run, how: Separation, *, coded: bool) -> BlankPages:
    """Decide about the blank pages of a run.

    Where sheets with codes separate (`coded`: there are some in the batch), blank pages are empty backs. Otherwise
    a blank sheet separates: one image of a simplex scan, both sides of a duplex scan. Where the blanks would also
    fit an unannounced duplex scan, the documents wait.
    """
    if run.closed:
        return BlankPages()
    by_blanks = how.by is SeparateBy.BLANK or (how.by is SeparateBy.AUTO and not coded)
    if not by_blanks:
        doubt = how.by is SeparateBy.AUTO and run.duplex is not Duplex.YES and _may_separate(run)
        return BlankPages(problem=Problem.UNCLEAR_BLANKS if doubt else None)
    if run.duplex is Duplex.YES:
        return BlankPages(frozenset(_blank_sheets(run)))
    blanks = frozenset(image.n for image in run.images if image.look.blank)
    doubt = run.duplex is Duplex.AUTO and _has_inner_blanks(run) and _fits_duplex(run)
    return BlankPages(blanks, Problem.UNCLEAR_BLANKS if doubt else None)


def _may_separate(run: Run) -> bool:
    """Paper without any sheet among paper with sheets: blanks inside it that are no backs may have separated."""
    return not any(image.sheet for image in run.images) and _has_inner_blanks(run) and not _fits_duplex(run)


def _blank_sheets(run: Run) -> list[int]:
    pairs = zip(run.images[::2], run.images[1::2], strict=False)
    return [image.n for pair in pairs if all(side.look.blank for side in pair) for image in pair]


def _has_inner_blanks(run: Run) -> bool:
    """Whether a blank image has written ones before and after it, so that it may stand between two documents."""
    written = [place for place, image in enumerate(run.images) if not image.look.blank]
    return bool(written) and written[-1] - written[0] >= len(written)


def _fits_duplex(run: Run) -> bool:
    """Whether every blank image could be the back of a sheet."""
    return len(run.images) % 2 == 0 and all(place % 2 for place, image in enumerate(run.images) if image.look.blank)
