"""What an invoice is called, where a verdict leads, and what the supplier is told."""

from datetime import date

import pytest

from xrechnung.complaining import complaint
from xrechnung.judging.verdict import Severity
from xrechnung.rules import InvoiceState, state_of, title_of_invoice


@pytest.mark.parametrize(
    ("accepted", "disputed", "state"),
    [
        (True, False, InvoiceState.CHECKED),
        (False, False, InvoiceState.REFUSED),
        (True, True, InvoiceState.MANUAL_CHECK),
        (False, True, InvoiceState.MANUAL_CHECK),
    ],
)
def test_nobody_relies_on_a_disputed_verdict(accepted: bool, disputed: bool, state: InvoiceState) -> None:
    assert state_of(accepted=accepted, disputed=disputed) is state


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (("380", "RE-1", "Grünau GmbH"), "Rechnung RE-1 · Grünau GmbH"),
        (("381", "G-1", "Grünau GmbH"), "Gutschrift G-1 · Grünau GmbH"),
        (("384", "RE-1", None), "Rechnungskorrektur RE-1"),
        (("999", "RE-1", None), "Rechnung RE-1"),
        ((None, None, None), "Rechnung"),
        (("380", " RE\n 1 ", "Müller\t& Söhne"), "Rechnung RE 1 · Müller & Söhne"),
        (("380", "9" * 500, None), f"Rechnung {'9' * 79}…"),
    ],
)
def test_an_invoice_is_called_by_what_it_says(said: tuple[str | None, str | None, str | None], title: str) -> None:
    assert title_of_invoice(*said) == title


def a_finding(rule: str, severity: Severity = Severity.FATAL, **said: object) -> dict[str, object]:
    plain = {"term": None, "line": None, "message": f"{rule} ist verletzt.", "remedy": ""}
    return {"rule": rule, "severity": severity, **plain, **said}


def test_the_supplier_is_told_what_refuses_the_invoice_and_nothing_else() -> None:
    findings = [
        a_finding("BR-CO-15", term="BT-112", line=40, remedy="Den Bruttobetrag neu berechnen."),
        a_finding("BR-CO-15", term="BT-112", line=41),
        a_finding("BR-DE-21", Severity.WARNING),
        a_finding("EAKTE-IBAN-1", Severity.HINT),
        a_finding("BR-CL-03", Severity.ERROR),
    ]
    text = complaint("RE-1", date(2026, 9, 1), findings)
    assert "Ihre Rechnung RE-1 vom 01.09.2026 können wir so nicht annehmen." in text
    assert "1. BR-CO-15 ist verletzt.\n   Bitte: Den Bruttobetrag neu berechnen." in text
    assert "(Regel BR-CO-15, Angabe BT-112, Zeile 40)" in text
    assert "2. BR-CL-03 ist verletzt." in text
    assert "BR-DE-21" not in text
    assert "EAKTE" not in text


def test_a_letter_stays_a_letter_however_much_is_wrong() -> None:
    text = complaint(None, None, [a_finding(f"BR-{number:02}") for number in range(1, 60)])
    assert "Ihre elektronische Rechnung können wir so nicht annehmen." in text
    assert "20. " in text and "21. " not in text
    assert "Weitere Fehler nennt das Prüfergebnis." in text
