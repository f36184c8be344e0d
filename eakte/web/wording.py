"""The German words pages use for states, kinds and events."""

from enum import StrEnum

from eakte.access import Confidentiality
from eakte.documents.models import DocumentKind, DocumentSource, RenditionKind
from eakte.records.models import PartyRole
from eakte.records.plan_rules import DisposalCode, EntryKind
from eakte.records.rules import GROUND_WORDS, Action, Medium, RecordKind, RecordState
from eakte.web.disposal_wording import DISPOSAL_WORDS
from eakte.web.invoice_wording import APPROVAL_WORDS
from eakte.web.privacy_wording import PRIVACY_DONE, PRIVACY_FIELDS, PRIVACY_WORDS
from ingest.batches.rules import BatchState, Drawn, FileState, Purpose, Verdict
from ingest.proof.transfer_note import MeansOfIntegrity
from ingest.rules import ItemState
from ingest.splitting.rules import Collation, Duplex, PageKind, SeparateBy
from xrechnung.judging.verdict import Refusal as InvoiceRefusal
from xrechnung.judging.verdict import Severity
from xrechnung.rules import InvoiceState

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
    (RenditionKind.VERDICT, "Prüfergebnis der Rechnung"),
    (RenditionKind.DATA, "Rechnungsdaten (JSON)"),
    (RenditionKind.VIEW, "Rechnungsansicht"),
    (RenditionKind.VIEW_PDF, "Rechnungsansicht (PDF)"),
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
    *((state, state.german) for state in BatchState),
    (FileState.RECEIVED, "wird gelesen"),
    (FileState.SEEN, "gelesen"),
    (FileState.UNREADABLE, "nicht lesbar"),
    (FileState.DUPLICATE, "doppelt"),
    (PageKind.PAGE, "Seite"),
    (PageKind.SEPARATOR, "Trennblatt"),
    (PageKind.BLANK, "Leerseite"),
    (PageKind.REJECTED, "zurückgewiesen"),
    (Drawn.SAMPLE, "Stichprobe"),
    (Drawn.EVERY, "alle Dokumente"),
    (Drawn.CHANGED, "nach der Prüfung geändert"),
    (Verdict.GOOD, "gut"),
    (Verdict.BAD, "beanstandet"),
    (Purpose.COPY, "Kopie neben dem Papier"),
    (Purpose.REPLACEMENT, "Ersatz des Papiers"),
    (SeparateBy.AUTO, "was da ist: Trennblätter, Leerblätter, Dateien"),
    (SeparateBy.CODES, "nur Trennblätter"),
    (SeparateBy.BLANK, "nur Leerblätter"),
    (SeparateBy.FILE, "jede Datei ein Dokument"),
    (SeparateBy.NONE, "keine; jede Datei bleibt, wie sie kommt"),
    (Duplex.AUTO, "wie es die Bilder zeigen"),
    (Duplex.YES, "beide Seiten gescannt"),
    (Duplex.NO, "nur Vorderseiten gescannt"),
    (Collation.NONE, "zusammen gescannt"),
    (Collation.ODD_EVEN_SAME_ORDER, "erst alle Vorderseiten, dann alle Rückseiten in gleicher Folge"),
    (Collation.ODD_EVEN_REVERSED, "erst alle Vorderseiten, dann alle Rückseiten, die letzte zuerst"),
    (InvoiceState.RECEIVED, "wird geprüft"),
    (InvoiceState.CHECKED, "formal in Ordnung"),
    (InvoiceState.REFUSED, "formal beanstandet"),
    (InvoiceState.MANUAL_CHECK, "von Hand zu prüfen"),
    (InvoiceRefusal.XML, "die Datei ist nicht als XML lesbar"),
    (InvoiceRefusal.NO_XML, "das PDF enthält keine Rechnung"),
    (InvoiceRefusal.SCENARIO, "für ihre Spezifikation gibt es kein Prüfszenario"),
    (InvoiceRefusal.STRUCTURE, "ihr Aufbau entspricht nicht dem Schema"),
    (InvoiceRefusal.UNDEFINED, "eine Prüfregel lässt sich nicht anwenden"),
    (InvoiceRefusal.RULES, "sie verstößt gegen Prüfregeln"),
    (Severity.FATAL, "Fehler"),
    (Severity.ERROR, "Fehler"),
    (Severity.WARNING, "Warnung"),
    *APPROVAL_WORDS,
    *DISPOSAL_WORDS,
    *PRIVACY_WORDS,
    *GROUND_WORDS.items(),
    (Severity.INFORMATION, "Information"),
    (Severity.HINT, "Hinweis"),
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


