"""A seal's key on a token or in an HSM, spoken to through PKCS#11 (extra `pkcs11`)."""

from pathlib import Path

import structlog
from asn1crypto import x509

from ingest.adapters.seal_keys import SealKey, checked_key
from ingest.proof.errors import SealKeyMissing, SealPasswordWrong, SealServiceUnavailable

try:
    from pkcs11 import PKCS11Error
    from pkcs11.exceptions import NoSuchKey, PinIncorrect, PinInvalid, PinLenRange, PinLocked
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    INSTALLED = True
except ModuleNotFoundError:
    INSTALLED = False

log = structlog.get_logger()


def key_on_token(module: Path, token: str, label: str, pin: str, chain: list[x509.Certificate]) -> SealKey:
    """Log in to a token and find its key and certificate by `label`.

    Raises SealPasswordWrong (never try that again: tokens lock themselves), SealKeyMissing, SealKeyUnusable, and
    SealServiceUnavailable when the token does not answer.
    """
    if not INSTALLED:
        raise SealKeyMissing(problem="Das Zusatzpaket „pkcs11“ ist nicht installiert.")
    if not module.exists():
        raise SealKeyMissing(problem=f"Die Bibliothek {module} gibt es nicht.")
    try:
        session = open_pkcs11_session(
            str(module), token_criteria=TokenCriteria(label=token) if token else None, user_pin=pin or None
        )
        signer = PKCS11Signer(session, cert_label=label or None, key_label=label or None, ca_chain=chain)
        return checked_key(signer)
    except (PinIncorrect, PinInvalid, PinLenRange, PinLocked):
        raise SealPasswordWrong from None
    except NoSuchKey:
        raise SealKeyMissing(problem=f"Auf dem Token liegt kein Schlüssel „{label}“.") from None
    except PKCS11Error as error:
        raise token_unavailable(error) from None


def token_troubles() -> tuple[type[Exception], ...]:
    """What a token may raise while it signs."""
    return (PKCS11Error,) if INSTALLED else ()


def token_unavailable(error: Exception) -> SealServiceUnavailable:
    log.warning("seal_token_unavailable", error=type(error).__name__)
    return SealServiceUnavailable(problem="Das Token oder HSM antwortet nicht wie erwartet.")
