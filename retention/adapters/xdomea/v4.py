"""How 4.0.0 says it: a head of the XÖV kind, context objects, hashes, documents in a wrapper."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from retention.adapters.xdomea.dialect import Dialect, PartyNames
from retention.adapters.xdomea.elements import Elements, instant
from retention.adapters.xdomea.vocabulary import (
    CONFIDENTIALITIES,
    DIRECTORIES,
    DVDV,
    HASHES,
    MESSAGE_TYPES,
    PROPOSALS,
    SHA_256,
    type_name,
)
from retention.rules.exchange import Agency, Envelope, ImportMessage, MessageType, XdomeaVersion
from retention.rules.nodes import ContactRole, ContainedFile


class V4(Dialect):
    id_name = "xdomeaUUID"
    appraised_name = "BewertetesSGO"
    retention_name = "Aussonderungsmetadaten"
    document_name = "DokumentOderDokumentMitSchriftstueck"
    party_names = PartyNames(
        institution="NameInstitution", unit="NameOrganisationseinheit", person="NameAnsprechpartner"
    )
    contact_names = {
        ContactRole.SENDER: "Autor",
        ContactRole.RECEIVER: "Leser",
        ContactRole.OTHER: "WeitererKontakt",
    }
    versions_come_last = True
    has_context = True

    def root_attributes(self) -> dict[str, str]:
        product = {"produkt": self.product.name, "produkthersteller": self.product.vendor}
        if self.product.version:
            product["produktversion"] = self.product.version
        return {**super().root_attributes(), **product, "standard": "xdomea", "version": XdomeaVersion.V4_0_0.value}

    def head(self, xml: Elements, envelope: Envelope) -> None:
        with xml.element("nachrichtenkopf"):
            self._identification(xml, envelope)
            self.agency(xml, "leser", envelope.receiver)
            self.agency(xml, "autor", envelope.sender)
            xml.uuid("ProzessID", envelope.process_id)
            xml.text("Hinweis", envelope.note)
        if envelope.type is MessageType.TRANSFER:
            xml.flag("Importbestaetigung", value=True)
            xml.flag("RueckmeldungArchivkennung", envelope.wants_archive_reference)
        if envelope.type in (MessageType.OFFER, MessageType.APPRAISAL, MessageType.TRANSFER):
            xml.flag("Empfangsbestaetigung", envelope.wants_receipt)
        if envelope.type.answers:
            xml.uuid("UUIDUrsprungsnachricht", envelope.answers)
        xml.always("LfdNrNachrichtProTyp", str(envelope.number))
        xml.always("GesamtanzahlNachrichtenProTyp", str(envelope.total))

    def confidentiality(self, xml: Elements, code: str) -> None:
        with xml.element("Geheimhaltung"):
            xml.code("Geheimhaltungsgrad", code, CONFIDENTIALITIES)

    def proposal(self, xml: Elements, code: str, reason: str | None) -> None:
        xml.code("Bewertungsvorschlag", code, PROPOSALS)
        xml.text("BewertungsvorschlagBegruendung", reason)

    @contextmanager
    def document(self, xml: Elements) -> Iterator[None]:
        with xml.element(self.document_name), xml.element("Dokument"):
            yield

    @contextmanager
    def attachment(self, xml: Elements) -> Iterator[None]:
        with xml.element("Anlage"), xml.element("Dokument"):
            yield

    def hash(self, xml: Elements, file: ContainedFile) -> None:
        if file.sha256:
            with xml.element("Hash"):
                xml.always("Wert", file.sha256.lower())
                xml.code("Algorithmus", SHA_256, HASHES)

    def agency_key(self, xml: Elements, agency: Agency) -> None:
        with xml.element("Behoerdenkennung"):
            xml.code("verzeichnisdienst", DVDV, DIRECTORIES)
            xml.always("kennung", ":".join(part for part in (agency.prefix, agency.key) if part))

    def import_results(self, xml: Elements, message: ImportMessage) -> None:
        succeeded = message.succeeded
        if succeeded is None:
            succeeded = all(one.succeeded for one in message.results)
        self._outcome(xml, succeeded, message.reasons)
        for one in message.results:
            with xml.element("AusgesondertesSGO"):
                xml.always(self.id_name, one.id_as_written or str(one.record_id))
                self._outcome(xml, one.succeeded, one.reasons)
                xml.text("Archivkennung", one.archive_reference)

    def _identification(self, xml: Elements, envelope: Envelope) -> None:
        if envelope.message_id is None:
            raise ValueError("a message of xdomea 4.0.0 has an id of its own")
        message_types = MESSAGE_TYPES[self.version]
        attributes = {"listURI": message_types.uri, "listVersionID": message_types.version}
        with xml.element("identifikation.nachricht"):
            xml.plain_text("nachrichtenUUID", str(envelope.message_id))
            with xml.plain_element("nachrichtentyp", attributes):
                xml.plain_text("code", envelope.type)
                xml.plain_text("name", type_name(envelope.type))
            xml.plain_text("erstellungszeitpunkt", instant(envelope.created_at))

    def _outcome(self, xml: Elements, succeeded: bool, reasons: Iterable[str]) -> None:
        with xml.element("ErfolgOderMisserfolg"):
            xml.flag("Erfolgreich", succeeded)
            for reason in reasons:
                xml.text("Fehlermeldung", reason)
