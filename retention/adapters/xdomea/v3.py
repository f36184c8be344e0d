"""How 3.0.0 and 3.1.0 say it: for 0501 to 0507 they differ in their namespace only."""

from contextlib import AbstractContextManager

from retention.adapters.xdomea.dialect import Dialect, PartyNames
from retention.adapters.xdomea.elements import Elements
from retention.adapters.xdomea.vocabulary import (
    CONFIDENTIALITIES,
    MESSAGE_TYPES,
    PROPOSALS,
    type_name,
)
from retention.rules.exchange import Agency, Envelope, ImportMessage, MessageType
from retention.rules.nodes import ContactRole, ContainedFile


class V3(Dialect):
    id_name = "ID"
    appraised_name = "BewertetesObjekt"
    retention_name = "ArchivspezifischeMetadaten"
    document_name = "Dokument"
    party_names = PartyNames(institution="Institution", unit="Organisationseinheit", person="Name")
    contact_names = {
        ContactRole.SENDER: "Absender",
        ContactRole.RECEIVER: "Empfaenger",
        ContactRole.OTHER: "WeitererKontakt",
    }
    versions_come_last = False
    has_context = False

    def head(self, xml: Elements, envelope: Envelope) -> None:
        with xml.element("Kopf"):
            xml.uuid("ProzessID", envelope.process_id)
            message_types = MESSAGE_TYPES[self.version]
            attributes = {"listURI": message_types.uri, "listVersionID": message_types.version}
            with xml.element("Nachrichtentyp", attributes):
                xml.plain_text("code", envelope.type)
                xml.plain_text("name", type_name(envelope.type))
            xml.instant("Erstellungszeitpunkt", envelope.created_at)
            self.agency(xml, "Absender", envelope.sender)
            self.agency(xml, "Empfaenger", envelope.receiver)
            with xml.element("SendendesSystem"):
                xml.text("Produktname", self.product.name)
                xml.text("Version", self.product.version)
            xml.text("Hinweis", envelope.note)
            if envelope.type is MessageType.TRANSFER:
                xml.flag("Importbestaetigung", value=True)
                xml.flag("RueckmeldungArchivkennung", envelope.wants_archive_reference)
            if envelope.type in (MessageType.OFFER, MessageType.APPRAISAL, MessageType.TRANSFER):
                xml.flag("Empfangsbestaetigung", envelope.wants_receipt)

    def confidentiality(self, xml: Elements, code: str) -> None:
        xml.code("Vertraulichkeitsstufe", code, CONFIDENTIALITIES)

    def proposal(self, xml: Elements, code: str, reason: str | None) -> None:
        xml.code("Bewertungsvorschlag", code, PROPOSALS)

    def document(self, xml: Elements) -> AbstractContextManager[None]:
        return xml.element(self.document_name)

    def attachment(self, xml: Elements) -> AbstractContextManager[None]:
        return xml.element("Anlage")

    def hash(self, xml: Elements, file: ContainedFile) -> None:
        """There is no place for it."""

    def agency_key(self, xml: Elements, agency: Agency) -> None:
        with xml.element("Behoerdenkennung"):
            if agency.key:
                xml.code("Behoerdenschluessel", agency.key)
            if agency.prefix:
                xml.code("Praefix", agency.prefix)

    def import_results(self, xml: Elements, message: ImportMessage) -> None:
        for one in message.results:
            with xml.element("AusgesondertesSGO"):
                xml.always("IDSGO", one.id_as_written or str(one.record_id))
                xml.flag("Erfolgreich", one.succeeded)
                for reason in one.reasons:
                    xml.text("Fehlermeldung", reason)
                xml.text("Archivkennung", one.archive_reference)
