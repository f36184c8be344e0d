"""The pure decisions about a page: paper size, trust in text, skew, ink, orientation."""

import numpy as np
import pytest

from ingest.recognition.blankness import measure_ink
from ingest.recognition.cleaning import even_out, straighten
from ingest.recognition.orientation import guess_turn, prove_turn, turned
from ingest.recognition.paper import plausible_dpi
from ingest.recognition.plan import PageContent, Plan, plan_page
from ingest.recognition.reading import Reading, Word
from ingest.recognition.skew import measure_skew
from ingest.recognition.trust import is_trustworthy
from tests.ingest.papers import LETTER, blank_sheet, scan

GOOD = "\n".join(LETTER)


def gray(image: object) -> np.ndarray:
    return np.asarray(image, dtype=np.uint8)


@pytest.mark.parametrize(
    ("pixels", "claimed", "dpi"),
    [
        ((2480, 3508), (300, 300), 300),  # A4 as a scanner says it
        ((794, 1123), (96, 96), 96),  # A4 on a screen
        ((4032, 3024), (72, 72), 366),  # a telephone does not know paper
        ((2480, 3508), (1, 1), 300),
        ((2480, 3508), None, 300),
        ((1654, 2338), None, 200),
        ((3508, 4961), None, 300),  # A3
        ((798, 3758), None, 321),  # a till receipt fits on A4
        ((1000, 1000), (float("nan"), 3), 121),
        ((9933, 14043), (300, 300), 300),  # a plan, A0
    ],
)
def test_paper_size_is_plausible(pixels: tuple[int, int], claimed: object, dpi: float) -> None:
    assert plausible_dpi(pixels, claimed) == pytest.approx(dpi, abs=1)


@pytest.mark.parametrize(
    ("text", "trusted"),
    [
        (GOOD, True),
        ("IBAN DE93 8205 5999 0310 0047 11\n1.250,00 EUR 14.03.2024", True),
        ("Seite 3", True),
        ("12.345,67\n89,00\n1.001,20", True),
        ("", False),
        ("lll1l| ~~ xqzv #### wwrn iiii", False),
        ("Ã„nderung der StraÃŸe fÃ¼r GrÃ¼nflÃ¤chen", False),
        ("\ue001\ue002\ue003\ue004 \ue005\ue006", False),
        ("Tdbnjtdi wfshmdh ncxvb qwrtz plkjh gfdsx zxcvb mnbvc qwrtp lkjhg fdszx cvbnm", False),
        ("\x03\x04\x05\x06\x07\x08 \x0b\x0c\x0e", False),
        ("sTAdT MuStErHaUsEn aMt fÜr gRüN dIe dEr dAs uNd mIt vOn bEi nAcH aUs", False),
    ],
)
def test_a_text_layer_is_believed_when_it_is_language(text: str, trusted: bool) -> None:
    assert is_trustworthy(text) is trusted


@pytest.mark.parametrize(
    ("page", "plan"),
    [
        (PageContent(0, 0, 0, 0.0, False, ""), Plan.EMPTY),
        (PageContent(1, 0, 0, 1.0, False, ""), Plan.RECOGNIZE),
        (PageContent(40, 900, 0, 0.1, False, GOOD), Plan.KEEP),
        (PageContent(40, 0, 900, 1.0, False, GOOD), Plan.KEEP),
        (PageContent(40, 40, 900, 1.0, False, GOOD), Plan.KEEP),
        (PageContent(3, 20, 0, 1.0, False, "Eingegangen am Montag"), Plan.RECOGNIZE_PICTURES),
        (PageContent(3, 900, 0, 1.0, False, "\ue001\ue002"), Plan.RECOGNIZE),
        (PageContent(0, 0, 0, 0.0, True, ""), Plan.RECOGNIZE),
    ],
)
def test_each_page_is_planned_for_itself(page: PageContent, plan: Plan) -> None:
    assert plan_page(page) is plan


@pytest.mark.parametrize("tilt", [-5.5, -1.3, 0.0, 0.4, 2.0, 6.0])
def test_skew_is_measured_and_taken_out(tilt: float) -> None:
    page = gray(scan(tilt=tilt, noise=6))
    assert measure_skew(page) == pytest.approx(tilt, abs=0.12)
    assert measure_skew(straighten(page, measure_skew(page))) == pytest.approx(0, abs=0.12)


def test_an_empty_sheet_has_no_skew() -> None:
    assert measure_skew(np.full((1700, 1200), 255, np.uint8)) == 0.0


def test_a_shadow_fades_and_ink_stays() -> None:
    page = gray(scan()).astype(np.float64)
    shade = np.linspace(0.4, 1.0, page.shape[1])[None, :]
    cleaned = even_out((page * shade).astype(np.uint8))
    assert cleaned[page > 240].mean() > 240
    assert cleaned[page < 40].mean() < 90


def test_holes_are_not_ink_but_a_signature_is() -> None:
    assert measure_ink(even_out(gray(blank_sheet())), 150).doubtful
    assert not measure_ink(even_out(gray(scan())), 150).doubtful
    sheet = gray(blank_sheet()).copy()
    x = np.arange(500, 900)
    for offset in range(3):
        sheet[(1200 + 40 * np.sin(x / 17) + offset).astype(int), x] = 30
    assert not measure_ink(even_out(sheet), 150).doubtful
    assert measure_ink(np.full((1700, 1200), 255, np.uint8), 150).none


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_likeliest_turn_comes_first(turn: int) -> None:
    lying = turned(gray(scan()), (360 - turn) % 360)
    guess = guess_turn(lying)
    assert turn in guess.turns[:2]


def test_a_page_that_reads_nowhere_is_not_turned() -> None:
    page = gray(scan())
    chosen = prove_turn(guess_turn(turned(page, 180)), 150, lambda turn: page, lambda band, dpi: Reading(()))
    assert chosen == 0


def test_words_become_lines_and_paragraphs() -> None:
    def word(text: str, paragraph: int, line: int) -> Word:
        return Word(text, 90.0, (0, 0, 1, 1), 1, paragraph, line)

    reading = Reading((word("Sehr", 1, 1), word("geehrte", 1, 1), word("Damen", 1, 2), word("mit", 2, 1)))
    assert reading.text == "Sehr geehrte\nDamen\n\nmit"
    assert reading.confidence == 90.0
    assert Reading(()).confidence is None
