"""Writing a document or attachment with its versions and files."""

from collections.abc import Callable

from retention.adapters.xdomea.dialect import Dialect
from retention.adapters.xdomea.elements import Elements
from retention.adapters.xdomea.metadata import write_common, write_details, write_history
from retention.adapters.xdomea.vocabulary import FORMATS, OTHER_FORMAT, format_code
from retention.rules.nodes import ContactRole, ContainedFile, FormatNode, RecordNode

AddFile = Callable[[ContainedFile], None]


def write_document(
    xml: Elements, dialect: Dialect, record: RecordNode, add_file: AddFile | None, attachments: Callable[[], None]
) -> None:
    """The contents of a Dokument; without `add_file`, as in an offer, versions are not shown."""
    write_common(xml, dialect, record)
    xml.text("FremdesGeschaeftszeichen", record.foreign_reference)
    xml.day("Posteingangsdatum", record.received_on)
    xml.day("Postausgangsdatum", record.sent_on)
    xml.day("DatumDesSchreibens", record.dated_on)
    xml.text("Bezug", record.refers_to)
    xml.text("Hier", record.subtitle)
    xml.text("Bearbeiter", record.clerk)
    xml.text("Typ", record.type)
    write_history(xml, record)
    if not dialect.versions_come_last:
        _versions(xml, dialect, record, add_file)
    attachments()
    for role in (ContactRole.SENDER, ContactRole.RECEIVER, ContactRole.OTHER):
        for contact in record.contacts:
            if contact.role is role:
                dialect.contact(xml, dialect.contact_names[role], contact)
    write_details(xml, record)
    if dialect.versions_come_last:
        _versions(xml, dialect, record, add_file)


def _versions(xml: Elements, dialect: Dialect, record: RecordNode, add_file: AddFile | None) -> None:
    if add_file is None:
        return
    for version in record.versions:
        with xml.element("Version"):
            xml.always("Nummer", version.number)
            for one in version.formats:
                _format(xml, dialect, one, add_file)


def _format(xml: Elements, dialect: Dialect, one: FormatNode, add_file: AddFile) -> None:
    code = format_code(one)
    with xml.element("Format"):
        xml.code("Name", code, FORMATS)
        if code == OTHER_FORMAT:
            xml.always("SonstigerName", one.file.extension or one.media_type or "unbekannt")
        xml.always("Version", one.format_version)
        with xml.element("Primaerdokument"):
            add_file(one.file)
            xml.always("Dateiname", one.file.name)
            xml.text("DateinameOriginal", one.original_name)
            xml.text("Ersteller", one.created_by)
            xml.instant("DatumUhrzeit", one.created_at)
            _signatures(xml, one, add_file)
            dialect.hash(xml, one.file)


def _signatures(xml: Elements, one: FormatNode, add_file: AddFile) -> None:
    if one.signatures:
        with xml.element("SignaturSiegel"):
            for signature in one.signatures:
                add_file(signature)
                xml.always("SignaturSiegelDatei", signature.name)
    elif one.has_embedded_signature:
        with xml.element("SignaturSiegel"):
            xml.flag("SignaturSiegelEingebettet", value=True)
