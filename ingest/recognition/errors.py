"""What can be wrong with a file, and how recognising it can end."""

from eakte.foundation.errors import Invalid, Unavailable


class UnreadableFile(Invalid):
    """Die Datei kann nicht verarbeitet werden."""

    advice = "Das Original bleibt erhalten. Bitte die Datei prüfen und eine lesbare Fassung nachreichen."


class UnsupportedFileType(UnreadableFile):
    """Dieser Dateityp wird hier nicht angenommen."""

    advice = (
        "Erkannt wurde: {found}. Angenommen werden PDF, Bilder, E-Mails, E-Rechnungen, Texte, Office-Dokumente "
        "und ZIP; bitte die Datei als PDF ausgeben und erneut einreichen."
    )


class EmptyFile(UnreadableFile):
    """Die Datei ist leer."""

    advice = "Sie hat 0 Byte. Bitte die Datei an der Quelle prüfen und erneut übertragen."


class EncryptedPdf(UnreadableFile):
    """Die PDF-Datei ist mit einem Passwort verschlüsselt."""

    advice = "Bitte die Datei mit dem Passwort öffnen, ohne Passwort speichern und erneut einreichen."


class PdfLockedForOthers(UnreadableFile):
    """Die PDF-Datei ist für bestimmte Empfänger verschlüsselt."""

    advice = (
        "Sie öffnet sich nur mit einem Zertifikat oder einer Rechteverwaltung, nicht mit einem Passwort. "
        "Bitte bei einem der Empfänger ungeschützt speichern lassen und erneut einreichen."
    )


class BrokenPdf(UnreadableFile):
    """Die PDF-Datei ist beschädigt."""

    advice = "{problem} Das Original bleibt erhalten; bitte eine vollständige Fassung anfordern oder neu scannen."


class PdfWithoutPages(UnreadableFile):
    """Die PDF-Datei enthält keine Seiten."""

    advice = "Bitte die Datei an der Quelle prüfen; ohne Seiten gibt es nichts abzulegen."


class PageTreeLoop(UnreadableFile):
    """Der Seitenbaum der PDF-Datei verweist auf sich selbst."""

    advice = "Die Datei ist fehlerhaft oder manipuliert. Bitte vom Absender eine neue Fassung anfordern."


class XfaForm(UnreadableFile):
    """Die PDF-Datei ist ein XFA-Formular."""

    advice = (
        "Seinen Inhalt zeigt nur Adobe Reader an. Bitte das ausgefüllte Formular dort öffnen, "
        "als gewöhnliches PDF drucken und dieses einreichen."
    )


class ExecutableAttachment(UnreadableFile):
    """Die PDF-Datei enthält ein ausführbares Programm als Anlage."""

    advice = (
        "Gesperrte Anlage: {names}. Das Original bleibt unverändert erhalten und wird nicht abgelegt; "
        "bitte beim Absender eine Fassung ohne Programm anfordern."
    )


class PdfPortfolio(UnreadableFile):
    """Die PDF-Datei ist ein Portfolio (eine Sammelmappe)."""

    advice = (
        "Ihr Inhalt steckt in eingebetteten Dateien ({names}); die Seite davor ist kein Dokument. "
        "Bitte die Dateien einzeln einreichen."
    )


class Polyglot(UnreadableFile):
    """Die Datei ist zugleich eine zweite, verborgene Datei."""

    advice = (
        "Neben dem, was sie zeigt, ist sie {found}. Das Original bleibt erhalten und wird nicht abgelegt; "
        "bitte die Herkunft der Datei prüfen."
    )


class DecompressionBomb(UnreadableFile):
    """Die Datei entpackt sich zu einer unzulässigen Größe."""

    advice = "Die Verarbeitung wurde abgebrochen ({problem}). Bitte die Herkunft der Datei prüfen."


class TooManyPages(UnreadableFile):
    """Die Datei hat zu viele Seiten."""

    advice = "Sie hat {pages} Seiten, erlaubt sind {limit}. Bitte teilen oder die Grenze anheben lassen."


class ImageTooLarge(UnreadableFile):
    """Das Bild ist zu groß."""

    advice = (
        "Es hat {width} × {height} Bildpunkte, erlaubt sind {limit} Millionen. Bitte mit geringerer Auflösung scannen."
    )


class BrokenImage(UnreadableFile):
    """Die Bilddatei ist beschädigt."""

    advice = "{problem} Das Original bleibt erhalten; bitte die Datei erneut übertragen oder neu scannen."


class EncryptedMessage(UnreadableFile):
    """Die Nachricht ist verschlüsselt."""

    advice = "Bitte die Nachricht im Postfach des Empfängers entschlüsseln und unverschlüsselt einreichen."


class MessageTooComplex(UnreadableFile):
    """Die Nachricht ist zu verschachtelt."""

    advice = (
        "Erlaubt sind {parts} Teile und {depth} Ebenen. Die Nachricht ist fehlerhaft oder manipuliert; "
        "bitte die Herkunft prüfen."
    )


class TooMuchText(UnreadableFile):
    """Die Datei enthält zu viel Text."""

    advice = "Erlaubt sind {limit} MB. Bitte die Datei teilen."


class EncryptedOfficeFile(UnreadableFile):
    """Das Office-Dokument ist mit einem Passwort verschlüsselt."""

    advice = "Bitte das Dokument mit dem Passwort öffnen, ohne Passwort speichern und erneut einreichen."


class BrokenOfficeFile(UnreadableFile):
    """Das Dokument ist beschädigt."""

    advice = "{problem} Das Original bleibt erhalten; bitte eine lesbare Fassung anfordern."


class NestedArchives(UnreadableFile):
    """Die Datei enthält ineinander verschachtelte Archive."""

    advice = "Sie wurden nicht entpackt. Bitte die Herkunft der Datei prüfen."


class RecognitionTimedOut(UnreadableFile):
    """Die Verarbeitung hat die erlaubte Zeit überschritten."""

    advice = (
        "Nach {limit} Sekunden wurde abgebrochen. Bitte die Datei prüfen, teilen oder die Zeitgrenze anheben lassen."
    )


class RecognitionOutOfMemory(UnreadableFile):
    """Die Verarbeitung hat den erlaubten Speicher überschritten."""

    advice = "Bei {limit} MB wurde abgebrochen. Bitte die Datei prüfen, teilen oder die Speichergrenze anheben lassen."


class TooMuchOutput(UnreadableFile):
    """Die Verarbeitung hat zu viele Daten geschrieben."""

    advice = "Bei {limit} MB wurde abgebrochen. Bitte die Datei prüfen oder teilen."


class RecognitionCrashed(UnreadableFile):
    """Die Verarbeitung ist an dieser Datei abgestürzt."""

    advice = "Der Teilprozess endete mit {signal}; andere Dateien sind nicht betroffen. Bitte die Datei prüfen."


class RecognitionFailed(UnreadableFile):
    """Die Verarbeitung ist an dieser Datei gescheitert."""

    advice = "Unerwarteter Fehler {problem}; andere Dateien sind nicht betroffen. Bitte die Datei prüfen."


class ValidatorFailed(UnreadableFile):
    """Das zweite Prüfprogramm für PDF/A hat kein Urteil gegeben."""

    advice = "Gemeldet wurde: {problem}. Bitte die Einstellung EAKTE_INGEST__VERAPDF prüfen."


class RecognitionInterrupted(Unavailable):
    """Die Verarbeitung wurde von außen unterbrochen."""

    advice = "Sie wird von selbst wiederholt; es ist nichts verloren gegangen."
