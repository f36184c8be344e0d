"""What can go wrong with notes, manifests and seals."""

from eakte.foundation.errors import Conflict, Invalid, Unavailable


class TransferNoteUnreadable(Invalid):
    """Der Transfervermerk ist nicht lesbar."""

    advice = "Er ist beschädigt oder stammt aus einer anderen Fassung der Software ({problem})."


class TransferNoteIncomplete(Invalid):
    """Der Transfervermerk ist unvollständig oder widersprüchlich."""

    advice = "{problem}"


class ManifestUnreadable(Invalid):
    """Die Prüfliste des Scanprodukts ist nicht lesbar."""

    advice = "Sie ist beschädigt oder stammt aus einer anderen Fassung der Software ({problem})."


class SealKeyMissing(Conflict):
    """Der Siegelschlüssel ist nicht zu finden."""

    advice = "Bitte EAKTE_SEAL__PKCS12 oder EAKTE_SEAL__PKCS11_MODULE prüfen: {problem}"


class SealPasswordWrong(Conflict):
    """Das Kennwort des Siegelschlüssels stimmt nicht."""

    advice = "Bitte EAKTE_SEAL__PASSWORD prüfen. Es wird nicht erneut versucht, damit die Karte nicht gesperrt wird."


class SealKeyUnusable(Conflict):
    """Mit diesem Schlüssel kann nicht gesiegelt werden."""

    advice = "{problem} Bitte einen Schlüssel für Siegel oder Signaturen (digitalSignature) einrichten."


class SealCertificateExpired(Conflict):
    """Das Zertifikat des Siegelschlüssels gilt jetzt nicht."""

    advice = "Es gilt von {since} bis {until}. Bitte ein neues Zertifikat beschaffen und einrichten."


class SealCertificatesUnreadable(Conflict):
    """Eine Datei mit Zertifikaten ist nicht lesbar."""

    advice = "Bitte {path} prüfen; erwartet werden Zertifikate im Format PEM oder DER."


class SealServiceUnavailable(Unavailable):
    """Der Siegeldienst antwortet nicht."""

    advice = "{problem} Das Siegeln wird von selbst wiederholt; das Scanprodukt ist gespeichert und unverändert."


class TimestampServiceUnavailable(SealServiceUnavailable):
    """Der Zeitstempeldienst antwortet nicht."""


class NotSealable(Invalid):
    """Diese PDF-Datei lässt sich nicht siegeln."""

    advice = "Sie ist beschädigt oder verschlüsselt."
