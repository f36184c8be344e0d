"""The Transfervermerk as a page people can read, with its structured data inside."""

import io
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import pikepdf

from eakte.documents.adapters.written_pdf import WrittenPdf
from ingest.proof.errors import TransferNoteUnreadable
from ingest.proof.transfer_note import (
    Anomaly,
    AnomalyKind,
    Extent,
    PerformedBy,
    ProcessStep,
    QualityCheck,
    TransferNote,
    Verdict,
    read_transfer_note,
)

ATTACHMENT = "transfervermerk.json"
_GERMANY = ZoneInfo("Europe/Berlin")

_ANOMALIES = {
    AnomalyKind.RESCAN: "Nachscan",
    AnomalyKind.EXCLUDED_IMAGE: "Bild ausgesondert",
    AnomalyKind.PAPER_KEPT: "Papier bleibt erhalten",
    AnomalyKind.POOR_LEGIBILITY: "eingeschränkt lesbar",
    AnomalyKind.CORRECTED_DATA: "Angaben berichtigt",
    AnomalyKind.CLERK_FINDING: "Feststellung der Sachbearbeitung",
    AnomalyKind.OTHER: "Sonstiges",
}
_VERDICTS = {
    Verdict.PASSED: "bestanden",
    Verdict.PASSED_WITH_REMARKS: "bestanden mit Anmerkungen",
    Verdict.REJECTED: "zurückgewiesen",
}


def write_note_pdf(note: TransferNote) -> bytes:
    """The note as German A4 PDF/A-3b; the canonical JSON is attached as the data the pages show."""
    page = WrittenPdf(
        title="Transfervermerk",
        created_at=note.created_at,
        footer_line=f"Transfervermerk zu Dokument {note.document_id}",
    )
    page.paragraph("Vermerk über das ersetzende Scannen nach BSI TR-03138 (RESISCAN), A.NB.4.")
    _write_statement(page, note)
    _write_product(page, note)
    _write_setting(page, note)
    _write_steps(page, note.steps)
    _write_anomalies(page, note.anomalies)
    page.attach(
        ATTACHMENT,
        note.to_bytes(),
        media_type="application/json",
        described="Der Transfervermerk als strukturierte Daten",
        modified_at=note.created_at,
    )
    return page.to_bytes()


def note_in(pdf: bytes) -> TransferNote:
    """The structured note inside such a PDF, sealed or not. Raises TransferNoteUnreadable."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            data = opened.attachments[ATTACHMENT].get_file().read_bytes()
    except (pikepdf.PdfError, KeyError, ValueError):
        raise TransferNoteUnreadable(problem=f"{ATTACHMENT} fehlt") from None
    return read_transfer_note(data)


def _write_statement(page: WrittenPdf, note: TransferNote) -> None:
    page.heading("Übereinstimmung und Prüfung")
    conformity, quality = note.conformity, note.quality
    facts = [
        ("Bildliche Übereinstimmung", "bestätigt" if conformity.visual else "nicht bestätigt"),
        ("Inhaltliche Übereinstimmung", "bestätigt" if conformity.content else "nicht bestätigt"),
        ("Ergebnis der Qualitätssicherung", _VERDICTS[quality.verdict]),
        ("Umfang der Prüfung", _extent(quality)),
        ("Geprüft von", f"{quality.checked_by}{', als zweite Person' if quality.second_person else ''}"),
        ("Geprüft am", _moment(quality.checked_at)),
    ]
    remarks = " ".join(each for each in (conformity.remarks, quality.remarks) if each)
    page.facts([*facts, ("Anmerkungen", remarks)] if remarks else facts)


def _write_product(page: WrittenPdf, note: TransferNote) -> None:
    page.heading("Scanprodukt")
    page.facts(
        [
            ("Dokument", str(note.document_id)),
            ("Scan-Stapel", f"{note.batch_name} ({note.batch_id})"),
            ("Bilder im Stapel", f"{positions(note.images)} (insgesamt {len(note.images)})"),
            ("Letztes Blatt erfasst am", _moment(note.captured_at)),
            ("Integritätssicherung", note.integrity.german),
        ]
    )


def _write_setting(page: WrittenPdf, note: TransferNote) -> None:
    page.heading("Ersteller, Organisation und Technik")
    kind = " (Pseudonym)" if note.creator.pseudonym else ""
    page.facts(
        [
            ("Ersteller des Vermerks", f"{note.creator.name}{kind}"),
            ("Erstellt am", _moment(note.created_at)),
            ("Auftragnehmende Stelle", note.units.contractor),
            ("Auftraggebende Stelle", note.units.client),
            ("Verfahrensverantwortung", note.units.process_owner),
            ("Bedienung des Scanners", note.operator),
            ("Scanner", f"{note.device.name}, Inventarnummer {note.device.inventory_number}"),
            ("Arbeitsplatz", f"{note.workstation.name}, Inventarnummer {note.workstation.inventory_number}"),
            ("Verfahren", f"{note.procedure.name}, {note.procedure.variant}, Fassung {note.procedure.version}"),
        ]
    )


def _write_steps(page: WrittenPdf, steps: Iterable[ProcessStep]) -> None:
    page.heading("Prozessschritte")
    rows = [
        (
            step.name,
            _moment(step.done_at),
            f"{step.performer} ({'Person' if step.performed_by is PerformedBy.PERSON else 'Dienst'})\n{step.system}",
            "\n".join(f"{each.name}: {each.value}{' (auffällig)' if each.anomaly else ''}" for each in step.attributes),
        )
        for step in steps
    ]
    page.grid(("Schritt", "Zeitpunkt", "Durch, mit System", "Merkmale"), rows, widths=(36, 32, 48, 54))


def _write_anomalies(page: WrittenPdf, anomalies: Iterable[Anomaly]) -> None:
    page.heading("Auffälligkeiten")
    rows = [
        (
            _ANOMALIES[each.kind],
            positions(each.images),
            "\n".join([each.description, *(f"ersetzt: SHA-256 {digest}" for digest in each.replaced_sha256)]),
            f"{_moment(each.noted_at)}\n{each.noted_by}",
        )
        for each in anomalies
    ]
    if rows:
        page.grid(("Art", "Bilder", "Beschreibung", "Vermerkt"), rows, widths=(34, 22, 78, 36))
    else:
        page.paragraph("Keine.")


def positions(images: Iterable[int]) -> str:
    """Positions as ranges: 3, 4, 5, 9 is "3–5, 9"."""
    numbered = enumerate(sorted(images))
    runs = [[image for _, image in run] for _, run in groupby(numbered, key=lambda pair: pair[1] - pair[0])]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _extent(quality: QualityCheck) -> str:
    return "Vollprüfung" if quality.extent is Extent.FULL else f"Stichprobe, {quality.sampled_percent} % der Bilder"


def _moment(instant: datetime) -> str:
    return instant.astimezone(_GERMANY).strftime("%d.%m.%Y, %H:%M:%S Uhr")
