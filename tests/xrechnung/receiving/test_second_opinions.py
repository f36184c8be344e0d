"""The official configuration judges along, and where it differs a person is asked."""

import signal
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import pytest

from eakte.foundation.settings import XrechnungSettings
from eakte.foundation.work import House
from tests.support.invoices import XRECHNUNG, a_cii_invoice, a_hybrid_pdf, a_ubl_invoice
from tests.xrechnung.receiving.conftest import Accounting
from xrechnung.adapters.kosit import BundleUnusable
from xrechnung.adapters.opinion_process import OpinionMissing, OpinionProcess
from xrechnung.messages import SeekSecondOpinion
from xrechnung.tasks import seek_second_opinion

pytestmark = pytest.mark.skipif(find_spec("saxonche") is None, reason="the extra eakte[kosit] is not installed")

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
SCENARIOS = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenarios xmlns="http://www.xoev.de/de/validator/framework/1/scenarios" frameworkVersion="1.0.0">
  <name>Probe</name><date>2026-08-31</date>
  <scenario>
    <name>Rechnung</name>
    <namespace prefix="i">{UBL}Invoice-2</namespace>
    <namespace prefix="c">{UBL}CommonBasicComponents-2</namespace>
    <match>exists(/i:Invoice/c:CustomizationID[. = '{XRECHNUNG}'])</match>
    <validateWithXmlSchema><resource><name>Aufbau</name><location>r/a.xsd</location></resource></validateWithXmlSchema>
    <validateWithSchematron><resource><name>Regel</name><location>r/r.xsl</location></resource></validateWithSchematron>
    <createReport><resource><name>Bericht</name><location>r/r.xsl</location></resource></createReport>
  </scenario>
</scenarios>"""
SCHEMA = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{UBL}Invoice-2">
  <xs:element name="Invoice"><xs:complexType><xs:sequence>
  <xs:any namespace="##other" processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element></xs:schema>"""
RULE = f"""<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:c="{UBL}CommonBasicComponents-2" xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:template match="/"><svrl:schematron-output>
    <xsl:if test="/*/c:ID = 'STRITTIG'"><svrl:failed-assert id="BR-77" flag="fatal"/></xsl:if>
  </svrl:schematron-output></xsl:template></xsl:stylesheet>"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A configuration with one rule that only it knows."""
    (tmp_path / "bundle" / "r").mkdir(parents=True)
    for name, content in (("scenarios.xml", SCENARIOS), ("r/a.xsd", SCHEMA), ("r/r.xsl", RULE)):
        (tmp_path / "bundle" / name).write_text(content, "utf-8")
    return tmp_path / "bundle"


def with_settings(house: House, settings: XrechnungSettings) -> House:
    return House(house.sessions, house.storage, house.settings.model_copy(update={"xrechnung": settings}))


@pytest.fixture
def doubting(accounting: Accounting, bundle: Path) -> Accounting:
    """The same office, whose workers have that configuration."""
    accounting.house = with_settings(accounting.house, XrechnungSettings(kosit_bundle=bundle))
    return accounting


def test_an_opinion_that_agrees_is_noted_and_changes_nothing(doubting: Accounting) -> None:
    invoice = doubting.send(a_ubl_invoice())
    assert (invoice["state"], invoice["disputed"], invoice["secondRelease"]) == ("checked", False, "2026-08-31")


def test_an_invoice_that_the_official_configuration_refuses_waits_for_a_person(doubting: Accounting) -> None:
    invoice = doubting.send(a_ubl_invoice(number="STRITTIG"))
    assert (invoice["state"], invoice["accepted"], invoice["disputed"]) == ("manual_check", True, True)
    figures = doubting.client.get("/metrics").text
    assert "eakte_invoices_disputed 1.0" in figures
    assert 'eakte_invoices{state="manual_check"} 1.0' in figures


def test_a_hybrid_invoice_is_asked_about_too(doubting: Accounting) -> None:
    invoice = doubting.send(a_hybrid_pdf(a_cii_invoice()), "rechnung.pdf")
    # That configuration knows no CII.
    assert (invoice["disputed"], invoice["secondRelease"]) == (True, "2026-08-31")


def test_asking_again_changes_nothing(doubting: Accounting) -> None:
    before = doubting.send(a_ubl_invoice(number="STRITTIG"))
    seek_second_opinion(SeekSecondOpinion(invoice_id=UUID(before["id"])), doubting.house.begin)
    assert doubting.seen(before["id"]) == before


def test_a_configuration_that_is_none_leaves_our_verdict_alone(accounting: Accounting, tmp_path: Path) -> None:
    accounting.house = with_settings(accounting.house, XrechnungSettings(kosit_bundle=tmp_path))
    invoice = accounting.send(a_ubl_invoice())
    assert (invoice["state"], invoice["secondRelease"]) == ("checked", None)


def test_a_process_that_dies_or_dawdles_gives_no_opinion_and_begins_anew(bundle: Path) -> None:
    process = OpinionProcess(bundle, timeout_s=60)
    assert process.judge(a_ubl_invoice()).accepted
    assert process._process is not None
    process._process.kill()
    process._process.wait()
    assert process.judge(a_ubl_invoice()).accepted
    # Stopped, for on a busy machine the answer may be there before we look whether it is late.
    process._process.send_signal(signal.SIGSTOP)
    process._timeout_s = 0.0
    with pytest.raises(OpinionMissing):
        process.judge(a_ubl_invoice())
    process._timeout_s = 60
    assert not process.judge(a_ubl_invoice(number="STRITTIG")).accepted
    process.close()
    with pytest.raises(BundleUnusable):
        OpinionProcess(bundle / "r", timeout_s=60).judge(a_ubl_invoice())


def test_without_an_opinion_the_invoice_says_so(accounting: Accounting, bundle: Path) -> None:
    invoice = accounting.send(a_ubl_invoice())
    hasty = with_settings(accounting.house, XrechnungSettings(kosit_bundle=bundle, timeout_s=0.0))
    seek_second_opinion(SeekSecondOpinion(invoice_id=UUID(invoice["id"])), hasty.begin)
    seen = accounting.seen(invoice["id"])
    assert (seen["state"], seen["secondRelease"]) == ("checked", None)
    assert "kam zu keinem Ergebnis" in seen["remarks"][0]
