"""A seal's key on a token or in an HSM, spoken to through PKCS#11 (extra `pkcs11`)."""

from pathlib import Path

import structlog
from asn1crypto import x509

from ingest.adapters.seal_keys import SealKey, checked_key
from ingest.proof.errors import SealKeyMissing, SealPasswordWrong, SealServiceUnavailable

try:
    from ingest.adapters.token_signer import PIN_TROUBLES, TROUBLES, TokenSigner, log_in

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
    if not label:
        raise SealKeyMissing(problem="EAKTE_SEAL__PKCS11_LABEL fehlt.")
    try:
        session = log_in(module, token, pin)
        try:
            return checked_key(TokenSigner(session, label, chain))
        except BaseException:
            session.close()
            raise
    except PIN_TROUBLES:
        raise SealPasswordWrong from None
    except KeyError:
        raise SealKeyMissing(problem=f"Auf dem Token gibt es „{label}“ nicht genau einmal.") from None
    except TROUBLES as error:
        raise token_unavailable(error) from None


def token_troubles() -> tuple[type[Exception], ...]:
    """What a token may raise while it signs."""
    return TROUBLES if INSTALLED else ()


def let_go(key: SealKey) -> None:
    """End the session of a key on a token; other keys have none."""
    if INSTALLED and isinstance(key.signer, TokenSigner):
        try:
            key.signer.close()
        except TROUBLES as error:
            log.warning("seal_token_not_closed", error=type(error).__name__)


def token_unavailable(error: Exception) -> SealServiceUnavailable:
    log.warning("seal_token_unavailable", error=type(error).__name__)
    return SealServiceUnavailable(problem="Das Token oder HSM antwortet nicht wie erwartet.")
