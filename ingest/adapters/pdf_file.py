"""PDF files as they come in: opened with care, examined, and made ready for recognition. Runs inside the sandbox."""

import contextlib
import re
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from pikepdf.sanitize import Sanitizer

from eakte.foundation.errors import Finding
from ingest.adapters import page_content
from ingest.adapters.pdf_bombs import refuse_content_bombs, refuse_structure_bombs
from ingest.recognition.errors import (
    BrokenPdf,
    DecompressionBomb,
    EncryptedPdf,
    ExecutableAttachment,
    PageTreeLoop,
    PdfWithoutPages,
    TooManyPages,
    XfaForm,
)
from ingest.recognition.results import RecognitionLimits

_UNREADABLE = "Sie lässt sich nicht lesen und nicht wiederherstellen."
_PROGRAMS = re.compile(r"\.(exe|com|bat|cmd|scr|pif|msi|dll|jar|js|jse|vbs|vbe|wsf|ps1|hta|lnk|apk|sh)$", re.I)
_DANGEROUS = {
    Name.JavaScript,
    Name.Launch,
    Name.ImportData,
    Name.SubmitForm,
    Name.GoToR,
    Name.GoToE,
    Name.Rendition,
    Name.Movie,
    Name.Sound,
}
_TRAILER_KEYS = {"/Size", "/Root", "/Info", "/ID", "/Encrypt", "/Prev", "/XRefStm"}
_PAGE_EXTRAS = {"/AA", "/Trans", "/Dur", "/ID", "/PZ", "/PresSteps", "/B", "/Thumb"}
_INVOICES = re.compile(r"^(factur-x|zugferd-invoice|xrechnung|order-x)\.xml$", re.I)


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What an examined PDF is besides its pages."""

    pages: int
    signed: bool
    invoice: bool
    attachments: bool
    form: bool
    warnings: tuple[Finding, ...]


@contextlib.contextmanager
def open_pdf(source: Path) -> Iterator[Pdf]:
    """Open a PDF, repaired where that is possible; what is not readable gets its name.

    Source for the loop: qpdf says "Loop detected in /Pages structure".
    """
    refuse_structure_bombs(source)
    try:
        with pikepdf.open(source) as pdf:
            yield pdf
    except pikepdf.PasswordError:
        raise EncryptedPdf() from None
    except pikepdf.PdfError as error:
        if "Loop detected" in str(error):
            raise PageTreeLoop() from None
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        if peak_mb > 512 + source.stat().st_size // (1 << 18):
            raise DecompressionBomb(problem=f"{peak_mb} MB aus {source.stat().st_size} Byte") from None
        raise BrokenPdf(problem=_UNREADABLE) from None
    except UnicodeDecodeError:
        raise BrokenPdf(problem=_UNREADABLE) from None


def examine(pdf: Pdf, limits: RecognitionLimits) -> PdfFacts:
    """Refuse what must not go further, and collect what a clerk should know."""
    pages = len(pdf.pages)
    repaired = any("damaged" in str(each) or "reconstruct" in str(each) for each in pdf.get_warnings())
    form = pdf.Root.get(Name.AcroForm)
    form = form if isinstance(form, Dictionary) else None
    if bool(pdf.Root.get(Name.NeedsRendering, False)) or (form is not None and Name.XFA in form):
        raise XfaForm()
    if pages == 0:
        raise BrokenPdf(problem="Keine ihrer Seiten ist erhalten.") if repaired else PdfWithoutPages()
    if pages > limits.max_pages:
        raise TooManyPages(pages=pages, limit=limits.max_pages)
    if repaired and pages < _announced(pdf):
        raise BrokenPdf(problem=f"Von {_announced(pdf)} Seiten sind nur {pages} erhalten.")
    refuse_content_bombs(pdf)
    names = _attachment_names(pdf)
    programs = [name for name, data in names.items() if _PROGRAMS.search(name) or data[:2] == b"MZ"]
    if programs:
        raise ExecutableAttachment(names=", ".join(programs))
    signed = form is not None and _has_signature(form)
    warnings = []
    if repaired:
        warnings.append(
            Finding("repaired", f"Die PDF-Datei war beschädigt; alle {pages} Seiten wurden wiederhergestellt.")
        )
    if pdf.is_encrypted:
        warnings.append(
            Finding(
                "restrictions-removed",
                "Die PDF-Datei trug Einschränkungen (Besitzerkennwort); das Archivexemplar trägt sie nicht.",
            )
        )
    if signed:
        warnings.append(
            Finding(
                "signed",
                "Die PDF-Datei ist signiert. Die Signatur gilt nur für das Original, nicht für das Archivexemplar.",
            )
        )
    invoice = any(_INVOICES.match(name) for name in names)
    if form is not None and not signed and not invoice:
        warnings.append(Finding("form-flattened", "Die Formularfelder sind im Archivexemplar fester Teil der Seiten."))
    if _active_content(pdf):
        warnings.append(
            Finding(
                "active-content",
                "Die PDF-Datei enthält aktive Inhalte (Skripte oder Aktionen); im Archivexemplar fehlen sie.",
            )
        )
    if names:
        warnings.append(Finding("attachments", f"Die PDF-Datei enthält {len(names)} eingebettete Dateien."))
    carries_files = bool(names) or _carries_unlisted_files(pdf)
    return PdfFacts(pages, signed, invoice, carries_files, form is not None, tuple(warnings))


@dataclass(frozen=True, slots=True)
class MissingFonts:
    """Pages (0-based) whose visible text, and whose hidden text layer, uses fonts the file does not contain."""

    visible: frozenset[int]
    hidden: frozenset[int]


def write_clean_copy(pdf: Pdf, target: Path) -> MissingFonts:
    """Write the copy recognition works on: form fields fixed to the page, nothing active, no password.

    Rewriting ends the validity of a signature, so the original has to be kept beside it.
    """
    _remove_active_content(pdf)
    _flatten_form(pdf)
    _remove(pdf.Root, {"/OpenAction", "/Perms", "/SpiderInfo", "/Threads"})
    names = pdf.Root.get(Name.Names)
    if isinstance(names, Dictionary):
        _remove(names, {"/IDS", "/URLS"})
    _remove(pdf.trailer, set(pdf.trailer.keys()) - _TRAILER_KEYS)
    for page in pdf.pages:
        _remove(page.obj, _PAGE_EXTRAS)
    page_content.recode_jpeg2000(pdf)
    page_content.tidy(pdf)
    pdf.remove_unreferenced_resources()
    missing = [page_content.missing_fonts(page) for page in pdf.pages]
    pdf.save(target, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return MissingFonts(
        visible=frozenset(number for number, (visible, _) in enumerate(missing) if visible),
        hidden=frozenset(number for number, (_, hidden) in enumerate(missing) if hidden),
    )


def _flatten_form(pdf: Pdf) -> None:
    """Draw the values of form fields onto the pages and take the form out."""
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary):
        _name_encodings(form)
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")
    if Name.AcroForm in pdf.Root:
        del pdf.Root.AcroForm
    for page in pdf.pages:
        annotations = page.obj.get(Name.Annots)
        if isinstance(annotations, Array):
            kept = [each for each in annotations if not _is_widget(each)]
            if len(kept) < len(annotations):
                page.obj.Annots = Array(kept)


def _name_encodings(form: Dictionary) -> None:
    """Let the form's fonts have umlauts: without an encoding qpdf writes question marks for them."""
    resources = form.get(Name.DR)
    fonts = resources.get(Name.Font) if isinstance(resources, Dictionary) else None
    for font in fonts.as_dict().values() if isinstance(fonts, Dictionary) else ():
        simple = font.get(Name.Subtype) in (Name.Type1, Name.TrueType)
        if simple and font.get(Name.BaseFont) not in (Name.Symbol, Name.ZapfDingbats) and Name.Encoding not in font:
            font.Encoding = Name.WinAnsiEncoding


