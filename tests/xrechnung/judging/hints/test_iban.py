import pytest

from xrechnung.judging.hints.iban import Iban, IbanFault, InvalidIban, iban_hints, length_in


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "de89370400440532013000",
        "DE89\u00a03704 0044\n0532 0130 00",
        "AT611904300234573201",
        "CH9300762011623852957",
        "GB29NWBK60161331926819",
        "MT84MALT011000012345MTLCAST001S",
        "NO9386011117947",
        "FR1420041010050500013M02606",
    ],
)
def test_accounts_of_all_countries_are_read_without_their_blanks(text: str) -> None:
    assert Iban.parse(text).number == "".join(text.split()).upper()


def test_an_iban_is_shown_in_groups_of_four() -> None:
    iban = Iban.parse("DE89370400440532013000")
    assert str(iban) == "DE89 3704 0044 0532 0130 00"
    assert iban.country == "DE"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", IbanFault.CHARACTERS),
        ("0532013000", IbanFault.CHARACTERS),
        ("DE89-3704-0044-0532-0130-00", IbanFault.CHARACTERS),
        ("DE89370400440532ß13000", IbanFault.CHARACTERS),
        ("DE٨٩370400440532013000", IbanFault.CHARACTERS),
        ("US89370400440532013000", IbanFault.COUNTRY),
        ("DE8937040044053201300", IbanFault.LENGTH),
        ("DE893704004405320130000", IbanFault.LENGTH),
        ("DE89370400440532013001", IbanFault.CHECK_DIGITS),
        ("DE98370400440532013000", IbanFault.CHECK_DIGITS),
        ("DE85A70400440532013000", IbanFault.STRUCTURE),
    ],
)
def test_a_wrong_iban_is_told_why(text: str, fault: IbanFault) -> None:
    with pytest.raises(InvalidIban) as caught:
        Iban.parse(text)
    assert caught.value.fault is fault
    (hint,) = iban_hints(text, "BT-91")
    assert hint.term == "BT-91"
    assert str(caught.value) in hint.message


def test_each_fault_has_a_code_of_its_own() -> None:
    codes = {
        iban_hints(text)[0].code for text in ("?", "US89", "DE89", "DE89370400440532013001", "DE85A70400440532013000")
    }
    assert codes == {f"EAKTE-IBAN-{number}" for number in range(1, 6)}


def test_small_letters_are_worth_a_hint_since_the_official_check_refuses_them() -> None:
    assert iban_hints("de89370400440532013000")[0].code == "EAKTE-IBAN-6"
    assert iban_hints("DE89 3704 0044 0532 0130 00") == ()


def test_an_account_number_of_another_kind_is_left_alone() -> None:
    assert iban_hints("0532013000", must_be_iban=False) == ()
    assert iban_hints("DE89370400440532013001", must_be_iban=False) != ()


def test_the_length_depends_on_the_country() -> None:
    assert (length_in("DE"), length_in("NO"), length_in("MT"), length_in("US")) == (22, 15, 31, None)
