"""The German words pages use for requests of data subjects."""

from enum import StrEnum

from eakte.privacy.models import ACT_WORDS, STATE_WORDS
from eakte.privacy.rules import Judgement, Match, Outcome, Place, RequestKind

PRIVACY_WORDS: tuple[tuple[StrEnum, str], ...] = (
    *STATE_WORDS.items(),
    *ACT_WORDS.items(),
    (RequestKind.ACCESS, "Auskunft (Art. 15 DSGVO)"),
    (RequestKind.ERASURE, "Löschung (Art. 17 DSGVO)"),
    (Place.PARTY, "Beteiligte"),
    (Place.METADATA, "Angaben zum Schriftgut"),
    (Place.BUSINESS_DATA, "Fachdaten"),
    (Place.TEXT, "Text"),
    (Place.ACCOUNT, "Benutzerkonto"),
    (Place.AUDIT, "Protokoll"),
    (Place.INVOICE, "E-Rechnung"),
    (Place.INTAKE, "Eingang"),
    (Place.RETENTION, "Aussonderung"),
    (Match.EXTERNAL_ID, "Kennung"),
    (Match.EMAIL, "E-Mail-Adresse"),
    (Match.NAME_AND_BIRTH, "Name und Geburtsdatum"),
    (Match.NAME_AND_ADDRESS, "Name und Anschrift"),
    (Match.NAME, "nur der Name"),
    (Judgement.OPEN, "offen"),
    (Judgement.CONFIRMED, "bestätigt"),
    (Judgement.DISMISSED, "verworfen"),
    (Outcome.ERASABLE, "kann gelöscht werden"),
    (Outcome.OFFER, "zuerst dem Archiv anbieten"),
    (Outcome.LATER, "noch nicht"),
    (Outcome.UNKNOWN, "noch nicht"),
    (Outcome.KEPT, "bleibt auf Dauer"),
    (Outcome.GONE, "gelöscht"),
)

PRIVACY_FIELDS = {
    "names": "Namen",
    "born_on": "Geburtsdatum",
    "emails": "E-Mail-Adressen",
    "addresses": "Anschriften",
    "external_ids": "Kennungen in Fachverfahren",
    "identity_check": "Prüfung der Identität",
    "kind": "Art der Anfrage",
}

PRIVACY_DONE = {
    "gesucht": "Die Suche läuft; die Fundstellen erscheinen hier, wenn sie beendet ist.",
    "beurteilt": "Die Entscheidung über die Fundstellen ist festgehalten.",
    "verlaengert": "Die Frist ist verlängert.",
    "auskunft": "Die Auskunft wird zusammengestellt und steht dann hier zum Laden bereit.",
    "entschieden": "Zu jedem bestätigten Schriftgut steht jetzt, ob und wann es gelöscht werden kann.",
    "verzeichnis": "Was gelöscht werden kann, steht auf einem Aussonderungsverzeichnis im Entwurf.",
    "bis-dahin": "Was noch nicht gelöscht werden kann, ist bis dahin eingeschränkt.",
}