def _remove(holder: pikepdf.Object, keys: set[str]) -> None:
    for key in keys & set(holder.keys()):
        del holder[key]


def _is_widget(annotation: pikepdf.Object) -> bool:
    return isinstance(annotation, Dictionary) and annotation.get(Name.Subtype) == Name.Widget


def _announced(pdf: Pdf) -> int:
    count = pdf.Root.Pages.get(Name.Count)
    return count if isinstance(count, int) else 0


def _has_signature(form: Dictionary) -> bool:
    """Look for a filled signature field; the field tree may be deep or a loop, so depth is bounded."""
    waiting = [(field, 0) for field in form.get(Name.Fields, [])]
    while waiting:
        field, depth = waiting.pop()
        if not isinstance(field, Dictionary) or depth > 16:
            continue
        if field.get(Name.FT) == Name.Sig and Name.V in field:
            return True
        waiting += [(kid, depth + 1) for kid in field.get(Name.Kids, [])]
    return False


def _attachment_names(pdf: Pdf) -> dict[str, bytes]:
    """The embedded files by name, with their first bytes."""
    found = {}
    for name, spec in pdf.attachments.items():
        try:
            found[spec.filename or name] = spec.get_file().read_bytes()[:8]
        except (pikepdf.PdfError, ValueError, KeyError):
            found[name] = b""
    return found


def _carries_unlisted_files(pdf: Pdf) -> bool:
    """Tell whether a file hangs on a page or on nothing, where the list of embedded files does not name it."""
    return any(isinstance(each, Dictionary) and Name.EF in each for each in pdf.objects)


def _active_content(pdf: Pdf) -> bool:
    """Tell whether anything in the document would run or reach outside: scripts, launches, file links."""
    if Name.JavaScript in pdf.Root.get(Name.Names, Dictionary()):
        return True
    return any(key == Name.AA or _is_dangerous(holder[key]) for holder, key in _triggers(pdf))


def _remove_active_content(pdf: Pdf) -> None:
    """Take out scripts and whatever reaches outside; ordinary web links stay."""
    Sanitizer().remove_javascript().remove_multimedia().remove_thumbnails().remove_search_index().apply(pdf)
    Sanitizer().remove_web_capture().remove_private_app_data().apply(pdf)
    for holder, key in list(_triggers(pdf)):
        if key in (Name.AA, Name.OpenAction) or _is_dangerous(holder[key]):
            del holder[key]


def _triggers(pdf: Pdf) -> Iterator[tuple[Dictionary, Name]]:
    """Every place where an action may hang: catalog, pages, annotations, fields, outlines."""
    for each in pdf.objects:
        if isinstance(each, Dictionary):
            yield from _triggers_of(each)
    for page in pdf.pages:
        annotations = page.obj.get(Name.Annots)
        for annotation in annotations if isinstance(annotations, Array) else ():
            if isinstance(annotation, Dictionary) and not annotation.is_indirect:
                yield from _triggers_of(annotation)


def _triggers_of(holder: Dictionary) -> Iterator[tuple[Dictionary, Name]]:
    for key in (Name.A, Name.AA, Name.OpenAction):
        if isinstance(holder.get(key), Dictionary):
            yield holder, key


def _is_dangerous(action: pikepdf.Object) -> bool:
    kind = action.get(Name.S)
    target = str(action.get(Name.URI, "")) if kind == Name.URI else ""
    return kind in _DANGEROUS or bool(re.match(r"(?i)(file:|\\\\|smb:)", target)) or Name.Next in action
