"""Looking into an invoice. Runs inside the sandbox, or anywhere for small XML (`xrechnung.examining.quick`)."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from xrechnung.adapters.embedding import EmbeddingRefused, files_in, is_pdf
from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import parse_xml
from xrechnung.examining.facts import facts_of
from xrechnung.examining.inside import inside_of
from xrechnung.examining.results import AttachedFile, Examination, Facts, Products
from xrechnung.judging.applying import rule_sets_for
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.releases import releases
from xrechnung.judging.structure import structure_of
from xrechnung.judging.telling import as_json, from_json
from xrechnung.judging.texts import rule_text
from xrechnung.judging.tree import Tree
from xrechnung.judging.verdict import Syntax, Verdict
from xrechnung.model import Attachment, AttachmentUnreadable, Invoice, SupportingDocument, to_json
from xrechnung.showing.views import view_html, view_pdf

_CHUNK = 1 << 20
_MOST_ATTACHMENTS = 200
"""Documents taken out of one invoice; whoever sends more means no good, and the invoice itself is kept whole."""
_NOTHING_READ = Invoice()


_EMPTY = {
    Syntax.UBL_INVOICE: b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
    Syntax.UBL_CREDIT_NOTE: b'<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"/>',
    Syntax.CII: b'<CrossIndustryInvoice xmlns="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>',
}


def preload() -> None:
    """Load schemas, rules and words once, for all children of the zygote."""
    for syntax, empty in _EMPTY.items():
        root = parse_xml(empty)
        structure_of(syntax).check(root)
        with Tree(root) as tree:
            view_html(read_invoice(tree) or _NOTHING_READ)
    for release in releases():
        for scenario in release.scenarios:
            rule_sets_for(release, scenario.syntax, scenario.rule_sets)
            rule_text("BR-01", scenario.syntax)


def judge_here(source: Path, today: date) -> Verdict:
    """See `xrechnung.examining.confined.judge`."""
    return judge_invoice(source.read_bytes(), today=today)


def examine_here(source: Path, received_on: date) -> Examination:
    """See `xrechnung.examining.confined.examine`."""
    return examine_bytes(source.read_bytes(), received_on)


def examine_bytes(data: bytes, received_on: date) -> Examination:
    """Judge an invoice as on the day it arrived, and note what it says."""
    inside = inside_of(data)
    invoice = inside.invoice if inside is not None else None
    return Examination(judge_invoice(data, today=received_on), facts_of(invoice) if invoice is not None else Facts())


def said_here(source: Path) -> tuple[str, ...]:
    """See `xrechnung.examining.confined.said`."""
    inside = inside_of(source.read_bytes())
    return tuple(_texts_in(to_json(inside.invoice))) if inside is not None and inside.invoice is not None else ()


def _texts_in(data: Any) -> Iterator[str]:
    match data:
        case str():
            yield data
        case list():
            for one in data:
                yield from _texts_in(one)
        case dict():
            for one in data.values():
                yield from _texts_in(one)


def show_here(source: Path, workdir: Path, received_on: date, kept: Mapping[str, Any]) -> Products:
    """See `xrechnung.examining.confined.show`."""
    data = source.read_bytes()
    verdict = _as_kept(judge_invoice(data, today=received_on), kept)
    inside = inside_of(data)
    invoice = inside.invoice if inside is not None else None
    shown = invoice or _NOTHING_READ
    attached, left_out = _taken_out(data, shown, inside.embedded if inside is not None else None, workdir)
    return Products(
        verdict=_written(workdir / "verdict.json", _json(kept)),
        view=_written(workdir / "view.html", view_html(shown, verdict).encode()),
        data=_written(workdir / "data.json", _json(to_json(invoice))) if invoice is not None else None,
        view_pdf=_written(workdir / "view.pdf", view_pdf(shown, verdict, on=received_on)) if is_pdf(data) else None,
        attached=attached,
        left_out=left_out,
    )


def _as_kept(verdict: Verdict, kept: Mapping[str, Any]) -> Verdict:
    """The verdict with all its terms, unless the rules have changed since one was kept: that one stands."""
    return verdict if as_json(verdict) == kept else from_json(kept)


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# --- what came inside ---------------------------------------------------------------------------------------


def _taken_out(
    data: bytes, invoice: Invoice, embedded: str | None, workdir: Path
) -> tuple[tuple[AttachedFile, ...], tuple[str, ...]]:
    """The documents in an invoice (BG-24) and beside it in a PDF as files; and which could not be taken out."""
    attached: list[AttachedFile] = []
    left_out: list[str] = []
    found = [*_of_invoice(invoice), *_of_pdf(data, embedded)]
    for number, (file_name, title, content) in enumerate(found, 1):
        path = workdir / f"attachment-{number}"
        if number > _MOST_ATTACHMENTS:
            left_out.append(f"„{title}“: Mehr als {_MOST_ATTACHMENTS} Anlagen werden nicht herausgelöst.")
        elif not _saved(content, path):
            left_out.append(f"„{title}“: Die Anlage ist leer oder beschädigt.")
        else:
            attached.append(AttachedFile(path, file_name, title))
    return tuple(attached), tuple(left_out)


def _of_invoice(invoice: Invoice) -> Iterator[tuple[str, str, Attachment | bytes]]:
    for number, document in enumerate(invoice.supporting_documents, 1):
        if document.attachment is not None:
            name = document.attachment.filename or document.reference or f"Anlage {number}"
            yield name, _title(document, name), document.attachment


def _title(document: SupportingDocument, name: str) -> str:
    return " ".join((document.description or "").split()) or PurePosixPath(name).stem or name


def _of_pdf(data: bytes, embedded: str | None) -> Iterator[tuple[str, str, bytes]]:
    """The other files in a hybrid PDF; what of them is an invoice too is another form of the same."""
    if not is_pdf(data):
        return
    try:
        files = files_in(data)
    except EmbeddingRefused:
        return
    for file in files:
        if file.name != embedded and not file.name.lower().endswith(".xml"):
            yield file.name, PurePosixPath(file.name).stem or file.name, file.data or b""


def _saved(content: Attachment | bytes, path: Path) -> bool:
    """Whether there was anything to save."""
    if isinstance(content, bytes):
        path.write_bytes(content)
        return bool(content)
    try:
        with content.open() as stream, path.open("wb") as target:
            while chunk := stream.read(_CHUNK):
                target.write(chunk)
    except AttachmentUnreadable:
        return False
    return path.stat().st_size > 0
