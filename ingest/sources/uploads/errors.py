from eakte.foundation.errors import Conflict, Invalid, NotFound, Stale, TooLarge


class UploadNotFound(NotFound):
    """Diese Übertragung gibt es nicht."""

    advice = "Unfertige Übertragungen verfallen nach einiger Zeit. Bitte neu beginnen."


class UploadOffsetDiffers(Conflict):
    """Die Übertragung steht an einer anderen Stelle."""

    advice = "Bitte mit HEAD nachfragen und ab Byte {offset} fortsetzen."


class UploadIncomplete(Conflict):
    """Die Übertragung ist noch nicht vollständig."""

    advice = "Es fehlen {missing} Bytes."


class UploadTakenElsewhere(Conflict):
    """Diese Datei wurde schon in einen anderen Stapel gegeben."""


class UploadPartTooLong(TooLarge):
    """Das Stück ist länger als der Rest der Datei."""

    advice = "Angekündigt sind noch höchstens {limit}."


class UploadDamaged(Invalid):
    """Die übertragenen Bytes haben einen anderen Prüfwert als angekündigt."""

    advice = "Bitte noch einmal übertragen; von diesen Bytes wurde nichts behalten."


class UploadHeadersInvalid(Invalid):
    """Die Köpfe der Übertragung sind nicht verwendbar."""

    advice = "{problem}"


class TusVersionDiffers(Stale):
    """Diese Fassung des Protokolls tus wird nicht gesprochen."""

    advice = "Bitte den Kopf „Tus-Resumable: 1.0.0“ mitsenden."


class TooManyUploads(Conflict):
    """Zu viele unfertige Übertragungen."""

    advice = "Höchstens {limit} sind gleichzeitig möglich. Bitte erst welche abschließen oder verwerfen."
