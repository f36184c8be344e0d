"""PDF files as they come in: opened with care, examined, and made ready for recognition. Runs inside the sandbox."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from pikepdf.sanitize import Sanitizer

from eakte.foundation.errors import Finding
from ingest.adapters import page_content, pdf_embedded
from ingest.adapters.pdf_bombs import bounded, refuse_content_bombs
from ingest.recognition.errors import (
    BrokenPdf,
    EncryptedPdf,
    ExecutableAttachment,
    PageTreeLoop,
    PdfLockedForOthers,
    PdfPortfolio,
    PdfWithoutPages,
    TooManyPages,
    XfaForm,
)
from ingest.recognition.results import RecognitionLimits

_UNREADABLE = "Sie lässt sich nicht lesen und nicht wiederherstellen."
_FOREIGN_LOCK = re.compile(r"(?i)unsupported encryption|unsupported .*encryption dictionary")
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
_MOST_NAMED = 10
_LONGEST_NAME = 100
_INVOICES = re.compile(r"^(factur-x|zugferd-invoice|xrechnung|order-x)\.xml$", re.I)


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What an examined PDF is besides its pages."""

    pages: int
    signed: bool
    invoice: bool
    attachments: bool
    sealed_attachments: bool
    form: bool
    warnings: tuple[Finding, ...]


@contextlib.contextmanager
def open_pdf(source: Path) -> Iterator[Pdf]:
    """Open a PDF, repaired where that is possible; what is not readable gets its name.

    Source for loop and lock: qpdf says "Loop detected in /Pages structure" and "unsupported encryption filter".
    """
    with bounded() as overflows:
        try:
            with pikepdf.open(source, suppress_warnings=False) as pdf:
                # Object streams are unpacked when something in them is asked for: so ask for everything.
                len(pdf.objects)
                overflows.refuse()
                yield pdf
        except pikepdf.PasswordError:
            raise EncryptedPdf() from None
        except pikepdf.PdfError as error:
            if "Loop detected" in str(error):
                raise PageTreeLoop() from None
            if _FOREIGN_LOCK.search(str(error)):
                raise PdfLockedForOthers() from None
            overflows.refuse()
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
    files = pdf_embedded.files_in(pdf)
    programs = [file.name for file in files if file.program]
    if programs:
        raise ExecutableAttachment(names=_listed(programs))
    invoice = any(_INVOICES.match(file.name) for file in files)
    if files and not invoice and pdf_embedded.is_portfolio(pdf):
        raise PdfPortfolio(names=_listed([file.name for file in files]))
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
    if form is not None and not signed and not invoice:
        warnings.append(Finding("form-flattened", "Die Formularfelder sind im Archivexemplar fester Teil der Seiten."))
    if _active_content(pdf):
        warnings.append(
            Finding(
                "active-content",
                "Die PDF-Datei enthält aktive Inhalte (Skripte oder Aktionen); im Archivexemplar fehlen sie.",
            )
        )
    warnings += _about_files(files)
    if pdf_embedded.plays_media(pdf):
        warnings.append(
            Finding("media", "Die PDF-Datei enthält Ton, Film oder 3D; im Archivexemplar bleibt davon nur das Bild.")
        )
    sealed = any(file.sealed for file in files)
    return PdfFacts(pages, signed, invoice, bool(files), sealed, form is not None, tuple(warnings))


def _about_files(files: Sequence[pdf_embedded.EmbeddedFile]) -> Iterator[Finding]:
    if files:
        count = "eine eingebettete Datei" if len(files) == 1 else f"{len(files)} eingebettete Dateien"
        yield Finding("attachments", f"Die PDF-Datei enthält {count}.")
    sealed = [file.name for file in files if file.sealed]
    if sealed:
        yield Finding(
            "sealed-attachments",
            f"In eingebettete Archive lässt sich nicht hineinsehen; sie fehlen im Archivexemplar: {_listed(sealed)}.",
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:_LONGEST_NAME] for name in names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} und {len(names) - _MOST_NAMED} weitere"


@dataclass(frozen=True, slots=True)
class MissingFonts:
    """Pages (0-based) whose visible text, and whose hidden text layer, uses fonts the file does not contain."""

    visible: frozenset[int]
    hidden: frozenset[int]


def write_clean_copy(pdf: Pdf, target: Path) -> MissingFonts:
    """Write the copy recognition works on: form fields fixed to the page, nothing active, no password.

    Rewriting ends the validity of a signature, so the original has to be kept beside it.
    """
    pdf_embedded.drop_sealed(pdf)
    pdf_embedded.leave_only_appearance(pdf)
    _remove_active_content(pdf)
    _flatten_form(pdf)
    _remove(pdf.Root, {"/OpenAction", "/Perms", "/SpiderInfo", "/Threads", "/Collection"})
    names = pdf.Root.get(Name.Names)
    if isinstance(names, Dictionary):
        _remove(names, {"/IDS", "/URLS", "/Renditions", "/AlternatePresentations"})
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
