"""The invoice is found in a hybrid PDF however it was put there, or it is said why not."""

import hashlib
import io
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import AttachedFileSpec, Dictionary, Encryption, Name, ObjectStreamMode, Pdf

from tests.support.invoices import CORPUS, a_cii_invoice, a_ubl_invoice, instances, needs_corpus
from xrechnung.adapters.embedding import EmbeddingRefused, is_pdf
from xrechnung.adapters.hybrid_pdf import Profile, embedded_files, extract_invoice
from xrechnung.adapters.xml import MOST_BYTES

INVOICE = a_cii_invoice()
HOSTILE = CORPUS.parent / "hostile" / "dev"


def a_pdf(*files: tuple[str, bytes, str | None], **saved: Any) -> bytes:
    """A PDF of one empty page with files in it: name, content, relationship."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, data, relationship in files:
            attached = AttachedFileSpec(pdf, data, filename=name)
            if relationship is not None:
                attached.obj[Name.AFRelationship] = Name(relationship)
            pdf.attachments[name] = attached
        return saved_pdf(pdf, **saved)


def saved_pdf(pdf: Pdf, **saved: Any) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **saved)
    return target.getvalue()


def refusal_of(pdf: bytes | Path) -> EmbeddingRefused:
    with pytest.raises(EmbeddingRefused) as refused:
        extract_invoice(pdf)
    assert refused.value.reason.endswith(".")
    return refused.value


def test_the_invoice_comes_out_as_it_went_in() -> None:
    found = extract_invoice(a_pdf(("factur-x.xml", INVOICE, "/Alternative")))
    assert (found.name, found.data, found.relationship) == ("factur-x.xml", INVOICE, "/Alternative")
    assert found.profile == Profile()


def test_it_is_found_under_a_name_nobody_agreed_on() -> None:
    found = extract_invoice(a_pdf(("aufmass.xml", b"<Aufmass/>", None), ("Rechnung 4711.txt", INVOICE, None)))
    assert found.name == "Rechnung 4711.txt"
    assert found.candidates == ("Rechnung 4711.txt",)
    assert set(found.attachments) == {"aufmass.xml", "Rechnung 4711.txt"}


def test_of_several_the_agreed_name_comes_first_then_the_alternative() -> None:
    other = a_ubl_invoice()
    named = extract_invoice(a_pdf(("a.xml", other, "/Alternative"), ("xrechnung.xml", INVOICE, "/Data")))
    assert named.candidates == ("xrechnung.xml", "a.xml")
    related = extract_invoice(a_pdf(("factur-x.xml", other, "/Data"), ("xrechnung.xml", INVOICE, "/Alternative")))
    assert related.candidates == ("xrechnung.xml", "factur-x.xml")


def test_an_agreed_name_without_an_invoice_is_taken_only_when_there_is_nothing_better() -> None:
    broken = ("factur-x.xml", INVOICE[:-40], "/Alternative")
    assert extract_invoice(a_pdf(("factur-x.xml", b"<nothing", None))).data == b"<nothing"
    assert extract_invoice(a_pdf(("factur-x.xml", b"<nothing", None), ("b.xml", INVOICE, None))).name == "b.xml"
    assert extract_invoice(a_pdf(broken)).data == broken[1]


def test_an_invoice_in_another_encoding_is_recognised_as_one() -> None:
    text = INVOICE.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert extract_invoice(a_pdf(("beleg.xml", text.encode("utf-16"), None))).name == "beleg.xml"


@pytest.mark.parametrize("streams", ObjectStreamMode)
def test_object_streams_are_no_hiding_place(streams: ObjectStreamMode) -> None:
    pdf = a_pdf(("factur-x.xml", INVOICE, "/Data"), object_stream_mode=streams)
    assert extract_invoice(pdf).data == INVOICE


def test_an_encrypted_pdf_is_read_unless_it_asks_for_a_password() -> None:
    file = ("factur-x.xml", INVOICE, "/Data")
    assert extract_invoice(a_pdf(file, encryption=Encryption(owner="secret", user=""))).data == INVOICE
    assert refusal_of(a_pdf(file, encryption=Encryption(owner="secret", user="secret"))).code == "encrypted"


def test_a_file_that_is_only_associated_or_only_pinned_to_a_page_is_found() -> None:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        place = AttachedFileSpec(pdf, INVOICE, filename="rechnung.xml").obj
        pdf.Root.AF = pikepdf.Array([place])
        associated = saved_pdf(pdf)
        del pdf.Root.AF
        page.Annots = pikepdf.Array([Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, FS=place)])
        pinned = saved_pdf(pdf)
    assert extract_invoice(associated).name == "rechnung.xml"
    assert extract_invoice(pinned).name == "rechnung.xml"


def test_a_name_is_never_a_path() -> None:
    pdf = a_pdf(("../../etc/factur-x.xml", INVOICE, None), ("C:\\Rechnungen\\Aufmaß.pdf", b"%PDF-", None))
    found = extract_invoice(pdf)
    assert found.name == "factur-x.xml"
    assert set(found.attachments) == {"factur-x.xml", "Aufmaß.pdf"}


def test_a_damaged_pdf_is_recovered_as_far_as_possible() -> None:
    pdf = a_pdf(("factur-x.xml", INVOICE, "/Data"), object_stream_mode=ObjectStreamMode.disable)
    without_table = pdf[: pdf.rindex(b"startxref")]
    assert extract_invoice(without_table).data == INVOICE
    assert extract_invoice(b"Rubbish before\n" + pdf).data == INVOICE
    assert refusal_of(b"%PDF-1.7 and nothing else").code == "broken"


def test_a_pdf_without_an_invoice_says_so() -> None:
    assert refusal_of(a_pdf(("aufmass.xml", b"<Aufmass/>", None))).code == "no-invoice"
    assert refusal_of(a_pdf()).code == "no-invoice"


def test_a_file_that_would_unpack_to_gigabytes_is_refused() -> None:
    beginning = b"<Invoice><!--"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        attached = AttachedFileSpec(pdf, b"", filename="factur-x.xml")
        packer = zlib.compressobj()
        packed = packer.compress(beginning)
        for _ in range(MOST_BYTES // (1 << 20) + 2):
            packed += packer.compress(bytes(1 << 20))
        attached.obj.EF.F.write(packed + packer.flush(), filter=Name.FlateDecode)
        pdf.attachments["factur-x.xml"] = attached
        bomb = saved_pdf(pdf)
    assert len(bomb) < 500_000
    assert refusal_of(bomb).code == "undecodable"
    assert [file.data for file in embedded_files(bomb)] == [None]


def test_a_damaged_attachment_does_not_hide_the_invoice() -> None:
    with pikepdf.open(io.BytesIO(a_pdf(("a.pdf", b"%PDF-" * 100, None), ("xrechnung.xml", INVOICE, None)))) as pdf:
        pdf.attachments["a.pdf"].obj.EF.F.write(b"no flate at all", filter=Name.FlateDecode)
        damaged = saved_pdf(pdf, compress_streams=False)
    assert extract_invoice(damaged).data == INVOICE
    assert {file.name: file.data for file in embedded_files(damaged)} == {"a.pdf": None, "xrechnung.xml": INVOICE}


def test_a_name_tree_that_bites_its_tail_ends() -> None:
    with pikepdf.open(io.BytesIO(a_pdf(("factur-x.xml", INVOICE, None)))) as pdf:
        tree = pdf.make_indirect(pdf.Root.Names.EmbeddedFiles)
        pdf.Root.Names.EmbeddedFiles = tree
        tree.Kids = pikepdf.Array([tree, tree])
        looped = saved_pdf(pdf)
    assert extract_invoice(looped).name == "factur-x.xml"


def test_limits_of_the_pdf_library_are_left_as_they_were() -> None:
    before = pikepdf.settings.get_qpdf_limits()
    extract_invoice(a_pdf(("factur-x.xml", INVOICE, None)))
    refusal_of(b"%PDF-")
    assert pikepdf.settings.get_qpdf_limits() == before


def test_a_pdf_is_told_from_xml_that_speaks_of_one() -> None:
    assert is_pdf(a_pdf())
    assert is_pdf(b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n%PDF-1.4")
    assert not is_pdf(b"\xef\xbb\xbf<?xml version='1.0'?><a>%PDF-1.4</a>")
    assert not is_pdf(b"")


@pytest.mark.skipif(not HOSTILE.is_dir(), reason=f"no test data at {HOSTILE}; EAKTE_TEST_DATA names its folder")
def test_no_hostile_pdf_does_more_than_be_refused() -> None:
    codes = {file.name: refusal_of(file).code for file in sorted(HOSTILE.glob("*.pdf"))}
    assert codes["verschluesselt-userpw.pdf"] == "encrypted"
    assert codes["objstm-bombe.pdf"] == "broken"
    assert codes["mit-exe-anhang.pdf"] == "no-invoice"


@needs_corpus
def test_every_hybrid_invoice_of_the_corpus_gives_what_lies_beside_it() -> None:
    hybrids = [one.expected for one in instances("zugferd-pdf") if one.expected.get("pdf")]
    assert hybrids
    for expected in hybrids:
        found = extract_invoice(CORPUS / expected["pdf"])
        assert hashlib.sha256(found.data).hexdigest() == expected["sha256"]
        assert found.name == expected["embedded"]
        assert found.relationship == expected["af_relationship"]
        assert sorted(found.attachments) == sorted(expected["attachments"])
        claimed = expected["xmp"]
        assert found.profile.version == claimed.get("Version")
        assert found.profile.conformance_level == claimed.get("ConformanceLevel")
        if len(found.candidates) == len(found.attachments):
            assert found.profile.file_name == claimed.get("DocumentFileName")


@needs_corpus
def test_a_pdf_of_the_corpus_without_xml_is_refused() -> None:
    plain = [one for one in instances("zugferd-pdf") if one.name.endswith(".pdf")]
    assert {refusal_of(one.content).code for one in plain} == {"no-invoice"}
