"""The German words pages use for states, kinds and events."""

from enum import StrEnum

from eakte.access import Confidentiality
from eakte.documents.models import DocumentKind, DocumentSource, RenditionKind
from eakte.records.models import PartyRole
from eakte.records.plan_rules import DisposalCode, EntryKind
from eakte.records.rules import Action, Medium, RecordKind, RecordState
from ingest.rules import ItemState

_PAIRS: tuple[tuple[StrEnum, str], ...] = (
    (RecordKind.DOSSIER, "Akte"),
    (RecordKind.CASE, "Vorgang"),
    (RecordKind.DOCUMENT, "Dokument"),
    (RecordState.OPEN, "in Bearbeitung"),
    (RecordState.CLOSED, "geschlossen (zdA)"),
    (RecordState.CANCELLED, "storniert"),
    (Medium.ELECTRONIC, "elektronisch"),
    (Medium.HYBRID, "hybrid"),
    (Medium.PAPER, "Papier"),
    (Confidentiality.OPEN, "offen"),
    (Confidentiality.RESTRICTED, "nur für den Dienstgebrauch"),
    (Confidentiality.CONFIDENTIAL, "vertraulich"),
    (Confidentiality.SECRET, "geheim"),
    (Confidentiality.TOP_SECRET, "streng geheim"),
    (DocumentKind.INCOMING, "Eingang"),
    (DocumentKind.OUTGOING, "Ausgang"),
    (DocumentKind.INTERNAL, "intern"),
    (DocumentSource.UPLOAD, "hochgeladen"),
    (DocumentSource.SCAN, "Scan"),
    (DocumentSource.SPECIALIST_SYSTEM, "Fachverfahren"),
    (DocumentSource.EMAIL, "E-Mail"),
    (DocumentSource.INVOICE, "Rechnung"),
    (RenditionKind.ORIGINAL, "Original"),
    (RenditionKind.ARCHIVAL, "Archivfassung"),
    (RenditionKind.TEXT, "Text"),
    (RenditionKind.PREVIEW, "Vorschau"),
    (RenditionKind.LAYOUT, "Wortpositionen (ALTO)"),
    (RenditionKind.TRANSFER_NOTE, "Transfervermerk"),
    (PartyRole.SENDER, "Absender"),
    (PartyRole.RECIPIENT, "Empfänger"),
    (PartyRole.APPLICANT, "Antragsteller"),
    (PartyRole.PARTICIPANT, "Beteiligter"),
    (EntryKind.MAIN_GROUP, "Hauptgruppe"),
    (EntryKind.GROUP, "Obergruppe"),
    (EntryKind.SUB_GROUP, "Gruppe"),
    (EntryKind.SUBJECT_UNIT, "Betreffseinheit"),
    (DisposalCode.ARCHIVE, "archivieren (A)"),
    (DisposalCode.DESTROY, "vernichten (V)"),
    (DisposalCode.APPRAISE, "bewerten (B)"),
    (ItemState.RECEIVED, "empfangen"),
    (ItemState.CHECKED, "geprüft"),
    (ItemState.SPLIT, "wird erkannt"),
    (ItemState.RECOGNISED, "erkannt"),
    (ItemState.VERIFIED, "abgeglichen"),
    (ItemState.REVIEWED, "freigegeben"),
    (ItemState.FILED, "abgelegt"),
    (ItemState.FAILED, "gescheitert"),
    (ItemState.DISCARDED, "verworfen"),
    (Action.EDIT, "Bearbeiten"),
    (Action.CREATE_CASE, "Vorgang anlegen"),
    (Action.FILE_DOCUMENT, "Dateien hochladen"),
    (Action.ADD_VERSION, "Neue Version hochladen"),
    (Action.PROTECT, "Schutz ändern"),
    (Action.CLOSE, "Schließen (zdA)"),
    (Action.REOPEN, "Wieder öffnen (zdA aufheben)"),
    (Action.CANCEL, "Stornieren"),
    (Action.RESTORE, "Stornierung aufheben"),
    (Action.REFILE, "Umschreiben"),
)

# The same value means different things in different enums, so a word is looked up by both.
_WORDS = {(type(member), member.value): word for member, word in _PAIRS}


def word_for(member: StrEnum) -> str:
    """The German word for a state, kind or action."""
    return _WORDS.get((type(member), member.value), member.value)