def document_word(state: str) -> str:
    """The German word for the state of a document in a batch, which is no item before it is put together."""
    return (
        "bereit zur Prüfung" if state == ItemState.VERIFIED else _WORDS.get((ItemState, state), "wird zusammengestellt")
    )


_IMAGE_REASONS = {
    "written": "beschrieben",
    "as-it-came": "aus einer Datei, die blieb, wie sie kam",
    "same-run-as-file-before": "setzt das Dokument der Datei davor fort",
    "separator-sheet": "Trennblatt mit Code",
    "cover-sheet": "Deckblatt mit Code",
    "blank-sheet": "leeres Blatt, das Dokumente trennt",
    "blank": "leer",
    "duplicate": "aus einer Datei, die es schon gibt",
    "placed": "von Hand eingeordnet",
    "rescan": "nachgescannt",
    "inserted": "nachgetragen",
    "rescanned": "durch einen Nachscan ersetzt",
}


def image_reason(reason: str) -> str:
    """Why an image became what it is: in our words, or in those of the person who decided it."""
    return _IMAGE_REASONS.get(reason, reason)


def seal_word(sealed_as: str | None) -> str:
    """What keeps a filed scan from being changed unnoticed."""
    return MeansOfIntegrity(sealed_as).german if sealed_as is not None else "ohne Transfervermerk"


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
    "records.RestrictionSet": "Verarbeitung eingeschränkt",
    "records.RestrictionLifted": "Einschränkung der Verarbeitung aufgehoben",
    "records.RecordRead": "gelesen",
    "records.PartiesChanged": "Beteiligte geändert",
    "records.BusinessDataChanged": "Fachdaten geändert",
    "records.RecordLinked": "Verweis geändert",
    "records.LinkLost": "Verweis entfernt, weil das andere Schriftgut ausgesondert ist",
    "documents.DocumentDetached": "bei der Aussonderung hierher übernommen, weil hierher verwiesen wird",
    "documents.DocumentFiled": "Dokument abgelegt",
    "documents.VersionAdded": "Version hinzugefügt",
    "documents.RenditionsMade": "Archivfassung, Text und Vorschau hergestellt",
    "xrechnung.InvoiceReceived": "E-Rechnung eingegangen",
    "xrechnung.InvoiceChecked": "E-Rechnung geprüft: formal in Ordnung",
    "xrechnung.InvoiceRefused": "E-Rechnung geprüft: formal beanstandet",
    "xrechnung.InvoiceDisputed": "E-Rechnung: amtliche Prüfkonfiguration urteilt anders",
    "xrechnung.InvoiceSetAside": "E-Rechnung ist von Hand zu prüfen",
    "xrechnung.InvoiceSentOn": "Prüfung der E-Rechnung wiederholt",
    "xrechnung.InvoiceTwinFound": "Dublette einer E-Rechnung vermutet",
    "xrechnung.InvoiceActed": "Rechnung bearbeitet",
    "xrechnung.InvoiceAccounted": "Rechnung kontiert",
    "retention.RetentionComputed": "Aufbewahrung berechnet",
    "retention.RuleAssigned": "Aufbewahrungsregel zugeordnet oder abgenommen",
    "retention.DateEntered": "fristauslösendes Datum eingetragen, geändert oder zurückgenommen",
    "retention.StorageTold": "Objektsperre gesetzt oder aufgehoben",
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
    "case_type": "Vorgangstyp",
    "keeping_unit_id": "aktenführende Stelle",
    "document_kind": "Art",
    "document_type": "Dokumenttyp",
    "foreign_reference": "fremdes Zeichen",
    "our_reference": "unser Zeichen",
    "subtitle": "Unterbetreff",
    "refers_to": "Bezug",
    "clerk": "Bearbeiter",
    "enclosures": "Anlagen",
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
    "channel": "Eingangsweg",
    "source_key": "Quelle",
    "received_at": "Eingang",
    "release": "Prüfregeln vom",
    "refusal": "Beanstandung",
    "rules": "Regeln",
    "reason": "Grund",
    "ground": "Rechtsgrund",
    "until": "Wiedervorlage",
    "twin": "gleicht der Rechnung",
    "differences": "Unterschiede",
    "act": "Schritt",
    "step": "Bearbeitungsstand",
    "principal": "in Vertretung für",
    "lines": "Kontierung",
}

