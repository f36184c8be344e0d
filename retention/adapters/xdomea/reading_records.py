"""Reading the records of an offer or transfer, as an archive does, or whoever takes records over."""

from functools import partial
from uuid import UUID

from eakte.access.rules import Confidentiality
from eakte.records.rules import Medium
from retention.adapters.xdomea.errors import MessageIncomplete
from retention.adapters.xdomea.flaws import Flaw, Flaws
from retention.adapters.xdomea.names import parse_file_name
from retention.adapters.xdomea.parsing import Element, Parser, child, children, code, local_name, text
from retention.adapters.xdomea.reading_contacts import read_contacts, read_history
from retention.adapters.xdomea.unpacking import OpenContainer
from retention.adapters.xdomea.vocabulary import (
    CONFIDENTIALITY_CODES,
    MEDIUM_CODES,
    SHA_256,
    is_pdfa_code,
    media_type_of,
)
from retention.rules.nodes import (
    ContainedFile,
    Decision,
    FilingUnit,
    FormatNode,
    NodeKind,
    RecordNode,
    VersionNode,
    children_of,
)

_TOP = {"Akte": NodeKind.DOSSIER, "Vorgang": NodeKind.CASE, "Dokument": NodeKind.DOCUMENT}
_BELOW = {
    "Vorgang": NodeKind.CASE,
    "Teilvorgang": NodeKind.SUB_CASE,
    "Teilakte": NodeKind.SUB_DOSSIER,
    "Dokument": NodeKind.DOCUMENT,
    "Anlage": NodeKind.ATTACHMENT,
    # What a document of 4.0.0 is made of is read as if it lay beside it.
    "Schriftstueck": NodeKind.ATTACHMENT,
}
_WRAPPER = "DokumentOderDokumentMitSchriftstueck"
_DOCUMENTS = ("Dokument", "DokumentMitSchriftstueck")
_CONFIDENTIALITIES: dict[str, Confidentiality] = {code: level for level, code in CONFIDENTIALITY_CODES.items()}
_MEDIA: dict[str, Medium] = {code: medium for medium, code in MEDIUM_CODES.items()}
_DECISIONS = {decision.value: decision for decision in Decision}


