"""The report of a disposal as PDF/A."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from eakte.documents.adapters.written_pdf import WrittenPdf, join
from eakte.foundation.clock import GERMANY
from retention.service.reporting import Report

_FOOTER = "Vernichtungsprotokoll der E-Akte, erstellt vor dem Löschen der letzten Spuren."
_AT_A_TIME = 250
"""One table holds all its rows in memory, so a long list is several."""
IN_A_PART = 2500
"""And a document all its pages, so a very long one is several parts."""
_HEAD = ("Aktenzeichen", "Kennzeichen", "Angelegt, geschlossen, aufzubewahren bis", "Entscheidung", "Ergebnis")
_SAME = "Dieselben Angaben liegen als JSON bei diesem Dokument."
_KINDS = {"dossier": "Akte", "case": "Vorgang"}
_PARTS = {
    "drawn_up": "Aufgestellt von",
    "reviewed": "Geprüft von",
    "undecided_confirmed": "Unentschiedenes bestätigt von",
    "released": "Freigegeben von",
}


def write_report_pdf(report: Report, folder: Path, *, in_a_part: int = IN_A_PART) -> Path:
    """Set a report: the list, who had which part, the results, and every item; in parts, one after the other."""
    parts = max(1, -(-report.count // in_a_part))
    items, paths = report.items(), []
    for number in range(1, parts + 1):
        page = _first_page(report, parts) if number == 1 else _next_page(report, number, parts)
        part = islice(items, in_a_part)
        while rows := list(islice(part, _AT_A_TIME)):
            page.grid(_HEAD, [_row(item) for item in rows], widths=(42, 22, 40, 24, 42))
        if number == parts:
            page.heading("Prüfwert")
            page.paragraph(f"{_SAME} SHA-256 der JSON-Datei: {report.digest.sha256}")
        paths.append(folder / f"{number}.pdf")
        paths[-1].write_bytes(page.to_bytes())
    return join(paths, folder / "report.pdf")


def _first_page(report: Report, parts: int) -> WrittenPdf:
    page = WrittenPdf(title=report.title, created_at=report.drawn_up_at, footer_line=_footer(1, parts))
    page.facts(list(_facts(report.about)))
    page.heading("Ergebnis")
    page.facts([(word, str(count)) for word, count in sorted(report.results.items())])
    page.heading("Akten und Vorgänge")
    return page


def _next_page(report: Report, number: int, parts: int) -> WrittenPdf:
    title = f"{report.title}, Teil {number} von {parts}"
    return WrittenPdf(title=title, created_at=report.drawn_up_at, footer_line=_footer(number, parts))


def _footer(number: int, parts: int) -> str:
    return _FOOTER if parts == 1 else f"{_FOOTER} Teil {number} von {parts}."


def _facts(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Verzeichnis", told["reference"]
    yield "Verfahren", told["procedure"]
    if told["archive"]:
        yield "Archiv", told["archive"]
        yield "Prozess-ID", told["process"]
    for part, label in _PARTS.items():
        if part in told["persons"]:
            yield label, told["persons"][part]["name"]
    for name, label in (
        ("drawnUpAt", "Aufgestellt am"),
        ("reviewedAt", "Geprüft am"),
        ("undecidedConfirmedAt", "Unentschiedenes bestätigt am"),
        ("releasedAt", "Freigegeben am"),
    ):
        if told[name]:
            yield label, _moment(told[name])
    yield "Vernichtung ab", _day(told["destroyFrom"])


def _row(item: dict[str, Any]) -> tuple[str, ...]:
    dates = [_day(item[name]) for name in ("createdOn", "closedOn", "retainedUntil") if item.get(name)]
    decision = {"A": "Archiv (A)", "V": "vernichten (V)", None: "keine"}[item["decision"]]
    if item["decidedByDefault"]:
        decision += ", ohne Bewertung"
    result = [item["result"], item["why"], item.get("archiveReference")]
    if item.get("erasedAt"):
        result.insert(1, f"am {_moment(item['erasedAt'])}")
    return (
        f"{item['reference']}\n{_KINDS[item['kind']]}",
        item["class"],
        "\n".join(dates),
        decision,
        "\n".join(one for one in result if one),
    )


def _day(text: str | None) -> str:
    return "" if text is None else f"{date.fromisoformat(text):%d.%m.%Y}"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(GERMANY):%d.%m.%Y, %H:%M}"
