"""A key on a PKCS#11 token as pyHanko's signer. Importing this needs the extra `pkcs11`."""

import threading
from pathlib import Path

from asn1crypto import x509
from pkcs11 import PKCS11Error, Session
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked, UserAlreadyLoggedIn
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

TROUBLES = (PKCS11Error,)
PIN_TROUBLES = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)


class TokenSigner(PKCS11Signer):
    """Signs with a token, one signature at a time: a PKCS#11 session has a single operation under way.

    Raises KeyError when the token has no such key and certificate.
    """

    def __init__(self, session: Session, label: str, chain: list[x509.Certificate]) -> None:
        super().__init__(session, cert_label=label, key_label=label, ca_chain=chain)
        self._turn = threading.Lock()
        try:
            _ = self.signing_cert  # loads key and certificate now, not with the first seal
        except PKCS11Error as error:
            # pyHanko's own word for "none or several of this name"; what a token says has a class of its own.
            if type(error) is PKCS11Error:
                raise KeyError(label) from None
            raise

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        with self._turn:
            return await super().async_sign_raw(data, digest_algorithm, dry_run=dry_run)

    def close(self) -> None:
        self.pkcs11_session.close()


def log_in(module: Path, token: str, pin: str) -> Session:
    """A session on the named token, or the first one. A process logs in once; later sessions share that."""
    criteria = TokenCriteria(label=token) if token else None
    try:
        return open_pkcs11_session(str(module), token_criteria=criteria, user_pin=pin or None)
    except UserAlreadyLoggedIn:
        return open_pkcs11_session(str(module), token_criteria=criteria, user_pin=None)
