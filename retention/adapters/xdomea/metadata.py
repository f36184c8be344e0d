"""Writing what all records have: ids, general metadata, contacts, history, details."""

from retention.adapters.xdomea.dialect import Dialect
from retention.adapters.xdomea.elements import Elements
from retention.adapters.xdomea.vocabulary import CONFIDENTIALITY_CODES, MEDIA, MEDIUM_CODES
from retention.rules.nodes import RecordNode

_DETAILS_ID, _DETAILS_NAME = "urn:eakte:fachdaten", "Fachdaten"


def write_common(xml: Elements, dialect: Dialect, record: RecordNode, context: bool | None = None) -> None:
    """Identifikation, Kontextobjekt where there is one, AllgemeineMetadaten."""
    with xml.element("Identifikation"):
        xml.uuid(dialect.id_name, record.id)
        if record.number is not None:
            xml.always("NummerImUebergeordnetenContainer", str(record.number))
    if context is not None:
        xml.flag("Kontextobjekt", context)
    with xml.element("AllgemeineMetadaten"):
        xml.text("Betreff", record.title)
        xml.text("Kennzeichen", record.reference)
        xml.text("Federfuehrung", record.lead_unit)
        xml.text("Aktenfuehrung", record.keeping_unit)
        if record.confidentiality:
            dialect.confidentiality(xml, CONFIDENTIALITY_CODES[record.confidentiality])
        xml.text("Bemerkung", record.remark)
        if record.medium:
            xml.code("Medium", MEDIUM_CODES[record.medium], MEDIA)
        if record.filing_unit:
            with xml.element("Aktenplaneinheit"):
                xml.text("Kennzeichen", record.filing_unit.code)
                xml.text("Inhaltsangabe", record.filing_unit.title)


def write_history(xml: Elements, record: RecordNode) -> None:
    for entry in record.history:
        with xml.element("HistorienProtokollInformation"):
            xml.text("MetadatumName", entry.field)
            xml.text("MetadatumAlterWert", entry.old)
            xml.text("MetadatumNeuerWert", entry.new)
            xml.always("Akteur", entry.actor)
            xml.instant("DatumUhrzeit", entry.at)
            xml.text("Bemerkung", entry.remark)
            xml.always("Aktion", entry.action)


def write_contacts(xml: Elements, dialect: Dialect, record: RecordNode) -> None:
    """Contacts of a dossier or case, which know no roles."""
    for contact in record.contacts:
        dialect.contact(xml, "Kontakt", contact)


def write_details(xml: Elements, record: RecordNode) -> None:
    if not record.details:
        return
    with xml.element("AnwendungsspezifischeErweiterung"):
        xml.always("Kennung", _DETAILS_ID)
        xml.always("Name", _DETAILS_NAME)
        for name, value in record.details.items():
            with xml.element("Feld"):
                xml.always("Name", name)
                xml.text("Wert", value)
