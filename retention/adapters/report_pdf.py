"""The report of a disposal as PDF/A."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from eakte.documents.adapters.written_pdf import WrittenPdf
from eakte.foundation.clock import GERMANY
from retention.service.reporting import Report

_FOOTER = "Vernichtungsprotokoll der E-Akte, erstellt vor dem Löschen der letzten Spuren."
_AT_A_TIME = 250
_KINDS = {"dossier": "Akte", "case": "Vorgang"}
_PARTS = {
    "drawn_up": "Aufgestellt von",
    "reviewed": "Geprüft von",
    "undecided_confirmed": "Unentschiedenes bestätigt von",
    "released": "Freigegeben von",
}


def report_as_pdf(report: Report) -> bytes:
    """Set a report: the list, who had which part, the results, and every item."""
    says = report.says
    page = WrittenPdf(title=report.title, created_at=report.drawn_up_at, footer_line=_FOOTER)
    page.facts(list(_facts(says["list"])))
    page.heading("Ergebnis")
    page.facts([(word, str(count)) for word, count in sorted(says["results"].items())])
    page.heading("Akten und Vorgänge")
    _write_items(page, says["items"])
    page.heading("Prüfwert")
    page.paragraph(f"Dieselben Angaben liegen als JSON bei diesem Dokument. SHA-256 der JSON-Datei: {report.sha256}")
    return page.to_bytes()


def _facts(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
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


def _write_items(page: WrittenPdf, items: Sequence[dict[str, Any]]) -> None:
    head = ("Aktenzeichen", "Kennzeichen", "Angelegt, geschlossen, aufzubewahren bis", "Entscheidung", "Ergebnis")
    # One table holds all its rows in memory, so a long list is several.
    for start in range(0, len(items), _AT_A_TIME):
        rows = [_row(item) for item in items[start : start + _AT_A_TIME]]
        page.grid(head, rows, widths=(42, 22, 40, 24, 42))


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
