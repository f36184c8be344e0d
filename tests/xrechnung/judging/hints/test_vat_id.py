import pytest

from xrechnung.judging.hints.vat_id import InvalidVatId, VatId, VatIdFault, tax_number_hints, vat_id_hints


@pytest.mark.parametrize(
    "text",
    [
        "DE136695976",
        "DE 136 695 976",
        "de136695976",
        "ATU13585627",
        "EL094259216",
        "NL123456782B90",
        "IE6388047V",
        "FR40303265045",
        "BE0428759497",
        "XI110305878",
    ],
)
def test_vat_ids_of_the_member_states_are_sound(text: str) -> None:
    assert VatId.parse(text).number == "".join(text.split()).upper()
    assert vat_id_hints(text) == ()


@pytest.mark.parametrize(
    ("text", "fault", "told"),
    [
        ("136695976", VatIdFault.COUNTRY, "Länderkennzeichen"),
        ("181/815/08155", VatIdFault.COUNTRY, "Steuernummer"),
        ("GR094259216", VatIdFault.COUNTRY, "EL"),
        ("", VatIdFault.COUNTRY, "Länderkennzeichen"),
        ("DE13669597", VatIdFault.LENGTH, "Länge"),
        ("DE136695977", VatIdFault.CHECK_DIGITS, "vertippt"),
        ("DE13669597A", VatIdFault.FORM, "Form"),
        ("DE136695976-00001", VatIdFault.FORM, "Wirtschafts-Identifikationsnummer"),
    ],
)
def test_a_wrong_vat_id_is_told_why(text: str, fault: VatIdFault, told: str) -> None:
    with pytest.raises(InvalidVatId, match=told) as caught:
        VatId.parse(text)
    assert caught.value.fault is fault
    (hint,) = vat_id_hints(text, "BT-48")
    assert hint.term == "BT-48"
    assert hint.code.startswith("EAKTE-USTID-")


@pytest.mark.parametrize("text", ["CHE-116.281.710 MWST", "GB980780684", "NO974760673MVA", "US123456789"])
def test_ids_of_other_countries_are_not_judged(text: str) -> None:
    assert vat_id_hints(text) == ()


@pytest.mark.parametrize("text", ["181/815/08155", "93815/08152", "2893081508152", "5133081508159", "201/123/12340"])
def test_german_tax_numbers_are_known_in_the_forms_of_the_states_and_of_the_federation(text: str) -> None:
    assert tax_number_hints(text) == ()


def test_what_is_no_german_tax_number_is_told() -> None:
    assert tax_number_hints("12345")[0].code == "EAKTE-STNR-1"
    assert tax_number_hints("beantragt")[0].code == "EAKTE-STNR-1"


def test_a_vat_id_in_the_place_of_the_tax_number_is_told() -> None:
    assert tax_number_hints("DE136695976")[0].code == "EAKTE-STNR-2"


def test_the_tax_number_of_a_foreign_seller_is_not_judged() -> None:
    assert tax_number_hints("12345", country="AT") == ()