class RecordReader:
    """Reads the tree; files are opened in the container when somebody asks for them."""

    def __init__(self, container: OpenContainer, flaws: Flaws) -> None:
        self._container, self._parser = container, Parser(flaws)

    def read(self, root: Element) -> tuple[RecordNode, ...]:
        """Raises MessageIncomplete when there is no record at all."""
        found = tuple(
            node
            for around in children(root, "Schriftgutobjekt")
            for element in children(around, *_TOP)
            if (node := self._record(element, _TOP[local_name(element)]))
        )
        if not found:
            raise MessageIncomplete(reason="Sie enthält kein Schriftgutobjekt.")
        return found

    def _record(self, element: Element, kind: NodeKind) -> RecordNode | None:
        written = text(element, "Identifikation", "ID") or text(element, "Identifikation", "xdomeaUUID")
        record_id = self._parser.uuid(written)
        if record_id is None:
            return None
        parse, common = self._parser, child(element, "AllgemeineMetadaten")
        retention = child(element, "ArchivspezifischeMetadaten")
        retention = retention if retention is not None else child(element, "Aussonderungsmetadaten")
        years = parse.number(text(retention, "Aufbewahrungsdauer", "AnzahlJahre"), written)
        return RecordNode(
            id=record_id,
            kind=kind,
            title=text(common, "Betreff"),
            reference=text(common, "Kennzeichen") or None,
            children=children_of(*self._below(element, kind)),
            number=parse.number(text(element, "Identifikation", "NummerImUebergeordnetenContainer"), written),
            is_context=text(element, "Kontextobjekt") in ("1", "true"),
            filing_unit=_filing_unit(common),
            lead_unit=text(common, "Federfuehrung") or None,
            keeping_unit=text(common, "Aktenfuehrung") or None,
            confidentiality=_CONFIDENTIALITIES.get(
                code(common, "Vertraulichkeitsstufe") or code(common, "Geheimhaltung", "Geheimhaltungsgrad")
            ),
            medium=_MEDIA.get(code(common, "Medium")),
            location=text(element, "Standort") or None,
            remark=text(common, "Bemerkung") or None,
            type=text(element, "Typ") or None,
            runs_from=parse.day(text(element, "Laufzeit", "Beginn"), written),
            runs_until=parse.day(text(element, "Laufzeit", "Ende"), written),
            closed_on=parse.day(text(element, "ZdADatum"), written),
            retention_years=years,
            kept_for_ever=text(retention, "Aufbewahrungsdauer", "Unbefristet") in ("1", "true"),
            retention_ends=parse.day(text(retention, "Aufbewahrungsende"), written),
            decision=_DECISIONS.get(code(retention, "Aussonderungsart", "Aussonderungsart")),
            proposal=_DECISIONS.get(code(retention, "Bewertungsvorschlag")),
            proposal_reason=text(retention, "BewertungsvorschlagBegruendung") or None,
            archive_reference=text(retention, "Kennung") or None,
            foreign_reference=text(element, "FremdesGeschaeftszeichen") or None,
            received_on=parse.day(text(element, "Posteingangsdatum"), written),
            sent_on=parse.day(text(element, "Postausgangsdatum"), written),
            dated_on=parse.day(text(element, "DatumDesSchreibens"), written),
            refers_to=text(element, "Bezug") or None,
            subtitle=text(element, "Hier") or None,
            clerk=text(element, "Bearbeiter") or None,
            versions=tuple(self._version(one) for one in children(element, "Version")),
            contacts=tuple(read_contacts(element)),
            history=tuple(read_history(element, parse)),
            details=_details(element),
        )

    def _below(self, element: Element, kind: NodeKind) -> list[RecordNode]:
        found = []
        within = child(element, "Akteninhalt") if kind in (NodeKind.DOSSIER, NodeKind.SUB_DOSSIER) else element
        for one in children(within, _WRAPPER, *_BELOW):
            below = _BELOW.get(local_name(one), NodeKind.DOCUMENT)
            node = self._record(_unwrapped(one), below) if below in kind.holds else None
            if node:
                found.append(node)
        return found

    def _version(self, element: Element) -> VersionNode:
        formats = (self._format(one) for one in children(element, "Format"))
        return VersionNode(number=text(element, "Nummer"), formats=tuple(one for one in formats if one))

    def _format(self, element: Element) -> FormatNode | None:
        primary = child(element, "Primaerdokument")
        signature = child(primary, "SignaturSiegel")
        hash_ = text(primary, "Hash", "Wert") if code(primary, "Hash", "Algorithmus") == SHA_256 else ""
        file = self._file(_raw(primary, "Dateiname"), hash_)
        if file is None:
            return None
        signatures = (self._file(one.text or "", "") for one in children(signature, "SignaturSiegelDatei"))
        format_ = code(element, "Name")
        return FormatNode(
            file=file,
            media_type=media_type_of(format_, file.extension),
            is_pdfa=is_pdfa_code(format_),
            format_version=text(element, "Version"),
            original_name=text(primary, "DateinameOriginal") or None,
            created_by=text(primary, "Ersteller") or None,
            created_at=self._parser.instant(text(primary, "DatumUhrzeit")),
            has_embedded_signature=child(signature, "SignaturSiegelEingebettet") is not None,
            signatures=tuple(one for one in signatures if one),
        )

    def _file(self, name: str, sha256: str) -> ContainedFile | None:
        flaws, parts = self._parser.flaws, parse_file_name(name)
        if parts is None:
            flaws.add(Flaw.FILE_NAME_UNSAFE, name)
            return None
        if self._container.message_name and name not in self._container.names:
            flaws.add(Flaw.FILE_MISSING, name)
        file_id, extension = parts
        opening = partial(self._container.open, name)
        return ContainedFile(file_id=UUID(file_id), extension=extension, size=None, sha256=sha256 or None, open=opening)


def _unwrapped(element: Element) -> Element:
    """What is in the wrapper documents and attachments have from 4.0.0 on."""
    if local_name(element) not in (_WRAPPER, "Anlage"):
        return element
    return next(children(element, *_DOCUMENTS), element)


def _filing_unit(common: Element | None) -> FilingUnit | None:
    unit = child(common, "Aktenplaneinheit")
    return None if unit is None else FilingUnit(code=text(unit, "Kennzeichen"), title=text(unit, "Inhaltsangabe"))


def _details(element: Element) -> dict[str, str]:
    return {
        text(field, "Name"): text(field, "Wert")
        for extension in children(element, "AnwendungsspezifischeErweiterung")
        for field in children(extension, "Feld")
    }


def _raw(element: Element | None, name: str) -> str:
    """A text as it is, since file names are compared byte for byte."""
    found = child(element, name)
    return (found.text or "") if found is not None else ""
