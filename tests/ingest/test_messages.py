"""E-mails and texts become pages: header, words and a list of what is enclosed; nothing runs, nothing is loaded."""

import base64
import hashlib
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms

from ingest.recognition import errors
from ingest.recognition.confined import inspect, recognize
from ingest.recognition.results import MediaType, Recognition, RecognitionLimits
from tests.ingest.papers import text_of

LIMITS = RecognitionLimits(timeout_s=60, memory_mb=800, max_pages=50)
LETTER = "%PDF-1.4 kein echtes PDF"


def a_message(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Käthe Groß <k.gross@example.org>"
    message["To"] = "poststelle@example.org"
    message["Date"] = "Mon, 03 Jun 2024 08:00:00 +0200"
    for name, value in {"Subject": "Förderung – Größenänderung", **headers}.items():
        message[name] = value
    return message


def read(tmp_path: Path, content: bytes, *, limits: RecognitionLimits = LIMITS) -> Recognition:
    source, workdir = tmp_path / "datei", tmp_path / "work"
    source.write_bytes(content)
    workdir.mkdir()
    inspect(source, limits=limits)
    return recognize(source, workdir, limits=limits)


def codes(found: Recognition) -> set[str]:
    return {warning.code for warning in found.warnings}


def words(found: Recognition) -> str:
    return "\n".join(page.text for page in found.pages)


def test_an_email_becomes_an_archival_file_with_header_and_words(tmp_path: Path) -> None:
    message = a_message()
    message.set_content("Anbei der Antrag zu 51.10-KITA-0774/24.\n\nViele Grüße")
    found = read(tmp_path, message.as_bytes())
    assert (found.media_type, found.pdfa_level, codes(found)) == (MediaType.EMAIL, "2b", set()), found.findings
    for expected in ("Käthe Groß", "03.06.2024, 08:00:00 +0200", "Förderung – Größenänderung", "51.10-KITA-0774/24"):
        assert expected in words(found)
    assert found.pages[0].preview is not None and found.pages[0].preview.exists()


def test_attachments_are_listed_with_their_hash_and_stay_in_the_original(tmp_path: Path) -> None:
    message = a_message()
    message.set_content("siehe Anlage")
    message.add_attachment(LETTER.encode(), maintype="application", subtype="pdf", filename="Antrag Größe.pdf")
    found = read(tmp_path, message.as_bytes())
    assert codes(found) == {"enclosures"}
    assert "Antrag Größe.pdf" in words(found)
    assert found.archival is not None
    assert hashlib.sha256(LETTER.encode()).hexdigest() in "".join(text_of(found.archival)).replace("\n", "")
    with pikepdf.open(found.archival) as pdf:
        assert len(pdf.attachments) == 0


def test_a_program_in_a_message_is_named(tmp_path: Path) -> None:
    message = a_message()
    message.set_content("bitte öffnen")
    message.add_attachment(b"MZ\x90", maintype="application", subtype="pdf", filename="Rechnung.pdf.exe")
    assert "enclosed-program" in codes(read(tmp_path, message.as_bytes()))


@pytest.mark.parametrize(
    "snare",
    [
        "<script>document.title</script>",
        '<img src="http://127.0.0.1:9/pixel.gif">',
        '<p onclick="a()">x</p>',
        '<p style="background:url(http://127.0.0.1:9/)">x</p>',
        '<iframe src="https://example.org"></iframe>',
        '<a href="javascript:a()">x</a>',
        '<link rel="stylesheet" href="//example.org/a.css">',
    ],
)
def test_what_would_run_or_reach_out_is_left_out_and_said(tmp_path: Path, snare: str) -> None:
    message = a_message()
    message.set_content(f"<html><body><h1>Bescheid</h1><p>Grüße</p>{snare}</body></html>", subtype="html")
    found = read(tmp_path, message.as_bytes())
    assert codes(found) == {"html-made-harmless"}
    assert "Bescheid\nGrüße" in words(found)
    assert "document.title" not in words(found) and "pixel" not in words(found)


def test_an_ordinary_link_is_shown_with_where_it_leads(tmp_path: Path) -> None:
    message = a_message()
    message.set_content('<p>Zum <a href="https://stadt.example/antrag">Antrag</a></p>', subtype="html")
    found = read(tmp_path, message.as_bytes())
    assert "Antrag <https://stadt.example/antrag>" in words(found)
    assert codes(found) == set()


def test_hidden_words_of_a_page_are_no_words_of_the_message(tmp_path: Path) -> None:
    message = a_message()
    message.set_content('<p>sichtbar</p><p style="display:none">unsichtbar-verborgen</p>', subtype="html")
    assert "unsichtbar-verborgen" not in words(read(tmp_path, message.as_bytes()))


def test_a_forwarded_message_is_read_too(tmp_path: Path) -> None:
    inner, outer = a_message(Subject="Ursprung"), a_message(Subject="WG: Ursprung")
    inner.set_content("Das steht innen.")
    outer.set_content("Das steht außen.")
    outer.add_attachment(inner)
    found = read(tmp_path, outer.as_bytes())
    assert words(found).index("außen") < words(found).index("Weitergeleitete Nachricht") < words(found).index("innen")


def test_a_message_of_endless_depth_is_refused(tmp_path: Path) -> None:
    content = b"From: a@b.de\nDate: x\nSubject: tief\n"
    for level in range(60):
        content += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    with pytest.raises(errors.MessageTooComplex):
        read(tmp_path, content + b"Content-Type: text/plain\n\nText\n")


def test_an_encrypted_message_is_named(tmp_path: Path) -> None:
    head = b"From: a@b.de\nTo: c@d.de\nDate: x\nMIME-Version: 1.0\n"
    with pytest.raises(errors.EncryptedMessage, match="verschlüsselt"):
        read(tmp_path, head + b"Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n")


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ("=?utf-8?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        ("=?iso-8859-1?Q?Gr=F6=DFe?=", "Größe"),
        ("=?x-unbekannt?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        ("=?utf-8?B?R3LDtsOf?= =?utf-8?B?ZQ==?=", "Größe"),
        ("=?utf-8?B?kaputt!!!?=", ""),
    ],
)
def test_subjects_are_read_whatever_they_are_coded_in(tmp_path: Path, header: str, seen: str) -> None:
    content = f"From: a@b.de\nTo: c@d.de\nDate: x\nSubject: {header}\n\nText\n".encode()
    assert seen in words(read(tmp_path, content))


def test_eight_bit_headers_are_read(tmp_path: Path) -> None:
    content = "From: a@b.de\nTo: c@d.de\nDate: x\nSubject: Größe\n\nText\n"
    for coding in ("utf-8", "cp1252"):
        folder = tmp_path / coding
        folder.mkdir()
        assert "Größe" in words(read(folder, content.encode(coding)))


def test_a_charset_that_lies_is_not_believed(tmp_path: Path) -> None:
    head = b"From: a@b.de\nTo: c@d.de\nDate: x\nContent-Type: text/plain; charset=us-ascii\n\n"
    assert "Grüße" in words(read(tmp_path, head + "Grüße".encode()))


def test_letters_no_font_has_are_found_all_the_same(tmp_path: Path) -> None:
    found = read(tmp_path, "Gespräch mit 王芳 über die Größe".encode())
    assert found.pdfa_level == "2b"
    assert "王芳" in words(found)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15"])
def test_texts_are_read_whatever_they_are_coded_in(tmp_path: Path, coding: str) -> None:
    found = read(tmp_path, "Aktennotiz: Größe geprüft, 5 Euro\r\nGezeichnet Müller".encode(coding))
    assert "Aktennotiz: Größe geprüft, 5 Euro\nGezeichnet Müller" in words(found)
    assert codes(found) == set()


def test_each_page_of_a_long_text_keeps_its_own_words(tmp_path: Path) -> None:
    lines = [f"Zeile Nummer {number} der Niederschrift" for number in range(400)]
    found = read(tmp_path, "\n".join(lines).encode())
    assert len(found.pages) > 5
    assert [line for page in found.pages for line in page.text.splitlines() if line.startswith("Zeile")] == lines
    assert found.archival is not None
    with pikepdf.open(found.archival) as pdf:
        assert len(pdf.pages) == len(found.pages)


def test_a_text_of_too_many_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.TooManyPages):
        read(tmp_path, b"Zeile\n" * 10_000, limits=RecognitionLimits(timeout_s=60, memory_mb=800, max_pages=20))


