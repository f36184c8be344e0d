"""Recognition of one file: OCRmyPDF with our engine, around it what has to be kept or repaired. Runs in the sandbox."""

import importlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import ocrmypdf
import pikepdf
from ocrmypdf.api import get_plugin_manager
from ocrmypdf.exceptions import ExitCodeException
from pypdfium2 import PdfiumError

from eakte.documents.presenting import Presenting
from eakte.foundation.errors import Finding
from ingest.adapters import alto, page_content, pdfa, tesseract
from ingest.adapters.cores import Cores
from ingest.adapters.intake import Intake, Waiting, take_in
from ingest.adapters.page_desk import PageDesk
from ingest.adapters.rendering import Document, PageFacts
from ingest.recognition.errors import BrokenPdf
from ingest.recognition.plan import PageContent, Plan, plan_page
from ingest.recognition.reading import Reading
from ingest.recognition.results import PageResult, PageSource, Recognition, RecognitionLimits
from ingest.recognition.unseen import with_unseen_words

_BUILTINS = ("concurrency", "default_filters", "ghostscript", "optimize")
_PLUGINS = [f"ocrmypdf.builtin_plugins.{name}" for name in _BUILTINS] + ["ingest.adapters.ocr_plugin"]
_LAYOUT_DPI = 150.0
# What works with more threads has so many pages that loading more does not count.
_ENGINES = 4
_LAYER_LETTERS = 10
_OVERHEAD_MB, _THREAD_MB, _BYTES_PER_PIXEL = 400, 50, 15
_RECOGNIZED = (Plan.RECOGNIZE, Plan.RECOGNIZE_PICTURES)

Report = Callable[[int, int], None]


def preload() -> None:
    """Load what every child of the zygote needs: engines for its threads, and what OCRmyPDF imports late."""
    for _ in range(min(_ENGINES, len(os.sched_getaffinity(0)))):
        tesseract.preload("deu")
    get_plugin_manager(_PLUGINS, builtins=False)
    importlib.import_module("ocrmypdf.fpdf_renderer")


def recognize_here(
    source: Path,
    workdir: Path,
    limits: RecognitionLimits,
    language: str,
    cores: Cores,
    turns: Mapping[int, int],
    office: Path | None,
    presenting: Presenting,
    report: Report = lambda done, total: None,
) -> Recognition:
    """See `ingest.recognition.confined.recognize`."""
    intake = take_in(source, workdir, limits, office, presenting)
    if isinstance(intake, Waiting):
        return _words_only(intake)
    try:
        return _recognize(source, workdir, intake, limits, language, cores, turns, report)
    except (pikepdf.PdfError, PdfiumError, ExitCodeException, UnicodeDecodeError):
        raise BrokenPdf(problem="Ihre Seiten lassen sich nicht darstellen.") from None


def _recognize(
    source: Path,
    workdir: Path,
    intake: Intake,
    limits: RecognitionLimits,
    language: str,
    cores: Cores,
    turns: Mapping[int, int],
    report: Report,
) -> Recognition:
    previews = workdir / "previews"
    previews.mkdir()
    with Document(intake.pdf) as document:
        numbers = range(document.pages)
        facts = {number: document.facts(number) for number in numbers}
        layers = {number: document.text(number) if _has_letters(facts[number]) else "" for number in numbers}
        plans = {number: _plan(intake, facts[number], layers[number]) for number in numbers}
        texts = layers if intake.texts is None else dict(enumerate(intake.texts))
        threads, megapixels = _at_once(facts, limits, len(cores))
        desk = PageDesk(
            document,
            facts,
            plans,
            previews=previews,
            language=language,
            turns={page - 1: turn for page, turn in turns.items()},
            megapixels=megapixels,
            cores=cores,
            finished=lambda: report(len(desk.outcomes), len(numbers)),
        )
        recognized = intake.pdf
        pictured = _pages_to_picture(intake, facts, plans)
        chosen = sorted(_pages_for_new_layers(intake, plans).union(pictured))
        if chosen:
            _clear_old_layers(intake.pdf, [n for n in chosen if facts[n].hidden_letters], pictured, desk)
            recognized = _with_text_layers(intake.pdf, workdir, desk, chosen, language, threads)
        for number in numbers:
            if number not in desk.outcomes:
                desk.show_kept(number)
        layout = workdir / "layout.xml.gz"
        alto.write_alto(layout, _layouts(document, facts, desk))
    archival = workdir / "archival.pdf"
    kept, level, findings = _archive(recognized, archival, intake, desk, chosen)
    for leftover in {intake.pdf, recognized, intake.finished or recognized} - {source}:
        leftover.unlink()
    replaced = [n for n in numbers if plans[n] is Plan.RECOGNIZE and facts[n].hidden_letters >= _LAYER_LETTERS]
    pages = _with_sections(
        tuple(_page_result(number, plans[number], texts[number], desk) for number in numbers), intake.sections
    )
    return Recognition(
        media_type=intake.kind,
        archival=archival,
        layout=layout,
        original_kept=kept and intake.finished == source,
        pdfa_level=level,
        findings=findings,
        pages=pages,
        warnings=intake.warnings + _page_warnings(pages, pictured, replaced, desk),
    )


