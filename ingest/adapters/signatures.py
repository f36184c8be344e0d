"""Signatures in PDFs that came in (Signaturprüfung), examined with pyHanko. Runs inside the sandbox."""

import asyncio
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    ModificationInfo,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    SignatureStatus,
)
from pyhanko_certvalidator import ValidationContext

from ingest.adapters.cms_trust import SEAL_USES, TrustAnchors, attested_time, context_facts, name_of, trust_in
from ingest.proof.results import Modification, SignatureResult, Trust

_MOST_SIGNATURES = 100
_LONGEST_FIELD_NAME = 200
_MODIFICATIONS = {
    ModificationLevel.NONE: Modification.NONE,
    ModificationLevel.LTA_UPDATES: Modification.MAINTENANCE,
    ModificationLevel.FORM_FILLING: Modification.FORM,
    ModificationLevel.ANNOTATIONS: Modification.ANNOTATIONS,
    ModificationLevel.OTHER: Modification.OTHER,
}
_TOO_WEAK = (AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE, AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
_ADDED = {
    Modification.NONE: "",
    Modification.MAINTENANCE: "Danach kamen nur Angaben zur Prüfung hinzu.",
    Modification.FORM: "Danach wurden Formularfelder ausgefüllt oder weitere Signaturen angebracht.",
    Modification.ANNOTATIONS: "Danach wurden Anmerkungen angebracht.",
    Modification.OTHER: "Danach wurde die Datei verändert; was zu sehen ist, kann vom Signierten abweichen.",
}
_TRUST = {
    Trust.TRUSTED: "Dem Zertifikat wird vertraut.",
    Trust.SELF_ISSUED: "Das Zertifikat hat diese Installation selbst ausgestellt.",
    Trust.UNKNOWN: "Ob dem Aussteller zu vertrauen ist, ist nicht bekannt.",
    Trust.REVOKED: "Das Zertifikat war gesperrt.",
}
_WEAK = "Die Signatur verwendet ein Verfahren, das nicht mehr als sicher gilt; sie beweist nichts."
_DAMAGED = "Die Datei ist beschädigt oder verschlüsselt; ihre Signaturen lassen sich nicht prüfen."
_UNREADABLE = "Das Signaturfeld enthält keine lesbare Signatur."


def examine_here(source: Path, roots: Sequence[bytes], arrived_at: datetime) -> tuple[SignatureResult, ...]:
    """See `ingest.proof.confined.examine_signatures`; `roots` are certificates in DER."""
    anchors = TrustAnchors(tuple(x509.Certificate.load(each) for each in roots))
    try:
        reader = PdfFileReader(io.BytesIO(source.read_bytes()), strict=False)
        if reader.encrypted:
            reader.decrypt("")
        signed = list(_signed_fields(reader))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  pyHanko lets through whatever a damaged structure causes
        return (_unproven("", "", "", _DAMAGED),)
    return tuple(_examined(reader, name, field, anchors, arrived_at) for name, field in signed)


def _signed_fields(reader: PdfFileReader) -> Iterator[tuple[str, DictionaryObject]]:
    """Every field that claims to hold a signature, with its full name, the first hundred of them."""
    fields = enumerate_sig_fields(reader, filled_status=True)
    for (name, _, field), _ in zip(fields, range(_MOST_SIGNATURES), strict=False):
        yield name, field.get_object()


def _examined(
    reader: PdfFileReader, name: str, field: DictionaryObject, anchors: TrustAnchors, arrived_at: datetime
) -> SignatureResult:
    field_name = name[:_LONGEST_FIELD_NAME]
    try:
        signature = EmbeddedPdfSignature(reader, field, name)
        signer, certificate = name_of(signature.signer_cert), signature.signer_cert.sha256.hex()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  as above
        return _unproven(field_name, "", "", _UNREADABLE)
    try:
        return _validated(signature, field_name, signer, certificate, anchors, arrived_at)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  as above
        return _unproven(field_name, signer, certificate, _UNREADABLE)


def _validated(
    signature: EmbeddedPdfSignature,
    field_name: str,
    signer: str,
    certificate: str,
    anchors: TrustAnchors,
    arrived_at: datetime,
) -> SignatureResult:
    claimed = signature.self_reported_timestamp
    judging = _context(signature, anchors, claimed, arrived_at)
    status: PdfSignatureStatus | DocumentTimestampStatus
    if signature.sig_object_type == "/DocTimeStamp":
        status = asyncio.run(async_validate_pdf_timestamp(signature, judging))
        trust = _trust_in_service(status)
        timestamp = status.timestamp if status.intact and status.valid else None
    else:
        status = asyncio.run(async_validate_pdf_signature(signature, judging, key_usage_settings=SEAL_USES))
        trust = trust_in(status, anchors)
        stamp = status.timestamp_validity
        timestamp = stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None
    if status.trust_problem_indic in _TOO_WEAK:
        return _unproven(field_name, signer, certificate, _WEAK)
    intact, modification = status.intact and status.valid, _modification(status)
    return SignatureResult(
        field=field_name,
        signer=signer,
        signed_at=claimed,
        timestamp=timestamp,
        intact=intact,
        covers_document=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        modification=modification,
        allowed=status.docmdp_ok is not False and modification is not Modification.OTHER,
        trust=trust,
        certificate=certificate,
        summary=_summary(signer, intact, modification, trust, attested=timestamp is not None),
    )


def _context(
    signature: EmbeddedPdfSignature, anchors: TrustAnchors, claimed: datetime | None, arrived_at: datetime
) -> ValidationContext:
    """Judge as of the timestamp, else the claimed time, else the arrival; with what the file brings for checking it.

    A time after the arrival is not believed.
    """
    times = [time for time in (attested_time(signature.signed_data), claimed) if time is not None]
    moment = next((time for time in times if time <= arrived_at), arrived_at)
    facts = context_facts(anchors, moment)
    try:
        return DocumentSecurityStore.read_dss(signature.reader).as_validation_context(facts)
    except NoDSSFoundError:
        return ValidationContext(**facts)


def _trust_in_service(status: SignatureStatus) -> Trust:
    if status.revoked:
        return Trust.REVOKED
    return Trust.TRUSTED if status.trusted else Trust.UNKNOWN


def _modification(status: ModificationInfo) -> Modification:
    level = status.modification_level
    return Modification.OTHER if level is None else _MODIFICATIONS[level]


def _summary(signer: str, intact: bool, modification: Modification, trust: Trust, *, attested: bool) -> str:
    if not intact:
        return f"Die Signatur von {signer} passt nicht zum Inhalt: Er wurde nach dem Signieren verändert."
    stamp = "Die Zeit ist durch einen Zeitstempel belegt." if attested else ""
    sentences = (f"Die Signatur von {signer} ist unversehrt.", _ADDED[modification], _TRUST[trust], stamp)
    return " ".join(each for each in sentences if each)


def _unproven(field_name: str, signer: str, certificate: str, summary: str) -> SignatureResult:
    return SignatureResult(
        field=field_name,
        signer=signer,
        signed_at=None,
        timestamp=None,
        intact=False,
        covers_document=False,
        modification=Modification.OTHER,
        allowed=False,
        trust=Trust.UNKNOWN,
        certificate=certificate,
        summary=summary,
    )
