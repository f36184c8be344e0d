"""The second opinion: a small official configuration made for the test judges letters instead of invoices."""

import os
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.invoices import a_cii_invoice, a_ubl_invoice, instances, needs_corpus
from xrechnung.adapters.kosit import BundleUnusable, Opinion, SecondOpinion, disagreement
from xrechnung.judging.verdict import Finding, Refusal, Severity, Verdict

pytestmark = pytest.mark.skipif(find_spec("saxonche") is None, reason="the extra eakte[kosit] is not installed")

SCENARIOS = """<?xml version="1.0" encoding="UTF-8"?>
<scenarios xmlns="http://www.xoev.de/de/validator/framework/1/scenarios" frameworkVersion="1.0.0">
  <name>Briefe</name><date>2026-08-31</date>
  <scenario>
    <name>Amtlicher Brief</name>
    <namespace prefix="b">urn:brief</namespace><namespace prefix="rep">http://www.xoev.de/de/validator/varl/1</namespace>
    <match>exists(/b:brief/b:art[ . = 'amtlich'])</match>
    <validateWithXmlSchema><resource><name>Schema</name>
      <location>resources/xsd/brief.xsd</location></resource></validateWithXmlSchema>
    <validateWithSchematron><resource><name>Form</name>
      <location>resources/xsl/form.xsl</location></resource></validateWithSchematron>
    <validateWithSchematron><resource><name>Zahl</name>
      <location>resources/xsl/zahl.xsl</location></resource></validateWithSchematron>
    <createReport><resource><name>Bericht</name><location>resources/bericht.xsl</location></resource>
      <customLevel level="warning">B-2 B-9</customLevel><customLevel level="error">B-3</customLevel></createReport>
    <acceptMatch>/rep:report/rep:assessment[1]/rep:accept[1]</acceptMatch>
  </scenario>
  <scenario>
    <name>Eilbrief</name><namespace prefix="b">urn:brief</namespace>
    <match>exists(/b:brief/b:art[. = 'eilig'])</match>
    <validateWithXmlSchema><resource><name>Schema</name>
      <location>resources/xsd/brief.xsd</location></resource></validateWithXmlSchema>
    <createReport><resource><name>Bericht</name><location>resources/bericht.xsl</location></resource></createReport>
  </scenario>
</scenarios>"""
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:tag" targetNamespace="urn:brief"
  elementFormDefault="qualified"><xs:import namespace="urn:tag" schemaLocation="gemeinsam/tag.xsd"/>
  <xs:element name="brief"><xs:complexType><xs:sequence>
    <xs:element name="art" type="xs:string" maxOccurs="2"/><xs:element ref="t:tag"/>
    <xs:element name="anrede" type="xs:string" minOccurs="0"/><xs:element name="zahl" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element></xs:schema>"""
DAY = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:tag">
  <xs:element name="tag" type="xs:date"/></xs:schema>"""
SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:b="urn:brief"
  xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:template match="/"><svrl:schematron-output>{}</svrl:schematron-output></xsl:template></xsl:stylesheet>"""
FORM = SHEET.format("""
  <xsl:if test="not(/*/b:anrede)"><svrl:failed-assert id="B-1" flag="fatal"/></xsl:if>
  <xsl:if test="/*/b:anrede = 'Hallo'"><svrl:failed-assert id="B-2" flag="fatal"/></xsl:if>
  <xsl:if test="/*/b:anrede = 'He'"><svrl:successful-report id="B-3" role="warning"/></xsl:if>
  <xsl:if test="/*/b:anrede = 'Ähem'"><svrl:failed-assert id="B-4" flag="information"/></xsl:if>""")
NUMBER = SHEET.format(
    """<xsl:if test="/*/b:zahl and xs:decimal(/*/b:zahl) lt 0"><svrl:failed-assert id="B-5"/></xsl:if>"""
)
CONFIGURATION = {
    "scenarios.xml": SCENARIOS,
    "resources/xsd/brief.xsd": SCHEMA,
    "resources/xsd/gemeinsam/tag.xsd": DAY,
    "resources/xsl/form.xsl": FORM,
    "resources/xsl/zahl.xsl": NUMBER,
    "resources/bericht.xsl": SHEET.format(""),
    "README.md": "Liesmich",
}


def a_folder(path: Path, **changed: str) -> Path:
    for name, content in (CONFIGURATION | changed).items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content, "utf-8")
    return path


def a_zip(path: Path, around: str = "", **added: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (CONFIGURATION | added).items():
            archive.writestr(around + name, content)
    return path


@pytest.fixture(scope="module")
def opinion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondOpinion]:
    with SecondOpinion.open(a_zip(tmp_path_factory.mktemp("kosit") / "konfiguration.zip")) as opened:
        yield opened


def a_letter(art: str = "amtlich", day: str = "2026-09-01", more: str = "<anrede>Sehr geehrte</anrede>") -> bytes:
    return (f'<brief xmlns="urn:brief"><art>{art}</art><t:tag xmlns:t="urn:tag">{day}</t:tag>{more}</brief>').encode()


@pytest.mark.parametrize(
    ("letter", "refusal", "fired"),
    [
        (a_letter(), None, set()),
        (a_letter(day=" 2026-09-01 "), None, set()),
        (a_letter(more="<anrede>Ähem</anrede>"), None, {("B-4", "information")}),
        (a_letter(more="<anrede>Hallo</anrede>"), None, {("B-2", "warning")}),
        (a_letter(more="<anrede>He</anrede>"), Refusal.RULES, {("B-3", "error")}),
        (a_letter(more=""), Refusal.RULES, {("B-1", "error")}),
        (a_letter(more="<zahl>-1</zahl>"), Refusal.RULES, {("B-1", "error"), ("B-5", "error")}),
        (a_letter(more="<zahl>drei</zahl>"), Refusal.UNDEFINED, {("B-1", "error")}),
        (a_letter(day="heute"), Refusal.STRUCTURE, set()),
        (a_letter(art=" amtlich "), Refusal.SCENARIO, set()),
        (a_letter(art="amtlich</art><art>eilig"), Refusal.SCENARIO, set()),
        (b"<brief", Refusal.XML, set()),
        (b"<!DOCTYPE brief><brief/>", Refusal.XML, set()),
    ],
)
def test_an_official_configuration_decides_step_by_step(
    opinion: SecondOpinion, letter: bytes, refusal: Refusal | None, fired: set[tuple[str, str]]
) -> None:
    said = opinion.judge(letter)
    assert (said.refusal, said.fired) == (refusal, fired)
    assert said.accepted is (refusal is None)
    assert said.release == "2026-08-31"


def test_what_stopped_the_rules_is_said(opinion: SecondOpinion) -> None:
    assert "resources/xsl/zahl.xsl" in str(opinion.judge(a_letter(more="<zahl>drei</zahl>")).error)
    assert "heute" in str(opinion.judge(a_letter(day="heute")).error)


def test_letters_in_another_encoding_are_read(opinion: SecondOpinion) -> None:
    letter = '<?xml version="1.0" encoding="ISO-8859-1"?>' + a_letter(more="<anrede>Ähem</anrede>").decode()
    assert opinion.judge(letter.encode("latin-1")).fired == {("B-4", "information")}


def test_many_threads_may_ask_at_once(opinion: SecondOpinion) -> None:
    letters = [a_letter(more=""), a_letter()] * 10
    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(opinion.judge, letters))
    assert [each.accepted for each in said] == [False, True] * 10


def test_a_folder_serves_as_well_as_an_archive_with_a_folder_in_it(tmp_path: Path) -> None:
    for bundle in (a_folder(tmp_path / "offen"), a_zip(tmp_path / "gepackt.zip", around="konfiguration/")):
        with SecondOpinion.open(bundle) as opened:
            assert opened.judge(a_letter()).accepted


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"scenarios.xml": "<scenarios"}, "nicht lesbar"),
        ({"scenarios.xml": "<!DOCTYPE x><scenarios/>"}, "nicht lesbar"),
        ({"scenarios.xml": "<scenarios/>"}, "kein Szenario"),
        ({"scenarios.xml": SCENARIOS.replace("form.xsl", "fehlt.xsl")}, "fehlt die Datei „resources/xsl/fehlt.xsl“"),
        ({"scenarios.xml": SCENARIOS.replace("form.xsl", "../../../fremd.xsl")}, "fehlt die Datei"),
        ({"scenarios.xml": SCENARIOS.replace("rep:accept[1]", "rep:reject[1]")}, "nicht bekannt"),
        ({"scenarios.xml": SCENARIOS.replace('level="warning"', 'level="egal"')}, "unbekannte Stufe"),
    ],
)
def test_a_configuration_with_a_fault_is_refused_when_it_is_opened(
    tmp_path: Path, changed: dict[str, str], reason: str
) -> None:
    with pytest.raises(BundleUnusable, match=reason):
        SecondOpinion.open(a_folder(tmp_path, **changed))


def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleUnusable, match="unzulässigen Pfad"):
        SecondOpinion.open(a_zip(tmp_path / "boese.zip", **{"../../etc/boese.xsl": "x"}))
    (tmp_path / "kein.zip").write_bytes(b"PK\x03\x04kaputt")
    with pytest.raises(BundleUnusable, match="kein lesbares ZIP-Archiv"):
        SecondOpinion.open(tmp_path / "kein.zip")
    with pytest.raises(BundleUnusable, match="gibt es nicht"):
        SecondOpinion.open(tmp_path / "fehlt.zip")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("resources/xsd/brief.xsd", SCHEMA.replace("gemeinsam/tag.xsd", "/etc/passwd")),
        ("resources/xsd/brief.xsd", SCHEMA.replace("gemeinsam/tag.xsd", "http://127.0.0.1:9/tag.xsd")),
        ("resources/xsl/form.xsl", SHEET.format("<xsl:value-of select='nirgends('/>")),
    ],
)
def test_a_faulty_schema_or_stylesheet_is_the_fault_of_the_configuration(
    tmp_path: Path, file: str, content: str
) -> None:
    with SecondOpinion.open(a_folder(tmp_path, **{file: content})) as opened, pytest.raises(BundleUnusable):
        opened.judge(a_letter())


def test_stylesheets_read_no_files(tmp_path: Path) -> None:
    curious = SHEET.format("<svrl:text><xsl:value-of select=\"unparsed-text('file:///etc/hostname')\"/></svrl:text>")
    with SecondOpinion.open(a_folder(tmp_path, **{"resources/xsl/form.xsl": curious})) as opened:
        assert opened.judge(a_letter()).refusal is Refusal.UNDEFINED


def a_verdict(refusal: Refusal | None, *rules: tuple[str, Severity]) -> Verdict:
    findings = tuple(Finding(rule, severity, "…", official=severity is not Severity.HINT) for rule, severity in rules)
    return Verdict("2026-08-31", refusal=refusal, findings=findings)


def an_opinion(refusal: Refusal | None, *fired: tuple[str, str]) -> Opinion:
    return Opinion("2026-08-31", refusal, fired=frozenset(fired))


@pytest.mark.parametrize(
    ("verdict", "opinion"),
    [
        (a_verdict(None), an_opinion(None)),
        (
            a_verdict(None, ("EAKTE-IBAN-1", Severity.HINT), ("BR-DE-21", Severity.WARNING)),
            an_opinion(None, ("BR-DE-21", "warning")),
        ),
        (a_verdict(Refusal.RULES, ("BR-01", Severity.FATAL)), an_opinion(Refusal.RULES, ("BR-01", "error"))),
        (a_verdict(Refusal.STRUCTURE, ("XSD", Severity.ERROR)), an_opinion(Refusal.STRUCTURE)),
        (
            a_verdict(Refusal.UNDEFINED, ("UNDEFINED", Severity.ERROR)),
            an_opinion(Refusal.UNDEFINED, ("BR-01", "error")),
        ),
    ],
)
def test_the_same_decision_for_the_same_reasons_is_no_disagreement(verdict: Verdict, opinion: Opinion) -> None:
    assert disagreement(verdict, opinion) is None


def test_a_disagreement_about_acceptance_names_both_sides() -> None:
    found = disagreement(a_verdict(None), an_opinion(Refusal.RULES, ("BR-01", "error")))
    assert found is not None
    assert found.is_about_acceptance
    assert found.only_theirs == {("BR-01", "error")}
    assert found.summary == (
        "Die amtliche Konfiguration (2026-08-31) weist die Rechnung zurück, wir nicht. Nur dort: BR-01 (error)."
    )
    assert found.as_json()["theirs"] == "rules"


def test_a_rule_that_weighs_differently_is_a_disagreement() -> None:
    found = disagreement(a_verdict(None, ("BR-CL-23", Severity.WARNING)), an_opinion(None, ("BR-CL-23", "information")))
    assert found is not None
    assert not found.is_about_acceptance
    assert "entscheidet gleich" in found.summary
    assert (found.only_ours, found.only_theirs) == ({("BR-CL-23", "warning")}, {("BR-CL-23", "information")})


BUNDLE = os.environ.get("EAKTE_TEST_KOSIT_BUNDLE", "")
needs_bundle = pytest.mark.skipif(not BUNDLE, reason="EAKTE_TEST_KOSIT_BUNDLE names no official configuration")


@needs_bundle
def test_the_official_configuration_accepts_our_invoices() -> None:
    with SecondOpinion.open(Path(BUNDLE)) as official:
        for invoice in (a_ubl_invoice(), a_cii_invoice()):
            assert official.judge(invoice) == Opinion(official.release, None, official.judge(invoice).scenario)


@needs_bundle
@needs_corpus
def test_the_official_configuration_says_of_the_corpus_what_is_expected() -> None:
    with SecondOpinion.open(Path(BUNDLE)) as official:
        for one in instances("testsuite-standard", "testsuite-extension", "kosit-config"):
            said = official.judge(one.content)
            expected = (one.expected["accept"], one.expected.get("scenario"))
            assert (one.name, said.accepted, said.scenario) == (one.name, *expected)
