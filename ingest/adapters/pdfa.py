"""PDF/A: written by pikepdf's own backend, believed only after checks of its structure and its bytes."""

import math
import re
from collections.abc import Mapping
from pathlib import Path

import pikepdf
from pikepdf import Name, Pdf, pdfa

from eakte.foundation.errors import Finding

_LEVELS = {"1": "1b", "2": "2b", "3": "3b"}
_TEXT_LAYER = re.compile(rb"\A\s*q\s[^\n]*(?:\n[^\n]*)?/OCR-[\w-]+ Do\s+Q\s")
_MOST_FINDINGS = 20


def write(source: Path, target: Path, level: str, tilts: Mapping[int, float]) -> tuple[str | None, tuple[Finding, ...]]:
    """Write the archival rendition, with pages straightened by `tilts` (0-based page → degrees), and check it.

    Returns the level reached, or None and the reasons; the file is written in both cases.
    """
    with pikepdf.open(source) as pdf:
        for number, tilt in tilts.items():
            _straighten(pdf, number, tilt)
        if level == "3b":
            _declare_attachments(pdf)
        try:
            pdfa.save(pdf, target, level)
        except pdfa.PdfaError:
            pdf.save(target, **pdfa.resolve_save_kwargs(level))
    findings = check(target, level)
    return (None if findings else level), findings


def claimed_level(pdf: Pdf) -> str | None:
    """The level a file says it has; whether it is true is for `check` to say. The letters a and u count as b."""
    with pdf.open_metadata() as xmp:
        return _LEVELS.get(str(xmp.get("pdfaid:part", "")))


def check(path: Path, level: str) -> tuple[Finding, ...]:
    """Everything that speaks against `path` being PDF/A of this level; empty when it passes.

    pikepdf sees the objects, qpdf has tidied the bytes before it does: so those are looked at here.
    """
    findings = [Finding("pdfa-bytes", problem) for problem in _byte_problems(path)]
    report = pdfa.validate_written(path, level)
    findings += [Finding(f"pdfa-{each.rule}", each.message) for each in report.findings[:_MOST_FINDINGS]]
    if report.verdict != "pass" and not report.findings:
        findings.append(Finding("pdfa-unchecked", f"PDF/A-{level} konnte nicht bestätigt werden."))
    return tuple(findings)


def _byte_problems(path: Path) -> list[str]:
    """Rules on bytes: header, binary comment, end, encryption. Source: ISO 19005-2, 6.1.2 and 6.1.3."""
    data = path.read_bytes()
    problems = []
    head = re.match(rb"%PDF-1\.[0-7](?:\r\n|\r|\n)%([^\r\n]*)", data)
    if head is None:
        problems.append("Der Dateikopf steht nicht allein am Anfang.")
    elif len(head.group(1)) < 4 or any(byte < 128 for byte in head.group(1)[:4]):
        problems.append("Nach dem Dateikopf fehlt die Zeile mit Binärzeichen.")
    if data[data.rfind(b"%%EOF") + 5 :] not in (b"", b"\n", b"\r", b"\r\n"):
        problems.append("Nach dem Dateiende stehen weitere Daten.")
    if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R", data[-4096:]):
        problems.append("Die Datei ist verschlüsselt.")
    return problems


def _straighten(pdf: Pdf, number: int, tilt: float) -> None:
    """Turn the picture of a page clockwise about its middle; the scan itself is not coded anew.

    The text layer, which OCRmyPDF put in front, is in place already.
    """
    page = pdf.pages[number]
    page.contents_coalesce()
    content = page.Contents.read_bytes()
    layer = _TEXT_LAYER.match(content)
    front, scan = (content[: layer.end()], content[layer.end() :]) if layer else (b"", content)
    left, bottom, right, top = (float(each) for each in page.mediabox)
    x, y = (left + right) / 2, (bottom + top) / 2
    cosine, sine = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    matrix = (cosine, -sine, sine, cosine, x - x * cosine - y * sine, y + x * sine - y * cosine)
    numbers = b" ".join(b"%.6f" % each for each in matrix)
    page.Contents = pdf.make_stream(front + b"q " + numbers + b" cm\n" + scan + b"\nQ\n")


def _declare_attachments(pdf: Pdf) -> None:
    """PDF/A-3 wants to know how each embedded file belongs to the document."""
    associated = pdf.Root.get(Name.AF, pikepdf.Array())
    known = [each.objgen for each in associated]
    for name, spec in pdf.attachments.items():
        if Name.AFRelationship not in spec.obj:
            spec.obj.AFRelationship = Name.Unspecified
        spec.obj.F = spec.obj.UF = pikepdf.String(spec.filename or name)
        if spec.obj.objgen not in known:
            associated.append(pdf.make_indirect(spec.obj))
    pdf.Root.AF = associated