EVENTS = {
    "records.DossierCreated": "Akte angelegt",
    "records.CaseCreated": "Vorgang angelegt",
    "records.RecordChanged": "Metadaten geändert",
    "records.RecordClosed": "geschlossen (zdA)",
    "records.RecordReopened": "wieder geöffnet",
    "records.RecordCancelled": "storniert",
    "records.RecordRestored": "Stornierung aufgehoben",
    "records.RecordRefiled": "umgeschrieben",
    "records.DossierProtected": "Schutz geändert",
    "records.PartiesChanged": "Beteiligte geändert",
    "records.BusinessDataChanged": "Fachdaten geändert",
    "records.RecordLinked": "Verweis geändert",
    "documents.DocumentFiled": "Dokument abgelegt",
    "documents.VersionAdded": "Version hinzugefügt",
    "documents.RenditionsMade": "Archivfassung, Text und Vorschau hergestellt",
}

FIELDS = {
    "title": "Betreff",
    "remark": "Bemerkung",
    "keywords": "Schlagworte",
    "state": "Zustand",
    "confidentiality": "Vertraulichkeit",
    "medium": "Medium",
    "location": "Standort",
    "reference": "Aktenzeichen",
    "number": "laufende Nummer",
    "unit_id": "federführende Stelle",
    "entry": "Aktenplaneintrag",
    "runs_from": "Laufzeit von",
    "runs_until": "Laufzeit bis",
    "dossier_type": "Aktentyp",
    "document_kind": "Art",
    "document_type": "Dokumenttyp",
    "foreign_reference": "fremdes Zeichen",
    "our_reference": "unser Zeichen",
    "letter_date": "Datum des Schreibens",
    "received_on": "Posteingang",
    "sent_on": "Postausgang",
    "source": "Herkunft",
    "version": "Version",
    "sha256": "SHA-256",
    "pages": "Seiten",
    "pdfa_level": "PDF/A-Stufe",
    "party": "Beteiligter",
    "link": "Verweis",
    "protected": "geschützt",
    "readers": "Berechtigte",
}

# What the fields of forms are called where they are not called the same in the history.
FIELD_NAMES = FIELDS | {
    "name": "Name",
    "role": "Rolle",
    "login": "Benutzername",
    "current": "Bisheriges Kennwort",
    "new": "Neues Kennwort",
    "again": "Neues Kennwort wiederholen",
    "files": "Dateien",
    "readers": "Berechtigte",
    "street": "Straße und Hausnummer",
    "postal_code": "Postleitzahl",
    "city": "Ort",
    "email": "E-Mail",
    "organisation": "Organisation",
    "external_id": "Kennung im Fachverfahren",
    "unit_id": "Federführende Stelle",
}

# Bookkeeping that says nothing to people, in the list of what changed.
QUIET_FIELDS = {
    "id", "record_kind", "reference_sort", "created_at", "created_by", "modified_at", "dossier_id", "case_id",
    "entry_id", "external_client", "unit_id", "keeping_unit_id", "number",
}  # fmt: skip

# Advice written for programs, said for people.
_ADVICE = {
    "stale": "Jemand anderes war schneller. Ihre Eingabe wurde nicht gespeichert. Bitte die Seite neu laden, "
    "den jetzigen Stand ansehen und dann erneut entscheiden.",
    "request-invalid": "Bitte die genannten Angaben berichtigen.",
    "transition-blocked": "Bitte zuerst die folgenden Hindernisse beseitigen.",
    "changed-meanwhile": "Jemand anderes war schneller; es wurde nichts gespeichert. Bitte neu laden und wiederholen.",
    "unauthenticated": "Bitte anmelden.",
    "address-not-found": "Bitte die Adresse prüfen oder von der Startseite aus weitergehen.",
}


def advice_of(code: str, detail: str) -> str:
    """What to do about an error, for somebody at a page."""
    return _ADVICE.get(code, detail)


# What a page says after something was done; the address carries only the key.
DONE = {
    "angelegt": "Angelegt.",
    "gespeichert": "Die Änderungen sind gespeichert.",
    "close": "Geschlossen (zdA).",
    "reopen": "Wieder in Bearbeitung.",
    "cancel": "Storniert.",
    "restore": "Die Stornierung ist aufgehoben.",
    "umgeschrieben": "Umgeschrieben; das frühere Aktenzeichen führt weiterhin hierher.",
    "schutz": "Der Schutz ist geändert.",
    "version": "Die neue Version ist abgelegt; Archivfassung, Text und Vorschau entstehen jetzt.",
    "wiederholt": "Die Datei ist wieder unterwegs.",
    "verworfen": "Die Datei wird nicht abgelegt; ihr Original bleibt erhalten.",
    "kennwort": "Das Kennwort ist geändert. Bitte damit neu anmelden.",
    "abgemeldet": "Sie sind abgemeldet.",
    "verweis": "Die Verweise sind geändert.",
    "beteiligte": "Die Beteiligten sind geändert.",
}
