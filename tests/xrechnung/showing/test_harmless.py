"""What somebody may write into an invoice to mislead those who read it."""

import pytest

from xrechnung.showing.harmless import readable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rechnung 4711", "Rechnung 4711"),
        ("Größe 5 µm, 10 €", "Größe 5 µm, 10 €"),
        ("Łódź, Ελλάδα, Привет", "Łódź, Ελλάδα, Привет"),
        ("erste Zeile\r\nzweite\rdritte\u2028vierte", "erste Zeile\nzweite\ndritte\nvierte"),
        ("Menge\t5", "Menge 5"),
    ],
)
def test_ordinary_text_stays_as_it_is(text: str, shown: str) -> None:
    assert readable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IBAN \u202e9921 DE\u202c", "IBAN [U+202E]9921 DE[U+202C]"),
        ("\u2066links\u2069", "[U+2066]links[U+2069]"),
        ("a\u200bb\ufeff", "a[U+200B]b[U+FEFF]"),
        ("\x80\x9b", "[U+0080][U+009B]"),
        ("\U000e0041", "[U+E0041]"),
        ("\ue000", "[U+E000]"),
    ],
)
def test_what_turns_or_hides_text_is_named(text: str, shown: str) -> None:
    assert readable(text) == shown


def test_a_letter_carries_as_many_marks_as_any_language_needs_and_no_tower() -> None:
    assert readable("e\u0302\u0323") == "e\u0302\u0323"
    assert readable("e" + "\u0301" * 6) == "e" + "\u0301" * 4 + "[U+0301][U+0301]"
