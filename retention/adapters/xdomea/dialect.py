"""Where the versions of xdomea differ: the port, and what both sides of it share."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar

from retention.adapters.xdomea.elements import Elements
from retention.adapters.xdomea.vocabulary import DECISIONS, SCHEMA_FILE, XSI, namespace
from retention.rules.exchange import Agency, AppraisalMessage, Envelope, ImportMessage, XdomeaVersion
from retention.rules.nodes import Contact, ContactRole, ContainedFile


@dataclass(frozen=True, slots=True)
class Product:
    """The software that writes a message."""

    name: str = "E-Akte"
    vendor: str = "E-Akte"
    version: str | None = None


@dataclass(frozen=True, slots=True)
class PartyNames:
    """What the parts of a contact (Kontakt) are called."""

    institution: str
    unit: str
    person: str


class Dialect(ABC):
    """How one version says what both say; elements not named here are the same in all."""

    id_name: ClassVar[str]
    appraised_name: ClassVar[str]
    retention_name: ClassVar[str]
    document_name: ClassVar[str]
    """Of a document right within a dossier or case."""
    party_names: ClassVar[PartyNames]
    contact_names: ClassVar[dict[ContactRole, str]]
    versions_come_last: ClassVar[bool]
    has_context: ClassVar[bool]

    def __init__(self, version: XdomeaVersion, product: Product) -> None:
        self.version, self.product = version, product

    def root_attributes(self) -> dict[str, str]:
        uri = namespace(self.version)
        return {f"{{{XSI}}}schemaLocation": f"{uri} {SCHEMA_FILE}"}

    @abstractmethod
    def head(self, xml: Elements, envelope: Envelope) -> None:
        """Everything before the body."""

    @abstractmethod
    def confidentiality(self, xml: Elements, code: str) -> None: ...

    @abstractmethod
    def proposal(self, xml: Elements, code: str, reason: str | None) -> None: ...

    @abstractmethod
    def document(self, xml: Elements) -> AbstractContextManager[None]:
        """What stands around the contents of a document."""

    @abstractmethod
    def attachment(self, xml: Elements) -> AbstractContextManager[None]: ...

    @abstractmethod
    def hash(self, xml: Elements, file: ContainedFile) -> None: ...

    @abstractmethod
    def agency_key(self, xml: Elements, agency: Agency) -> None: ...

    @abstractmethod
    def import_results(self, xml: Elements, message: ImportMessage) -> None: ...

    def appraisals(self, xml: Elements, message: AppraisalMessage) -> None:
        for one in message.appraisals:
            with xml.element(self.appraised_name):
                xml.always(self.id_name, one.id_as_written or str(one.record_id))
                with xml.element("Aussonderungsart"):
                    if one.decision:
                        xml.code("Aussonderungsart", one.decision, DECISIONS)
                    else:
                        xml.always("AussonderungsartKonfigurierbar", one.configured or "")

    def agency(self, xml: Elements, name: str, agency: Agency) -> None:
        with xml.element(name):
            if agency.prefix or agency.key:
                self.agency_key(xml, agency)
            self._institution(xml, agency.name, agency.short_name)
            if agency.unit:
                with xml.element(self.party_names.unit):
                    xml.always("Name", agency.unit)

    def contact(self, xml: Elements, name: str, contact: Contact) -> None:
        with xml.element(name):
            if contact.organisation:
                self._institution(xml, contact.organisation, None)
            if contact.surname or contact.first_name:
                with xml.element(self.party_names.person):
                    xml.text("Titel", contact.title)
                    self._part_of_name(xml, "Familienname", contact.surname)
                    self._part_of_name(xml, "Vorname", contact.first_name)
            if contact.address:
                with xml.element("UnstrukturierteAnschrift"):
                    for number, line in enumerate(_six_lines(contact.address), start=1):
                        xml.text(f"Zeile{number}", line)

    def _institution(self, xml: Elements, name: str, short_name: str | None) -> None:
        with xml.element(self.party_names.institution):
            xml.text("Name", name)
            xml.text("Kurzbezeichnung", short_name)

    def _part_of_name(self, xml: Elements, name: str, part: str | None) -> None:
        if part:
            with xml.element(name):
                xml.text("Name", part)


_LINES = 6


def _six_lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines if len(lines) <= _LINES else (*lines[: _LINES - 1], ", ".join(lines[_LINES - 1 :]))