def _at_once(facts: Mapping[int, PageFacts], limits: RecognitionLimits, cores: int) -> tuple[int, float]:
    """How many pages to work on at once, and how many megapixels each may have.

    Rather fewer pages at once than pages made smaller than they need be.
    """
    memory_mb = limits.memory_mb - _OVERHEAD_MB
    most = min(limits.max_megapixels, memory_mb / _BYTES_PER_PIXEL)
    largest = max((page.width * page.height * page.best_dpi(most)[0] ** 2 / 1e6 for page in facts.values()), default=0)
    fitting = int(memory_mb / (largest * _BYTES_PER_PIXEL + _THREAD_MB))
    threads = max(1, min(cores, len(facts), fitting))
    return threads, min(most, memory_mb / threads / _BYTES_PER_PIXEL)


def _with_sections(pages: tuple[PageResult, ...], sections: tuple[str, ...]) -> tuple[PageResult, ...]:
    """The pages of a file that another program laid out, with the words it does not show."""
    if not sections:
        return pages
    texts = with_unseen_words([page.text for page in pages], sections)
    return tuple(replace(page, text=text) for page, text in zip(pages, texts, strict=True))


def _layouts(document: Document, facts: dict[int, PageFacts], desk: PageDesk) -> Iterator[alto.Layout]:
    """Where the words of each page stand, recognised ones and those of a text layer that is kept."""
    for number in range(document.pages):
        outcome = desk.outcomes.get(number)
        if outcome is not None:
            yield alto.Layout(number + 1, outcome.width, outcome.height, outcome.dpi, outcome.reading)
            continue
        width, height = (round(inches * _LAYOUT_DPI) for inches in (facts[number].width, facts[number].height))
        words = document.words(number, _LAYOUT_DPI) if _has_letters(facts[number]) else Reading(())
        yield alto.Layout(number + 1, width, height, _LAYOUT_DPI, words)


def _pages_to_picture(intake: Intake, facts: dict[int, PageFacts], plans: dict[int, Plan]) -> list[int]:
    """Pages that can only be archived as pictures of themselves: fonts missing, or text that reads as nonsense.

    A file that must not be rewritten, or is archived as it is, has none.
    """
    if intake.invoice:
        return []
    nonsense = {n for n, plan in plans.items() if plan is Plan.RECOGNIZE and facts[n].visible_letters}
    return sorted(nonsense | {number for number in intake.missing_fonts.visible if plans[number] is not Plan.EMPTY})


def _pages_for_new_layers(intake: Intake, plans: dict[int, Plan]) -> frozenset[int]:
    """Pages to recognise, and pages whose good but font-less text layer has to be written anew."""
    if intake.invoice:
        return frozenset()
    return frozenset(n for n, plan in plans.items() if plan in _RECOGNIZED) | intake.missing_fonts.hidden


def _clear_old_layers(pdf: Path, hidden: list[int], pictured: list[int], desk: PageDesk) -> None:
    """Make room for the new text layers in the working copy."""
    if not hidden and not pictured:
        return
    with pikepdf.open(pdf, allow_overwriting_input=True) as copy:
        for number in hidden:
            page_content.strip_hidden_text(copy.pages[number])
        for number in pictured:
            page_content.replace_by_picture(copy, copy.pages[number], desk.portrait(number))
        copy.save()