# What the fields of forms are called where they are not called the same in the history.
FIELD_NAMES = FIELDS | {
    **PRIVACY_FIELDS,
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
    "reason": "Grund",
    "verdict": "Ergebnis",
    "how": "Verfahren und Ort",
    "profile": "Scanprofil",
    "into": "Ziel",
    "unit": "Organisationseinheit",
    "device": "Scanner",
    "device_inventory": "Inventarnummer des Scanners",
    "workstation": "Arbeitsplatz",
    "workstation_inventory": "Inventarnummer des Arbeitsplatzes",
    "box": "Karton",
    "shelf": "Regal",
    "expected_sheets": "Blätter",
    "expected_documents": "Dokumente",
    "references": "Aktenzeichen",
    "document_class": "Dokumentart",
    "batch": "Stapelnummer",
    "key": "Kennzeichen",
    "purpose": "Zweck",
    "procedure": "Verfahrensbeschreibung",
    "procedure_version": "Version der Verfahrensbeschreibung",
    "separate_by": "Trennung nach",
    "duplex": "Seiten eines Blattes",
    "page_collation": "Vorder- und Rückseiten",
    "sample_share": "Anteil der Stichprobe",
    "sample_minimum": "Mindestzahl der Stichprobe",
    "buffer_days": "Tage der Aufbewahrung",
    "unit_id": "Federführende Stelle",
    "person": "Benutzername",
    "deputy_id": "Vertretung",
    "limit": "Wertgrenze",
    "valid_from": "Anfang",
    "valid_until": "Ende",
    "original": "Nummer der anderen Rechnung",
    "lines": "Kontierung",
    "archive": "Archiv",
    "disposal": "Aussonderungsart",
    "report_into": "Akte für das Protokoll",
    "words": "Wörter im Betreff",
    "party": "Beteiligter",
    "day": "Tag",
    "fiscal_year": "Haushaltsjahr",
}

# Bookkeeping that says nothing to people, in the list of what changed.
QUIET_FIELDS = {
    "id", "record_kind", "reference_sort", "created_at", "created_by", "modified_at", "dossier_id", "case_id",
    "entry_id", "external_client", "unit_id", "number",
}  # fmt: skip