def test_a_signed_message_in_an_envelope_is_opened(tmp_path: Path) -> None:
    head = b"From: a@b.de\nTo: c@d.de\nDate: x\nMIME-Version: 1.0\n"
    body = b"Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: text/plain\n\nUnterschrieben\n--b\n"
    signature = base64.encodebytes(b"keine")
    content = head + body + b"Content-Type: application/pkcs7-signature\n\n" + signature + b"\n--b--\n"
    found = read(tmp_path, content)
    assert codes(found) == {"message-signed"}
    assert "Unterschrieben" in words(found)


def an_envelope(content: bytes) -> bytes:
    """S/MIME in DER as far as a reader without keys looks: signed data around some content."""
    inside = {"content_type": "data", "content": content}
    signed = {"version": "v1", "digest_algorithms": [], "encap_content_info": inside, "signer_infos": []}
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def test_an_opaque_signed_message_is_opened(tmp_path: Path) -> None:
    found = read(tmp_path, an_envelope("Content-Type: text/plain; charset=utf-8\n\nGrüße".encode()))
    assert (found.media_type, codes(found)) == (MediaType.EMAIL, {"message-signed"})
    assert "Grüße" in words(found)


def test_a_signed_file_in_an_envelope_is_listed(tmp_path: Path) -> None:
    found = read(tmp_path, an_envelope(LETTER.encode()))
    assert codes(found) == {"message-signed", "enclosures"}
    assert "signierter Inhalt" in words(found)


def test_quotation_marks_of_windows_are_read_where_latin_1_was_said(tmp_path: Path) -> None:
    head = b"From: a@b.de\nTo: c@d.de\nDate: x\nContent-Type: text/plain; charset=iso-8859-1\n\n"
    assert "„läuft“ – 5 €" in words(read(tmp_path, head + "„läuft“ – 5 €".encode("cp1252")))
