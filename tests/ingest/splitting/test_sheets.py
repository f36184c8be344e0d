"""Sheets we print survive printing and poor scanning."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.adapters.sheets import Sheet, separator_sheets
from ingest.recognition.results import RecognitionLimits
from ingest.splitting.confined import look
from ingest.splitting.payload import Announcement, SheetKind
from ingest.splitting.sheets_seen import SheetSeen, sheet_in
from tests.ingest.papers import picture_of, text_of
from tests.ingest.splitting.sheets_of_paper import bitonal, worn

LIMITS = RecognitionLimits(timeout_s=120)
SHEETS = [
    Sheet(Announcement(SheetKind.COVER, "63.2-BA-2023/118", None, "Bescheid", "2026-0117"), "Vorbescheid " * 12),
    Sheet(Announcement(SheetKind.SEPARATOR, "50.4/4711/19 Kö", "V-2019-004711", "Antrag", "7QK2M")),
    Sheet(Announcement(SheetKind.SEPARATOR, None, None, "Rechnung")),
    Sheet(Announcement(SheetKind.PATCH)),
]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blaetter") / "blaetter.pdf"
    separator_sheets(SHEETS, path)
    return path


@pytest.mark.parametrize(
    ("dpi", "turn", "skew", "noise", "black_and_white"),
    [
        (150, 0, 0.0, 0.0, False),
        (150, 180, -4.5, 20.0, False),
        (200, 180, 4.5, 12.0, True),
        (200, 90, -3.0, 25.0, False),
        (300, 270, 5.0, 0.0, True),
    ],
)
@pytest.mark.parametrize("number", range(len(SHEETS)))
def test_a_printed_sheet_is_read_again(
    printed: Path, tmp_path: Path, number: int, dpi: int, turn: int, skew: float, noise: float, black_and_white: bool
) -> None:
    page = worn(Image.fromarray(picture_of(printed, number, dpi)), turn=turn, skew=skew, noise=noise)
    (bitonal(page) if black_and_white else page).save(tmp_path / "blatt.png", dpi=(dpi, dpi))
    seen = look(tmp_path / "blatt.png", limits=LIMITS).pages[0]
    assert seen.patch_t
    assert sheet_in(seen) == SheetSeen(SHEETS[number].announcement)


def test_a_sheet_whose_codes_are_covered_still_separates_and_names_its_target(printed: Path, tmp_path: Path) -> None:
    pixels = np.array(picture_of(printed, 0, 200))
    pixels[round(110 / 25.4 * 200) : round(235 / 25.4 * 200)] = 255
    Image.fromarray(pixels).save(tmp_path / "blatt.png", dpi=(200, 200))
    seen = sheet_in(look(tmp_path / "blatt.png", limits=LIMITS).pages[0])
    assert seen is not None
    assert (seen.announcement.kind, seen.announcement.reference) == (SheetKind.COVER, "63.2-BA-2023/118")


def test_a_person_can_read_what_a_sheet_announces(printed: Path) -> None:
    cover, separator, *_ = text_of(printed)
    for words in ("DECKBLATT", "Aktenzeichen: 63.2-BA-2023/118", "Dokumentart: Bescheid", "Stapel: 2026-0117"):
        assert words in cover
    for words in ("TRENNBLATT", "Aktenzeichen: 50.4/4711/19 Kö", "Vorgang: V-2019-004711"):
        assert words in separator