# Advice written for programs, said for people.
_ADVICE = {
    "stale": "Jemand anderes war schneller. Ihre Eingabe wurde nicht gespeichert. Bitte die Seite neu laden, "
    "den jetzigen Stand ansehen und dann erneut entscheiden.",
    "request-invalid": "Bitte die genannten Angaben berichtigen.",
    "transition-blocked": "Bitte zuerst die folgenden Hindernisse beseitigen.",
    "changed-meanwhile": "Jemand anderes war schneller; es wurde nichts gespeichert. Bitte neu laden und wiederholen.",
    "unauthenticated": "Bitte anmelden.",
    "batch-state-forbids": "Der Stapel ist inzwischen in einem anderen Zustand. Bitte die Seite neu laden.",
    "image-not-in-document": "Bitte ein Bild wählen, das Seite eines Dokuments ist.",
    "address-not-found": "Bitte die Adresse prüfen oder von der Startseite aus weitergehen.",
}


def advice_of(code: str, detail: str) -> str:
    """What to do about an error, for somebody at a page."""
    return _ADVICE.get(code, detail)


# What a page says after something was done; the address carries only the key.
DONE = {
    **PRIVACY_DONE,
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
    "rechnung": "Die Rechnung ist abgelegt; sie wird jetzt gelesen und geprüft.",
    "pruefung": "Die Prüfung beginnt neu.",
    "schritt": "Festgehalten.",
    "weitergegeben": "Festgehalten. Die Rechnung liegt jetzt bei einer anderen Stelle.",
    "gemerkt": "Gemerkt: Solche Rechnungen werden künftig von selbst zugewiesen.",
    "kontiert": "Die Kontierung ist gespeichert.",
    "befugnis": "Die Befugnis ist erteilt.",
    "entzogen": "Die Befugnis ist entzogen.",
    "abwesend": "Die Abwesenheit ist eingetragen.",
    "anwesend": "Die Abwesenheit ist gelöscht.",
    "eingeschraenkt": "Die Verarbeitung ist eingeschränkt.",
    "uneingeschraenkt": "Die Einschränkung ist aufgehoben.",
    "zurueckgestellt": "Zurückgestellt.",
    "gesperrt": "Die Löschsperre gilt.",
    "aufgehoben": "Die Löschsperre ist aufgehoben.",
    "verworfen": "Die Datei wird nicht abgelegt; ihr Original bleibt erhalten.",
    "kennwort": "Das Kennwort ist geändert. Bitte damit neu anmelden.",
    "abgemeldet": "Sie sind abgemeldet.",
    "verweis": "Die Verweise sind geändert.",
    "beteiligte": "Die Beteiligten sind geändert.",
    "stapel": "Der Stapel ist angelegt. Bitte seine Nummer auf dem Papier vermerken.",
    "dateien": "Die Dateien sind im Stapel.",
    "vollstaendig": "Der Stapel ist vollständig und wird jetzt in Dokumente getrennt.",
    "geklaert": "Die Klärung ist festgehalten.",
    "angenommen": "Die Prüfung ist abgeschlossen; die Dokumente werden abgelegt.",
    "zurueckgewiesen": "Der Stapel ist zurückgewiesen; nichts davon wird abgelegt.",
    "freigegeben": "Der Stapel ist freigegeben.",
    "vernichtet": "Die Vernichtung des Papiers ist festgehalten.",
    "geprueft": "Das Ergebnis ist festgehalten.",
    "papier-bleibt": "Das Papier dieses Dokuments wird behalten.",
    "papier-geht": "Das Papier dieses Dokuments bleibt nicht länger als das des Stapels.",
    "geteilt": "Das Dokument ist geteilt; beide Teile entstehen neu.",
    "verbunden": "Die Dokumente sind verbunden; das Dokument entsteht neu.",
    "gedreht": "Die Seite ist gedreht; das Dokument entsteht neu.",
    "herausgenommen": "Die Seite ist zurückgewiesen; das Dokument entsteht neu.",
    "eingeordnet": "Das Bild ist eingeordnet; das Dokument entsteht neu.",
    "nachgetragen": "Das Blatt ist angekommen und kommt an seine Stelle, sobald es gelesen ist.",
    "nachgescannt": "Der Nachscan ist angekommen und tritt an die Stelle der Seite, sobald er gelesen ist.",
}
