from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from xrechnung.judging.common.skonto import are_sound_terms
from xrechnung.judging.hints.skonto import PaymentTerms, Skonto, parse_terms, skonto_offers
from xrechnung.judging.hints.skonto_hints import skonto_hints
from xrechnung.judging.tree import Node

ISSUED = date(2026, 3, 1)
TWO_STEPS = "#SKONTO#TAGE=7#PROZENT=3.00#\n#SKONTO#TAGE=14#PROZENT=2.25#BASISBETRAG=1000.00#\n"
PIECES = [
    "#",
    "SKONTO",
    "TAGE=14",
    "PROZENT=2.00",
    "PROZENT=2.5",
    "BASISBETRAG=-10.00",
    "Text",
    "#SKONTO#TAGE=14#PROZENT=2.00#",
    "#VERZUG#",
]
BREAKS = ("\n", "\r\n", "\r", " ", "\u00a0", "#SKONTO#TAGE=14#PROZENT=2.00#\n")


def offers(text: str, gross: str) -> list[tuple[date, Decimal, Decimal]]:
    found = skonto_offers(parse_terms(text), ISSUED, Decimal(gross))
    return [(offer.until, offer.amount, offer.pay) for offer in found]


def test_each_step_of_skonto_is_read() -> None:
    terms = parse_terms(TWO_STEPS)
    assert terms.skonto == (Skonto(7, Decimal("3.00")), Skonto(14, Decimal("2.25"), Decimal("1000.00")))
    assert terms.faults == ()
    assert "".join(f"{step}\n" for step in terms.skonto) == TWO_STEPS


def test_free_text_may_stand_before_and_after() -> None:
    terms = parse_terms("Zahlbar in 30 Tagen, Konto # 5.\r\n #SKONTO#TAGE=7#PROZENT=3.00# \r\n\r\nDanke!")
    assert len(terms.skonto) == 1
    assert terms.faults == ()
    assert terms.free_text == "Zahlbar in 30 Tagen, Konto # 5.\nDanke!"


def test_skonto_becomes_dates_and_amounts_from_the_invoice_date() -> None:
    assert offers(TWO_STEPS, "1190.00") == [
        (date(2026, 3, 8), Decimal("35.70"), Decimal("1154.30")),
        (date(2026, 3, 15), Decimal("22.50"), Decimal("1167.50")),
    ]


@pytest.mark.parametrize(
    ("gross", "saved"), [("0.25", "0.01"), ("0.24", "0.00"), ("-0.25", "-0.01"), ("100.25", "2.01")]
)
def test_half_cents_are_rounded_as_merchants_do(gross: str, saved: str) -> None:
    ((_, amount, pay),) = offers("#SKONTO#TAGE=7#PROZENT=2.00#\n", gross)
    assert amount == Decimal(saved)
    assert amount + pay == Decimal(gross)


@pytest.mark.parametrize("base", ["1000.00", "-1000.00"])
def test_of_a_credit_note_less_is_paid_back(base: str) -> None:
    assert offers(f"#SKONTO#TAGE=7#PROZENT=3.00#BASISBETRAG={base}#\n", "-1190.00") == [
        (date(2026, 3, 8), Decimal("-30.00"), Decimal("-1160.00"))
    ]


def test_the_earliest_day_comes_first_whatever_the_order_written() -> None:
    assert [until for until, *_ in offers("#SKONTO#TAGE=14#PROZENT=2.00#\n#SKONTO#TAGE=7#PROZENT=3.00#\n", "1")] == [
        date(2026, 3, 8),
        date(2026, 3, 15),
    ]


def test_a_step_of_zero_percent_is_the_net_term_and_no_offer() -> None:
    terms = "#SKONTO#TAGE=7#PROZENT=2.00#\n#SKONTO#TAGE=30#PROZENT=0.00#\n"
    assert len(offers(terms, "100.00")) == 1
    assert skonto_hints(parse_terms(terms), ISSUED, date(2026, 3, 15)) == ()


