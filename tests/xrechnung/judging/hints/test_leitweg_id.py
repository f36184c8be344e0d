import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrechnung.judging.hints.leitweg_id import InvalidLeitwegId, LeitwegId, LeitwegIdFault, leitweg_id_hints

COARSE = st.from_regex(r"[0-9]{2,12}", fullmatch=True)
FINE = st.from_regex(r"([A-Z0-9]{1,30})?", fullmatch=True)


@pytest.mark.parametrize(
    "text", ["04011000-1234512345-06", "991-01484-64", "992-90009-96", "991-33333TEST-33", "04011000-12345-03"]
)
def test_leitweg_ids_of_real_authorities_are_sound(text: str) -> None:
    assert str(LeitwegId.parse(text)) == text
    assert leitweg_id_hints(text) == ()


def test_blanks_around_it_and_small_letters_are_no_fault() -> None:
    assert str(LeitwegId.parse(" 991-33333test-33\n")) == "991-33333TEST-33"


def test_a_mistyped_leitweg_id_is_told_with_the_right_check_digits() -> None:
    with pytest.raises(InvalidLeitwegId) as caught:
        LeitwegId.parse("04011000-12345-34")
    assert caught.value.fault is LeitwegIdFault.CHECK_DIGITS
    assert str(caught.value.right) == "04011000-12345-03"
    (hint,) = leitweg_id_hints("04011000-12345-34")
    assert hint.code == "EAKTE-LEITWEG-3"
    assert hint.term == "BT-10"
    assert "04011000-12345-03" in hint.remedy


@pytest.mark.parametrize(
    ("text", "fault", "told"),
    [
        ("", LeitwegIdFault.FORM, "Grobadressierung"),
        ("Keine Angabe", LeitwegIdFault.FORM, "Grobadressierung"),
        ("04011000–12345–34", LeitwegIdFault.FORM, "Bindestriche"),
        ("04011000-12345-x4", LeitwegIdFault.FORM, "Prüfziffern"),
        ("04011000-ÄÖÜ-34", LeitwegIdFault.FORM, "Feinadressierung"),
        ("٠٤-٣٤", LeitwegIdFault.FORM, "Ziffern"),
        ("4-12345-34", LeitwegIdFault.LENGTH, "hat 1 statt 2 bis 12"),
        ("1234567890123-34", LeitwegIdFault.LENGTH, "hat 13 statt 2 bis 12"),
        ("04-" + "A" * 31 + "-34", LeitwegIdFault.LENGTH, "hat 31 statt höchstens 30"),
        ("04011000-12345-345", LeitwegIdFault.LENGTH, "hat 3 statt 2"),
        ("123456789012-" + "A" * 31 + "-34", LeitwegIdFault.LENGTH, "47 Zeichen"),
        ("Leitweg-ID: bitte dem Auftrag vom März entnehmen", LeitwegIdFault.LENGTH, "48 Zeichen"),
    ],
)
def test_what_is_no_leitweg_id_is_told_why(text: str, fault: LeitwegIdFault, told: str) -> None:
    with pytest.raises(InvalidLeitwegId, match=told) as caught:
        LeitwegId.parse(text)
    assert caught.value.fault is fault
    assert caught.value.right is None
    assert leitweg_id_hints(text, "BT-49")[0].term == "BT-49"


@given(COARSE, FINE)
def test_every_address_has_one_pair_of_check_digits(coarse: str, fine: str) -> None:
    right = LeitwegId.of(coarse, fine)
    assert LeitwegId.parse(str(right)) == right
    sound = [digits for digits in range(2, 99) if not leitweg_id_hints(_with_check(right, f"{digits:02}"))]
    assert sound == [int(right.check)]


@given(COARSE, FINE, st.data())
def test_one_wrong_digit_is_always_noticed(coarse: str, fine: str, data: st.DataObject) -> None:
    right = LeitwegId.of(coarse, fine)
    place = data.draw(st.integers(0, len(coarse) - 1))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != coarse[place]))
    wrong = LeitwegId(coarse[:place] + digit + coarse[place + 1 :], fine, right.check)
    assert leitweg_id_hints(str(wrong))[0].code == "EAKTE-LEITWEG-3"


def _with_check(leitweg_id: LeitwegId, check: str) -> str:
    return str(LeitwegId(leitweg_id.coarse, leitweg_id.fine, check))
