"""What accounting sees of an invoice, and where it sees what is wrong with it."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import html

from tests.support.invoices import a_cii_invoice, a_ubl_invoice, with_attachment
from tests.xrechnung.showing.support import TODAY, page_of, read, words
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.verdict import Finding, Severity, Verdict
from xrechnung.model import AllowanceOrCharge, Invoice, InvoiceLine, Item, LineVat, PriceDetails, VatBreakdown
from xrechnung.showing.views import view_html

TWO_STEPS = "#SKONTO#TAGE=14#PROZENT=2.00#\n#SKONTO#TAGE=21#PROZENT=1.00#\n"


def facts(page: html.HtmlElement, label: str) -> list[str]:
    """The values with this label, whatever stands behind it in small print."""
    found = page.xpath(f"//div[@class='fact'][starts-with(normalize-space(dt), '{label}')]/dd")
    return [words(each) for each in found]


def rows(page: html.HtmlElement, caption: str) -> list[list[str]]:
    (table,) = page.xpath(f"//table[caption='{caption}']")
    return [[words(cell) for cell in row.xpath("th|td")] for row in table.xpath("tbody/tr")]


def found(*terms: str, at: str = "", rule: str = "BR-XX", severity: Severity = Severity.FATAL) -> Finding:
    return Finding(rule, severity, "Etwas stimmt nicht.", "Bitte ändern.", terms, at, 7)


def verdict_with(*findings: Finding) -> Verdict:
    return Verdict("2026-08-31", findings=findings)


def marked(page: html.HtmlElement) -> list[str]:
    """What stands at each mark of a finding: the row or the fact it is in."""
    near = "ancestor::*[self::tr or self::div[@class='fact'] or self::section][1]"
    return [words(mark.xpath(near)[0]) for mark in page.xpath("//a[starts-with(@class, 'mark')]")]


@pytest.mark.parametrize("form", [a_ubl_invoice, a_cii_invoice], ids=["ubl", "cii"])
def test_an_accepted_invoice_says_so_with_the_rules_it_was_judged_by(form) -> None:  # type: ignore[no-untyped-def]
    page = page_of(form())
    assert words(page.find(".//h1")) == "Rechnung RE-2026-0815"
    (judgement,) = page.xpath("//section[contains(@class, 'judgement')]")
    assert "angenommen" in words(judgement) and "2026-08-31" in words(judgement)
    assert facts(page, "Zu zahlen") == ["119,00 EUR"]
    assert facts(page, "Fälligkeitsdatum") == ["01.10.2026"]
    assert facts(page, "Kennung des Zahlungskontos") == ["DE02 1203 0000 0000 2020 51"]
    assert facts(page, "Anschrift") == [
        "Am Anger 3 12345 Grünau Deutschland (DE)",
        "Rathausplatz 1 54321 Musterhausen Deutschland (DE)",
    ]
    assert rows(page, "Rechnungspositionen")[0] == [
        "1",
        "Pflege der Grünanlage am Rathaus",
        "1 Stück (H87)",
        "100,00 EUR",
        "19 %",
        "100,00 EUR",
    ]
    assert rows(page, "Umsatzsteueraufschlüsselung") == [
        ["19 %", "Umsatzsteuer mit Regelsatz oder ermäßigtem Satz (S)", "100,00 EUR", "19,00 EUR"]
    ]


def test_a_refused_invoice_shows_the_finding_at_the_value_it_is_about() -> None:
    page = page_of(a_ubl_invoice(gross="120.00"))
    assert "abgelehnt" in words(page.xpath("//section[contains(@class, 'judgement')]")[0])
    (mark, *_) = page.xpath("//tr[contains(., 'Gesamtbetrag der Rechnung mit Umsatzsteuer')]//a[@class='mark fatal']")
    (listed,) = page.xpath(f"//li[@id='{mark.get('href')[1:]}']")
    assert "BR-CO-15" in words(listed) and "Abhilfe" in words(listed)


def test_every_link_of_a_finding_leads_to_a_place_and_every_mark_to_a_finding() -> None:
    page = page_of(a_ubl_invoice(gross="120.00", leitweg="", iban="DE00", vat_id="falsch", due="2026-01-01"))
    targets = [link.get("href") for link in page.xpath("//main//a")]
    places = page.xpath("//@id")
    assert targets and all(target[1:] in places for target in targets)
    assert len(places) == len(set(places))


def test_what_is_missing_is_told_where_it_should_stand() -> None:
    page = html.fromstring(
        view_html(replace(read(a_ubl_invoice()), buyer_reference=None), verdict_with(found("BT-10")))
    )
    assert facts(page, "Käuferreferenz") == ["Fehler 1 nicht angegeben"]


def test_a_group_that_is_missing_is_told_in_its_part_of_the_invoice() -> None:
    page = html.fromstring(view_html(replace(read(a_ubl_invoice()), payment=None), verdict_with(found("BG-16"))))
    (section,) = page.xpath("//section[@aria-labelledby='zahlung']")
    assert section.xpath("p/a[@href='#befund-1']")


def a_line(number: str, *sub_lines: InvoiceLine, **changed: object) -> InvoiceLine:
    line = InvoiceLine(
        number,
        quantity=Decimal(2),
        unit="HUR",
        net=Decimal("20.00"),
        price=PriceDetails(net=Decimal("10.00")),
        vat=(LineVat("S", Decimal(19)),),
        item=Item(f"Leistung {number}"),
        sub_lines=sub_lines,
    )
    return replace(line, **changed)  # type: ignore[arg-type]


LINES = Invoice(currency="EUR", lines=(a_line("1"), a_line("2", a_line("2.1"), a_line("2.2")), a_line("3")))


@pytest.mark.parametrize(
    ("location", "position"),
    [
        ("/ubl:Invoice/cac:InvoiceLine[3]/cbc:LineExtensionAmount", "3"),
        ("/ubl:Invoice/cac:InvoiceLine[2]/cac:SubInvoiceLine[2]/cbc:LineExtensionAmount", "2.2"),
        ("/cn:CreditNote/cac:CreditNoteLine[1]/cbc:LineExtensionAmount", "1"),
        ("/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem[4]", "2.2"),
    ],
)
def test_a_finding_in_one_line_stands_at_that_line_only(location: str, position: str) -> None:
    page = html.fromstring(view_html(LINES, verdict_with(found("BT-131", at=location))))
    (row,) = marked(page)
    assert row.startswith(f"{position} Leistung {position} ")


def test_what_a_line_lacks_is_told_below_that_line() -> None:
    lacking = replace(LINES, lines=(a_line("1"), a_line("2", item=None)))
    page = html.fromstring(view_html(lacking, verdict_with(found("BT-153", at="/ubl:Invoice/cac:InvoiceLine[2]"))))
    assert marked(page) == ["Zu dieser Position Fehler 1"]


def test_findings_alike_in_many_lines_are_one_entry_with_many_places() -> None:
    many = [found("BT-131", at=f"/ubl:Invoice/cac:InvoiceLine[{number}]") for number in (1, 2, 3)]
    page = html.fromstring(view_html(LINES, verdict_with(*many)))
    assert len(page.xpath("//ol[@class='findings']/li")) == 1
    assert len(page.xpath("//ul[@class='places']/li/a")) == 3


def test_the_heaviest_findings_come_first_and_hints_are_told_apart() -> None:
    hint = replace(found("BT-1", rule="EAKTE-X", severity=Severity.HINT), official=False)
    page = html.fromstring(
        view_html(LINES, verdict_with(hint, found("BT-2", severity=Severity.WARNING), found("BT-3")))
    )
    heads = [words(each) for each in page.xpath("//ol[@class='findings']/li/p[1]/strong")]
    assert heads == ["Fehler 1", "Warnung 2", "Hinweis 3"]
    assert "ohne Einfluss auf die Annahme" in words(page.xpath("//li[@id='befund-3']")[0])


def test_of_two_vat_breakdowns_the_wrong_one_is_marked() -> None:
    invoice = Invoice(
        currency="EUR",
        vat_breakdown=(
            VatBreakdown(Decimal(100), Decimal(19), "S", Decimal(19)),
            VatBreakdown(Decimal(100), Decimal(8), "S", Decimal(7)),
        ),
    )
    place = "/ubl:Invoice/cac:TaxTotal/cac:TaxSubtotal[2]/cbc:TaxAmount"
    page = html.fromstring(view_html(invoice, verdict_with(found("BT-117", at=place))))
    (row,) = marked(page)
    assert row.startswith("7 %")


def test_where_allowances_and_charges_are_mixed_no_one_of_them_is_blamed_by_chance() -> None:
    each = AllowanceOrCharge(Decimal(1))
    invoice = Invoice(currency="EUR", allowances=(each, each), charges=(each,))
    page = html.fromstring(view_html(invoice, verdict_with(found("BT-92", at="/ubl:Invoice/cac:AllowanceCharge[3]"))))
    (section,) = page.xpath("//section[@aria-labelledby='nachlaesse']")
    assert not section.xpath(".//table//a") and section.xpath("p/a")


def test_sub_lines_stand_below_their_line_and_name_it() -> None:
    page = html.fromstring(view_html(LINES))
    shown = [row for row in rows(page, "Rechnungspositionen") if len(row) > 1]
    assert [row[0] for row in shown] == ["1", "2", "2.1", "2.2", "3"]
    assert facts(page, "Unterposition zu") == ["2", "2"]


def test_skonto_is_shown_with_the_day_and_what_is_to_be_paid_then() -> None:
    page = page_of(a_ubl_invoice(terms=TWO_STEPS))
    assert rows(page, "Skonto nach den Zahlungsbedingungen") == [
        ["15.09.2026", "2 %", "2,38 EUR", "116,62 EUR"],
        ["22.09.2026", "1 %", "1,19 EUR", "117,81 EUR"],
    ]


def test_skonto_in_free_words_is_no_offer() -> None:
    page = page_of(a_ubl_invoice(terms="2 % Skonto bei Zahlung innerhalb von 10 Tagen"))
    assert not page.xpath("//caption[starts-with(., 'Skonto')]")
    (said,) = facts(page, "Zahlungsbedingungen")
    assert said.endswith("2 % Skonto bei Zahlung innerhalb von 10 Tagen")


def test_attachments_have_links_only_where_their_address_is_known() -> None:
    invoice = read(with_attachment(a_ubl_invoice(), b"x" * 2048))
    without, with_links = (
        html.fromstring(view_html(invoice)),
        html.fromstring(view_html(invoice, attachment_address="/rechnungen/7/anlagen/{number}")),
    )
    assert rows(without, "Rechnungsbegründende Unterlagen")[0][2] == "aufmass.pdf (PDF-Dokument, 2 KB)"
    assert not without.xpath("//table//a")
    assert with_links.xpath("//table//a/@href") == ["/rechnungen/7/anlagen/1"]


def test_a_file_that_cannot_be_read_is_shown_with_the_reason() -> None:
    page = html.fromstring(view_html(Invoice(), judge_invoice(b"<kaputt", today=TODAY)))
    assert "abgelehnt" in words(page) and "Das XML ist nicht lesbar" in words(page)


def test_values_that_cannot_be_understood_are_shown_as_they_stand() -> None:
    page = page_of(a_ubl_invoice(net="hundert", tax="19,00"))
    assert "hundert" in words(page.xpath("//section[@aria-labelledby='unlesbar']")[0])


def test_of_very_many_lines_the_first_are_shown_and_the_page_says_so() -> None:
    many = replace(LINES, lines=tuple(a_line(str(number)) for number in range(1, 1_235)))
    page = html.fromstring(view_html(many, most_lines=100))
    assert len([row for row in rows(page, "Rechnungspositionen") if len(row) > 1]) == 100
    assert "die ersten 100 von 1.234 Positionen" in words(page)
    assert "Weitere Angaben" not in words(page)


HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt; javascript:alert(3) \u202egro.live"


def test_what_a_supplier_writes_stays_text() -> None:
    data = a_ubl_invoice(seller=HOSTILE, item=HOSTILE, terms=HOSTILE, number=HOSTILE, buyer=HOSTILE)
    page = page_of(data)
    source = view_html(read(data), judge_invoice(data, today=TODAY))
    assert not page.xpath("//script|//img|//iframe|//@onerror|//*[@style]")
    assert all(link.startswith("#") for link in page.xpath("//@href"))
    assert "\u202e" not in source and "[U+202E]" in words(page)
    assert "<script>alert(1)</script>" in words(page.find(".//h1"))


def test_the_page_forbids_itself_everything_but_its_own_styles() -> None:
    source = view_html(LINES)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', source)
    assert "default-src &#39;none&#39;" in policy and "unsafe" not in policy
    assert not re.search(r"https?:|url\(|@import", source)


def test_the_same_invoice_gives_the_same_page() -> None:
    data = a_ubl_invoice()
    assert view_html(read(data), judge_invoice(data, today=TODAY)) == view_html(
        read(data), judge_invoice(data, today=TODAY)
    )
