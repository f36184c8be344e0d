"""The report to a data subject as PDF/A."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from eakte.documents.adapters.written_pdf import WrittenPdf
from eakte.foundation.clock import GERMANY
from eakte.privacy.service.reporting import Report

_FOOTER = "Auskunft aus der E-Akte. Sie enthält personenbezogene Daten."
_AT_A_TIME = 250
_KINDS = {"dossier": "Akte", "case": "Vorgang", "document": "Dokument"}
_PLACES = {
    "party": "Beteiligte",
    "metadata": "Angaben zum Schriftgut",
    "business_data": "Fachdaten",
    "text": "Text",
    "account": "Benutzerkonto",
    "audit": "Protokoll",
    "invoice": "E-Rechnung",
    "intake": "Eingang",
    "retention": "Aussonderung",
}
_FIELDS = {
    "title": "Betreff", "remark": "Bemerkung", "keywords": "Schlagworte", "location": "Standort",
    "foreign_reference": "fremdes Zeichen", "our_reference": "unser Zeichen",
    "subtitle": "Unterbetreff", "refers_to": "Bezug", "clerk": "Bearbeiter", "enclosures": "Anlagen",
    "external_key": "Schlüssel im Fachverfahren", "paper_kept": "Papier behalten",
    "link": "Verweis", "party": "", "text": "", "account": "", "actor": "eigene Handlungen",
}  # fmt: skip
_MATCHES = {
    "external_id": "Kennung",
    "email": "E-Mail-Adresse",
    "name_and_birth": "Name und Geburtsdatum",
    "name_and_address": "Name und Anschrift",
    "name": "Name",
}
_ORIGINS = {
    "upload": "hochgeladen",
    "scan": "eingescanntes Papier",
    "specialist_system": "Fachverfahren",
    "email": "E-Mail",
    "invoice": "E-Rechnung",
}
_OUTCOMES = {
    "erasable": "kann gelöscht werden",
    "offer": "ist dem Archiv anzubieten",
    "later": "kann noch nicht gelöscht werden",
    "unknown": "kann noch nicht gelöscht werden",
    "kept": "bleibt auf Dauer",
    "gone": "ist gelöscht",
}


def report_as_pdf(report: Report) -> bytes:
    """Set a report: who asked, each record with what it says, what is elsewhere, erasure, and rights."""
    says = report.says
    page = WrittenPdf(title=report.title, created_at=report.drawn_up_at, footer_line=_FOOTER)
    page.facts(list(_head(says)))
    page.heading("Schriftgut, in dem Sie vorkommen")
    if not says["records"]:
        page.paragraph("Es wurde kein Schriftgut gefunden.")
    for record in says["records"]:
        _write_record(page, record)
    if says["others"]:
        page.heading("Weitere Stellen")
        _write_findings(page, says["others"], labelled=True)
    if says["erasure"]:
        page.heading("Löschung")
        _write_erasure(page, says["erasure"])
    if says["copies"]:
        page.heading("Beigefügte Kopien")
        page.paragraph("\n".join(says["copies"]))
    page.heading("Ihre Rechte")
    for right in says["rights"]:
        page.paragraph(right)
    return page.to_bytes()


def _head(says: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    request, person = says["request"], says["person"]
    yield "Zeichen", request["reference"]
    yield "Verlangt", request["wanted"]
    yield "Eingegangen am", _day(request["receivedOn"])
    yield "Zusammengestellt am", _moment(says["drawnUpAt"])
    yield "Gesucht nach", "\n".join(person["names"])
    if person["born_on"]:
        yield "Geboren am", _day(person["born_on"])
    for label, key in (("E-Mail", "emails"), ("Anschrift", "addresses"), ("Kennungen", "external_ids")):
        if person[key]:
            yield label, "\n".join(person[key])


def _write_record(page: WrittenPdf, record: Mapping[str, Any]) -> None:
    if record.get("gone"):
        page.heading(f"{record['reference']} (inzwischen gelöscht)")
        return
    page.heading(f"{_KINDS[record['kind']]} {record['reference']}")
    page.facts(list(_about(record)))
    _write_findings(page, record["findings"], labelled=False)
    if record["kind"] != "document" and record["documents"]:
        rows = [
            (one["reference"], one["title"], _ORIGINS[one["origin"]], "" if one["pages"] is None else str(one["pages"]))
            for one in record["documents"]
        ]
        _grid(page, ("Dokument", "Betreff", "Herkunft", "Seiten"), rows, (45, 75, 35, 15))


def _about(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Betreff", record["title"]
    yield "Akte", record["dossier"]
    yield "Zweck (Aktenplan)", record["purpose"]
    yield "Zuständig", record["unit"]
    yield "Seit", _moment(record["since"])
    if record["origin"]:
        yield "Herkunft der Daten", _ORIGINS[record["origin"]]
    if record["documents"] and record["kind"] == "document" and record["documents"][0]["pages"]:
        yield "Seiten", str(record["documents"][0]["pages"])
    yield "Empfänger", ", ".join(record["recipients"]) or "außerhalb der Verwaltung keine bekannt"
    yield "Aufbewahrung", record["retention"]["term"] or "steht noch nicht fest"


def _write_findings(page: WrittenPdf, findings: Sequence[Mapping[str, Any]], *, labelled: bool) -> None:
    rows = [(_where(one, labelled=labelled), one["text"] or "", _how(one)) for one in findings]
    _grid(page, ("Wo", "Was", "Erkannt an"), rows, (40, 95, 35))


def _where(one: Mapping[str, Any], *, labelled: bool) -> str:
    parts = [_PLACES[one["place"]], _FIELDS.get(one["field"], one["field"])]
    if one["page"] is not None:
        parts.append(f"Version {one['version']}, Seite {one['page']}")
    if labelled:
        parts.insert(0, one["label"])
    return "\n".join(part for part in parts if part)


def _how(one: Mapping[str, Any]) -> str:
    return _MATCHES[one["matchedBy"]] + ("" if one["confirmed"] else "\n(nicht einzeln bestätigt)")


def _write_erasure(page: WrittenPdf, answers: Sequence[Mapping[str, Any]]) -> None:
    rows = []
    for one in answers:
        done = [f"Verzeichnis {one['listedOn']}"] if one["listedOn"] else []
        done += ["Verarbeitung eingeschränkt"] if one["restricted"] else []
        rows.append(
            (
                one["reference"],
                "\n".join((_OUTCOMES[one["outcome"]], *done)),
                _day(one["possibleFrom"]),
                "\n".join(one["reasons"]),
            )
        )
    _grid(page, ("Zeichen", "Antwort", "Möglich ab", "Warum"), rows, (40, 45, 22, 63))


def _grid(page: WrittenPdf, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    # One table holds all its rows in memory, so a long one is several.
    for start in range(0, len(rows), _AT_A_TIME):
        page.grid(head, rows[start : start + _AT_A_TIME], widths=widths)


def _day(text: str | None) -> str:
    return "" if text is None else f"{date.fromisoformat(text):%d.%m.%Y}"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(GERMANY):%d.%m.%Y, %H:%M}"
