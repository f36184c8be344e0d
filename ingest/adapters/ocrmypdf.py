"""Recognition of one file: OCRmyPDF with our engine, around it what has to be kept or repaired. Runs in the sandbox."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ocrmypdf
from ocrmypdf.api import get_plugin_manager

from eakte.foundation.errors import Finding
from ingest.adapters import filetype, image_file, ocr_plugin, pdf_file, pdfa, tesseract
from ingest.adapters.page_desk import PageDesk
from ingest.adapters.rendering import Document, PageFacts
from ingest.recognition.plan import PageContent, Plan, plan_page
from ingest.recognition.results import MediaType, PageResult, PageSource, Recognition, RecognitionLimits

_BUILTINS = ("concurrency", "default_filters", "ghostscript", "optimize")
_PLUGINS = [f"ocrmypdf.builtin_plugins.{name}" for name in _BUILTINS] + ["ingest.adapters.ocr_plugin"]
_OVERHEAD_MB, _BYTES_PER_PIXEL = 400, 15
_RECOGNIZED = (Plan.RECOGNIZE, Plan.RECOGNIZE_PICTURES)

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Intake:
    """A file made ready: the PDF to work on, and what is to be kept of the original."""

    kind: MediaType
    pdf: Path
    claim: str | None
    invoice: bool
    attachments: bool
    warnings: tuple[Finding, ...]


def preload() -> None:
    """Load the German model once, for all children of the zygote."""
    logging.getLogger("ocrmypdf").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    tesseract.preload("deu")


def recognize_here(
    source: Path,
    workdir: Path,
    limits: RecognitionLimits,
    language: str,
    jobs: int,
    report: Report = lambda done, total: None,
) -> Recognition:
    """See `ingest.recognition.confined.recognize`."""
    intake = _take_in(source, workdir, limits)
    previews = workdir / "previews"
    previews.mkdir()
    with Document(intake.pdf) as document:
        numbers = range(document.pages)
        facts = {number: document.facts(number) for number in numbers}
        texts = {number: document.text(number) if _has_letters(facts[number]) else "" for number in numbers}
        plans = {number: plan_page(_content(facts[number], texts[number])) for number in numbers}
        desk = PageDesk(
            document,
            facts,
            plans,
            previews=previews,
            language=language,
            megapixels=min(limits.max_megapixels, (limits.memory_mb - _OVERHEAD_MB) / _BYTES_PER_PIXEL / jobs),
            finished=lambda: report(len(desk.outcomes), len(numbers)),
        )
        chosen = [number for number in numbers if plans[number] in _RECOGNIZED]
        recognized = _with_text_layers(intake.pdf, workdir, desk, chosen, language, jobs) if chosen else intake.pdf
        for number in numbers:
            if number not in desk.outcomes:
                desk.show_kept(number)
    archival = workdir / "archival.pdf"
    original_kept, level, findings = _archive(source, recognized, archival, intake, desk, chosen)
    return Recognition(
        media_type=intake.kind,
        archival=archival,
        original_kept=original_kept,
        pdfa_level=level,
        findings=findings,
        pages=tuple(_page_result(number, plans[number], texts[number], desk) for number in numbers),
        warnings=intake.warnings + _page_warnings(plans, desk),
    )


def _take_in(source: Path, workdir: Path, limits: RecognitionLimits) -> _Intake:
    kind = filetype.media_type(source)
    target = workdir / "intake.pdf"
    if kind is not MediaType.PDF:
        _, warnings = image_file.examine(source, kind, limits)
        image_file.write_pdf(source, kind, target, limits)
        return _Intake(kind, target, None, False, False, warnings)
    with pdf_file.open_pdf(source) as pdf:
        facts = pdf_file.examine(pdf, limits)
        claim = pdfa.claimed_level(pdf)
        pdf_file.write_clean_copy(pdf, target)
    warnings = filetype.junk_warnings(source) + facts.warnings
    return _Intake(kind, target, claim, facts.invoice, facts.attachments, warnings)


def _with_text_layers(
    pdf: Path, workdir: Path, desk: PageDesk, chosen: list[int], language: str, jobs: int
) -> Path:
    """Let OCRmyPDF put a text layer on the chosen pages and turn them; the scans themselves are not touched."""
    target = workdir / "recognized.pdf"
    with target.open("wb") as out:
        ocrmypdf.ocr(
            pdf,
            out,
            language=[language],
            output_type="pdf",
            mode="skip",
            pages=",".join(str(number + 1) for number in chosen),
            rotate_pages=True,
            rotate_pages_threshold=0,
            optimize=0,
            jobs=jobs,
            use_threads=True,
            progress_bar=False,
            tagged_pdf_mode="ignore",
            plugin_manager=get_plugin_manager(_PLUGINS, builtins=False),
            **{ocr_plugin.DESK: desk},
        )
    return target


def _archive(
    source: Path, recognized: Path, archival: Path, intake: _Intake, desk: PageDesk, chosen: list[int]
) -> tuple[bool, str | None, tuple[Finding, ...]]:
    """Keep the original where it is an archival file already or must not be rewritten, else write PDF/A."""
    findings: tuple[Finding, ...] = ()
    if intake.claim is not None and not chosen:
        findings = pdfa.check(source, intake.claim)
    if intake.invoice or (intake.claim is not None and not chosen and not findings):
        shutil.copyfile(source, archival)
        if intake.claim is None:
            findings = (Finding("pdfa-unclaimed", "Die E-Rechnung gibt sich nicht als PDF/A aus; sie bleibt unverändert."),)
        return True, None if findings else intake.claim, findings
    tilts = {number: desk.outcomes[number].skew for number in chosen if desk.outcomes[number].skew}
    level, findings = pdfa.write(recognized, archival, "3b" if intake.attachments else "2b", tilts)
    return False, level, findings


def _page_result(number: int, plan: Plan, text: str, desk: PageDesk) -> PageResult:
    outcome = desk.outcomes.get(number)
    preview = desk.preview(number)
    if outcome is None:
        source = PageSource.BLANK if plan is Plan.EMPTY else PageSource.KEPT
        return PageResult(number + 1, text, source, None, 0, 0.0, preview)
    if outcome.blank:
        return PageResult(number + 1, "", PageSource.BLANK, None, 0, 0.0, preview)
    read = outcome.reading.text
    if plan is Plan.RECOGNIZE_PICTURES:
        read = f"{text}\n\n{read}".strip()
    confidence = outcome.reading.confidence
    return PageResult(number + 1, read, PageSource.RECOGNIZED, confidence, outcome.turned, outcome.skew, preview)


def _page_warnings(plans: dict[int, Plan], desk: PageDesk) -> tuple[Finding, ...]:
    return tuple(
        Finding("page-made-smaller", f"Seite {number + 1} ist sehr groß und wurde mit verringerter Auflösung gelesen.")
        for number, outcome in sorted(desk.outcomes.items())
        if outcome.made_smaller
    )


def _has_letters(facts: PageFacts) -> bool:
    return facts.visible_letters + facts.hidden_letters > 0


def _content(facts: PageFacts, text: str) -> PageContent:
    return PageContent(
        facts.objects, facts.visible_letters, facts.hidden_letters, facts.image_share, facts.annotations, text
    )
