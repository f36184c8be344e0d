"""A file made ready for recognition: whatever it is, a PDF to work on. Runs inside the sandbox."""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from eakte.documents.presenting import Presenting
from eakte.foundation.errors import Finding
from ingest.adapters import content_pdf, filetype, image_file, pdf_file, pdfa, soffice, written
from ingest.recognition.content import Content
from ingest.recognition.results import MediaType, RecognitionLimits

_NO_MISSING_FONTS = pdf_file.MissingFonts(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Intake:
    """The PDF to work on, and what is to be kept of the original.

    `claim` is the level of PDF/A that `finished` says it has: the file that is archived as it is if that is true, or
    if somebody of ours vouches for it (`vouched`).
    `texts` are the words of each page where they are known from the content; None where pages are to be read.
    `sections` are words that the pages may not show in full: laid out by another program, or of data inside a PDF.
    """

    kind: MediaType
    pdf: Path
    finished: Path | None = None
    claim: str | None = None
    vouched: bool = False
    invoice: bool = False
    attachments: bool = False
    missing_fonts: pdf_file.MissingFonts = _NO_MISSING_FONTS
    warnings: tuple[Finding, ...] = ()
    texts: tuple[str, ...] | None = None
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """An office file nobody can lay out now; its words are known all the same."""

    kind: MediaType
    content: Content
    reason: Finding


NO_PROGRAM = Finding(
    "conversion-waiting",
    "Die Archivfassung (PDF/A) steht noch aus: Auf diesem Rechner ist kein Office-Programm eingerichtet. "
    "Der Text ist durchsuchbar, das Original ist abgelegt.",
)
NOT_LAID_OUT = Finding(
    "conversion-failed",
    "Die Archivfassung (PDF/A) fehlt: Das Office-Programm kam mit der Datei nicht zurecht. "
    "Der Text ist durchsuchbar, das Original ist abgelegt.",
)


def take_in(
    source: Path, workdir: Path, limits: RecognitionLimits, office: Path | None, presenting: Presenting
) -> Intake | Waiting:
    """Make the working copy of a file in `workdir`; `office` is the program that lays office files out."""
    kind = filetype.media_type(source, presenting)
    target = workdir / "intake.pdf"
    if kind is MediaType.PDF:
        return _with_data_inside(source, _take_in_pdf(source, target, limits), workdir, presenting)
    if kind is MediaType.XML:
        return _take_in_xml(source, workdir, limits, presenting)
    if kind.has_pages:
        _, warnings = image_file.examine(source, kind, limits)
        image_file.write_pdf(source, kind, target, limits)
        return Intake(kind, target, warnings=filetype.outside_warnings(source, kind) + warnings)
    content = written.content_of(source, kind)
    content = replace(content, warnings=filetype.outside_warnings(source, kind) + content.warnings)
    if kind.is_office:
        return _take_in_office(source, kind, content, workdir, limits, office)
    made_at = datetime.fromtimestamp(source.stat().st_mtime, UTC)
    texts = content_pdf.write(content, target, created_at=made_at, most_pages=limits.max_pages)
    return Intake(kind, target, warnings=content.warnings, texts=texts)


def _take_in_pdf(source: Path, target: Path, limits: RecognitionLimits) -> Intake:
    with pdf_file.open_pdf(source) as pdf:
        facts = pdf_file.examine(pdf, limits)
        # A copy without its sealed archives is another file than the one that claims to be PDF/A.
        claim = None if facts.sealed_attachments else pdfa.claimed_level(pdf)
        missing_fonts = pdf_file.write_clean_copy(pdf, target)
    warnings = filetype.outside_warnings(source, MediaType.PDF) + facts.warnings
    return Intake(
        MediaType.PDF,
        target,
        finished=source,
        claim=claim,
        invoice=facts.invoice,
        attachments=facts.attachments,
        missing_fonts=missing_fonts,
        warnings=warnings,
    )


def _with_data_inside(source: Path, intake: Intake, workdir: Path, presenting: Presenting) -> Intake:
    """A PDF and the words of the data it carries; a hybrid invoice is known by them, whatever their name."""
    if not intake.attachments:
        return intake
    presentation = presenting.present(source, workdir)
    if presentation is None:
        return intake
    warnings = (*intake.warnings, *presentation.notices)
    return replace(intake, invoice=True, warnings=warnings, sections=("\n".join(presentation.lines),))


def _take_in_xml(source: Path, workdir: Path, limits: RecognitionLimits, presenting: Presenting) -> Intake:
    presentation = presenting.present(source, workdir)
    if presentation is None or presentation.archival is None:
        raise filetype.unsupported(MediaType.XML)
    laid_out = _take_in_pdf(presentation.archival, workdir / "intake.pdf", limits)
    return replace(
        laid_out,
        kind=MediaType.XML,
        claim=presentation.level,
        vouched=True,
        # A presenter embeds nothing and leaves nothing to mend, so whatever is found is no fault of the file.
        warnings=presentation.notices,
        sections=("\n".join(presentation.lines),),
    )


def _take_in_office(
    source: Path, kind: MediaType, content: Content, workdir: Path, limits: RecognitionLimits, office: Path | None
) -> Intake | Waiting:
    if office is None:
        return Waiting(kind, content, NO_PROGRAM)
    with tempfile.TemporaryDirectory(dir=workdir) as folder:
        laid_out = soffice.lay_out(source, kind, Path(folder), office, timeout_s=limits.timeout_s)
        if laid_out is None:
            return Waiting(kind, content, NOT_LAID_OUT)
        made = _take_in_pdf(laid_out, workdir / "intake.pdf", limits)
    # What LibreOffice says of its own work counts for nothing: it is checked like everything else.
    return replace(made, kind=kind, finished=None, claim=None, warnings=content.warnings, sections=content.sections)