def test_absurd_numbers_cost_nothing() -> None:
    nines = "9" * 6000
    assert offers(f"#SKONTO#TAGE={nines}#PROZENT=2.00#\n", "100")[0][0] == date.max
    assert offers(f"#SKONTO#TAGE=1#PROZENT={nines}.00#\n", "100") == []
    assert offers(f"#SKONTO#TAGE=1#PROZENT=2.00#BASISBETRAG={nines}.00#\n", "100") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("#Skonto#TAGE=14#PROZENT=2.00#", "Großbuchstaben"),
        ("#SKONTO#TAGE= 14#PROZENT=2.00#", "Leerzeichen"),
        ("#SKONTO#PROZENT=2.00#", "TAGE"),
        ("#SKONTO#TAGE=14#", "PROZENT"),
        ("#SKONTO#TAGE=14#PROZENT=2,00#", "Punkt"),
        ("#SKONTO#TAGE=14#PROZENT=2#", "zwei Nachkommastellen"),
        ("#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=5.5#", "zwei Nachkommastellen"),
        ("#SKONTO#TAGE=14#PROZENT=2.00", "mit # enden"),
        ("#SKONTO#TAGE=14#PROZENT=2.00# danke", "nichts mehr"),
        ("#SKONTO#TAGE=14#PROZENT=2.00##SKONTO#TAGE=7#PROZENT=3.00#", "eigene Zeile"),
        ("#SKONTO#PROZENT=2.00#TAGE=14#", "verlangt ist"),
        ("#VERZUG#TAGE=30#", "„VERZUG“ ist keine bekannte Angabe"),
        ("#", "Zeilenanfang"),
    ],
)
def test_a_faulty_line_is_told_why(line: str, reason: str) -> None:
    terms = parse_terms(f"Text\n{line}\n")
    assert terms.skonto == ()
    (fault,) = terms.faults
    assert fault.line == 2
    assert reason in fault.reason


def test_what_a_faulty_line_probably_means_is_proposed() -> None:
    (fault,) = parse_terms("#skonto#tage=14#prozent=2,5\n").faults
    assert str(fault.meant) == "#SKONTO#TAGE=14#PROZENT=2.50#"
    (hint,) = skonto_hints(parse_terms("#skonto#tage=14#prozent=2,5\n"), ISSUED, None)
    assert hint.code == "EAKTE-SKONTO-1"
    assert "#SKONTO#TAGE=14#PROZENT=2.50#" in hint.remedy


def test_other_statements_are_kept_though_they_are_not_allowed() -> None:
    terms = parse_terms("#ZAHLUNG#TAGE=30#BETRAG=5.00#\n")
    assert [(one.keyword, one.fields) for one in terms.other] == [("ZAHLUNG", ("TAGE=30", "BETRAG=5.00"))]
    assert len(terms.faults) == 1


def test_the_last_statement_needs_a_line_break() -> None:
    terms = parse_terms("#SKONTO#TAGE=7#PROZENT=3.00#\n#SKONTO#TAGE=14#PROZENT=2.00#")
    assert len(terms.skonto) == 2
    (fault,) = terms.faults
    assert (fault.line, fault.text) == (2, "#SKONTO#TAGE=14#PROZENT=2.00#")


@given(st.lists(st.sampled_from((*PIECES, *BREAKS)), max_size=8).map("".join))
@example("#SKONTO#TAGE=14#PROZENT=2.00#\nsiehe #1 und #2")
@example("#SKONTO#TAGE=14#PROZENT=2.00#\nsiehe #1 und #2 \t\n")
def test_terms_are_faulty_exactly_when_the_official_rule_says_so(text: str) -> None:
    assert (parse_terms(text).faults == ()) == are_sound_terms([a_note(text)])


@given(st.text(alphabet="#SKONTOAGEPRZBI=.0123456789\n -", max_size=80))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    terms = parse_terms(text)
    assert (terms.faults == ()) == are_sound_terms([a_note(text)])
    skonto_offers(terms, ISSUED, Decimal("1190.00"))
    assert all(hint.message.endswith(".") for hint in skonto_hints(terms, ISSUED, ISSUED))


def test_skonto_in_words_only_is_told_with_what_a_machine_would_read() -> None:
    (hint,) = skonto_hints(in_words("2 % Skonto bei Zahlung innerhalb von 10 Tagen, 30 Tage netto"), ISSUED, None)
    assert hint.code == "EAKTE-SKONTO-2"
    assert "#SKONTO#TAGE=10#PROZENT=2.00#" in hint.remedy
    (hint,) = skonto_hints(in_words("bis 15.03.2026 3 % Skonto"), ISSUED, None)
    assert "#SKONTO#TAGE=14#PROZENT=3.00#" in hint.remedy


def test_words_beside_a_readable_skonto_are_not_told_again() -> None:
    assert skonto_hints(parse_terms(f"3 % Skonto in 7 Tagen\n{TWO_STEPS}"), ISSUED, None) == ()


def test_a_strange_rate_and_a_skonto_after_the_due_date_are_told() -> None:
    terms = parse_terms("#SKONTO#TAGE=30#PROZENT=25.00#\n")
    assert [hint.code for hint in skonto_hints(terms, ISSUED, date(2026, 3, 20))] == [
        "EAKTE-SKONTO-3",
        "EAKTE-SKONTO-4",
    ]
    assert skonto_hints(parse_terms(TWO_STEPS), ISSUED, date(2026, 3, 15)) == ()


def in_words(text: str) -> PaymentTerms:
    terms = parse_terms(text)
    assert terms.skonto == ()
    return terms


def a_note(text: str) -> Node:
    node = Node("cbc:Note", None, etree.Element("Note"))
    node.text = text
    return node