def _with_text_layers(pdf: Path, workdir: Path, desk: PageDesk, chosen: list[int], language: str, threads: int) -> Path:
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
            jobs=threads,
            use_threads=True,
            progress_bar=False,
            tagged_pdf_mode="ignore",
            plugin_manager=get_plugin_manager(_PLUGINS, builtins=False),
            eakte_desk=desk,
        )
    return target


def _archive(
    recognized: Path, archival: Path, intake: Intake, desk: PageDesk, chosen: list[int]
) -> tuple[bool, str | None, tuple[Finding, ...]]:
    """Keep what came where it is an archival file already or must not be rewritten, else write PDF/A."""
    findings: tuple[Finding, ...] = ()
    if intake.finished is not None and intake.claim is not None and not chosen and not intake.vouched:
        findings = pdfa.check(intake.finished, intake.claim)
    keepable = intake.claim is not None and not chosen and not findings
    if intake.finished is not None and (intake.invoice or keepable):
        shutil.copyfile(intake.finished, archival)
        if intake.claim is None:
            findings = (Finding("pdfa-unclaimed", "Die E-Rechnung ist nicht als PDF/A gekennzeichnet."),)
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
    if plan is Plan.KEEP:
        return PageResult(number + 1, text, PageSource.KEPT, None, 0, 0.0, preview)
    if outcome.blank:
        return PageResult(number + 1, "", PageSource.BLANK, None, 0, 0.0, preview)
    read = outcome.reading.text
    if plan is Plan.RECOGNIZE_PICTURES:
        read = f"{text}\n\n{read}".strip()
    confidence = outcome.reading.confidence
    return PageResult(number + 1, read, PageSource.RECOGNIZED, confidence, outcome.turned, outcome.skew, preview)


def _page_warnings(
    pages: tuple[PageResult, ...], pictured: list[int], replaced: list[int], desk: PageDesk
) -> tuple[Finding, ...]:
    smaller = [number for number, outcome in sorted(desk.outcomes.items()) if outcome.made_smaller]
    warnings = []
    if all(page.source is PageSource.BLANK for page in pages):
        warnings.append(Finding("all-blank", "Auf keiner Seite steht etwas."))
    if smaller:
        warnings.append(
            Finding(
                "pages-made-smaller", f"Mit verringerter Auflösung gelesen, weil sehr groß: Seite {_listed(smaller)}."
            )
        )
    if replaced:
        warnings.append(
            Finding(
                "text-layer-replaced",
                f"Die vorhandene Textebene war unbrauchbar und wurde neu erkannt: Seite {_listed(replaced)}.",
            )
        )
    if pictured:
        warnings.append(
            Finding(
                "pages-as-pictures",
                f"Im Archivexemplar als Bild mit Textebene, weil Schriften fehlen: Seite {_listed(pictured)}.",
            )
        )
    return tuple(warnings)


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(number + 1) for number in numbers[:20])
    return shown if len(numbers) <= 20 else f"{shown} und {len(numbers) - 20} weitere"


def _plan(intake: Intake, facts: PageFacts, text: str) -> Plan:
    """Pages we wrote ourselves need no reading."""
    return plan_page(_content(facts, text)) if intake.texts is None else Plan.KEEP


def _words_only(waiting: Waiting) -> Recognition:
    """What is to be had of an office file before it is laid out: its words, a section as a page."""
    return Recognition(
        media_type=waiting.kind,
        archival=None,
        layout=None,
        original_kept=False,
        pdfa_level=None,
        findings=(),
        pages=tuple(
            PageResult(number, text, PageSource.KEPT, None, 0, 0.0, None)
            for number, text in enumerate(waiting.content.sections, 1)
        ),
        warnings=(*waiting.content.warnings, waiting.reason),
    )


def _has_letters(facts: PageFacts) -> bool:
    return facts.visible_letters + facts.hidden_letters > 0


def _content(facts: PageFacts, text: str) -> PageContent:
    return PageContent(
        facts.objects, facts.visible_letters, facts.hidden_letters, facts.image_share, facts.annotations, text
    )
