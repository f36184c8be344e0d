"""A presenter as another package may bring one: it shows postcards, `<postcard>…</postcard>`, within the sandbox."""

import re
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, pdfa

from eakte.documents.presenting import Presentation
from eakte.foundation.errors import Finding
from tests.ingest.papers import native_pdf


def knows(source: Path) -> bool:
    return b"<postcard" in source.read_bytes()[:200]


def present(source: Path, workdir: Path, received_on: object) -> Presentation | None:
    content = source.read_bytes()
    if content.startswith(b"%PDF-"):
        with pikepdf.open(source) as pdf:
            holders = [each for each in pdf.objects if isinstance(each, Dictionary) and Name.EF in each]
            inside = [holder.EF.F.read_bytes() for holder in holders]
        content, archival = next((each for each in inside if b"<postcard" in each), b""), None
    else:
        archival = workdir / "postcard.pdf"
    found = re.search(rb"<postcard[^>]*>(.*)</postcard>", content, re.S)
    if found is None:
        return None
    if archival is not None:
        _write(archival, f"Postkarte, angekommen am {received_on}")
    level = "2b" if archival is not None else None
    return Presentation(
        archival, level, (f"Gruß: {found[1].decode()}",), (Finding("postcard", "Das ist eine Postkarte."),)
    )


def _write(target: Path, line: str) -> None:
    with pikepdf.open(native_pdf(target, (line,)), allow_overwriting_input=True) as pdf:
        del pdf.Root.OpenAction
        pdfa.save(pdf, target.with_name("archivable.pdf"), "2b")
    target.with_name("archivable.pdf").replace(target)
