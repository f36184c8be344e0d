"""`eakte invoice show`, `model` and `attachments`: what an invoice says, without server and database."""

import json
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Annotated, BinaryIO, NoReturn

import typer

from eakte.documents.files import safe_file_name
from eakte.entrypoints.checking import read_file
from eakte.entrypoints.commands.files import why_unreadable
from eakte.entrypoints.commands.speaking import err, out
from eakte.foundation import clock
from eakte.foundation.errors import Invalid
from xrechnung.adapters.embedding import EmbeddingRefused, embedded_in, is_pdf
from xrechnung.adapters.hybrid_pdf import embedded_files
from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import XmlRefused, parse_xml
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.tree import Tree
from xrechnung.model import AttachmentUnreadable, Invoice, to_json
from xrechnung.showing.views import view_html, view_pdf

_CHUNK = 1 << 20
_PAGES = {".html", ".htm"}

InvoiceFile = Annotated[
    Path, typer.Argument(metavar="DATEI", help="Rechnung als XML oder PDF; - liest die Standardeingabe")
]


class InvoiceUnreadable(Invalid):
    """Die Datei lässt sich nicht als Rechnung lesen."""

    advice = "{problem}"


def show(
    file: InvoiceFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="Zieldatei, .html oder .pdf")],
) -> None:
    """Eine Rechnung als HTML-Seite oder PDF/A lesbar machen."""
    suffix = output.suffix.lower()
    if suffix not in {*_PAGES, ".pdf"}:
        _fail("Die Zieldatei muss auf .html oder .pdf enden.")
    data, today = _read(file), clock.legal_day(clock.now())
    verdict = judge_invoice(data, today=today)
    try:
        invoice = _invoice_in(data)
    except InvoiceUnreadable:
        # What cannot be read is shown with the reason why.
        invoice = Invoice()
    if suffix in _PAGES:
        output.write_text(view_html(invoice, verdict), "utf-8")
    else:
        output.write_bytes(view_pdf(invoice, verdict, on=today))
    out.print(f"Sichtansicht in {output}", markup=False)


def model(file: InvoiceFile) -> None:
    """Den Inhalt einer Rechnung als JSON ausgeben."""
    json.dump(to_json(_invoice_in(_read(file))), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def attachments(
    file: InvoiceFile,
    output: Annotated[Path, typer.Option("-o", "--output", file_okay=False, help="Zielordner")],
) -> None:
    """Die Anlagen einer Rechnung in einen Ordner legen. Ende mit 1, wenn eine davon unlesbar ist."""
    data = _read(file)
    output.mkdir(parents=True, exist_ok=True)
    damaged = False
    for name, content in _attached(data):
        target = _free(output, safe_file_name(name))
        try:
            with content, target.open("xb") as written:
                while chunk := content.read(_CHUNK):
                    written.write(chunk)
        except AttachmentUnreadable as problem:
            target.unlink(missing_ok=True)
            err.print(f"{name}: {problem}", markup=False)
            damaged = True
        else:
            out.print(str(target), markup=False)
    raise typer.Exit(1 if damaged else 0)


def _read(file: Path) -> bytes:
    try:
        return read_file(file)
    except OSError as error:
        _fail(f"{file}: {why_unreadable(error)}")


def _invoice_in(data: bytes) -> Invoice:
    """The invoice of a file, XML or in a PDF. Raises InvoiceUnreadable."""
    try:
        root = parse_xml(embedded_in(data).data if is_pdf(data) else data)
    except (EmbeddingRefused, XmlRefused) as refused:
        raise InvoiceUnreadable(problem=refused.reason) from None
    with Tree(root) as tree:
        invoice = read_invoice(tree)
    if invoice is None:
        raise InvoiceUnreadable(problem=f"Das Wurzelelement {root.tag} gehört zu keiner bekannten Rechnung.")
    return invoice


def _attached(data: bytes) -> Iterator[tuple[str, BinaryIO]]:
    """Documents within the invoice, then those that lie beside it in a PDF."""
    for document in _invoice_in(data).supporting_documents:
        if document.attachment is not None:
            yield document.attachment.filename or document.reference or "anlage", document.attachment.open()
    if is_pdf(data):
        invoice = embedded_in(data).data
        for file in embedded_files(data):
            if file.data is None:
                err.print(f"{file.name}: Die Datei im PDF ist beschädigt.", markup=False)
            elif file.data != invoice:
                yield file.name, BytesIO(file.data)


def _free(folder: Path, name: str) -> Path:
    """A path in the folder that nothing has yet: `Plan.pdf`, `Plan (2).pdf`."""
    stem, suffix = Path(name).stem, Path(name).suffix
    taken = {path.name.casefold() for path in folder.iterdir()}
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}){suffix}"
    return folder / name


def _fail(message: str) -> NoReturn:
    err.print(message, markup=False)
    raise typer.Exit(2)
