"""Reading the head of a message: Kopf before 4.0.0, nachrichtenkopf from then on."""

from datetime import datetime
from uuid import UUID

from retention.adapters.xdomea.errors import MessageIncomplete
from retention.adapters.xdomea.flaws import Flaw, Flaws
from retention.adapters.xdomea.names import is_uuid
from retention.adapters.xdomea.parsing import Element, child, code, parse_instant, parse_number, text
from retention.rules.exchange import Agency, Envelope, MessageType, XdomeaVersion


def read_head(
    root: Element, version: XdomeaVersion, type_: MessageType, received_at: datetime, flaws: Flaws
) -> tuple[Envelope, str]:
    """The envelope, and the ProzessID as it is written. Raises MessageIncomplete without one."""
    is_v4 = version is XdomeaVersion.V4_0_0
    head = child(root, "nachrichtenkopf" if is_v4 else "Kopf")
    flags = root if is_v4 else head
    about = child(head, "identifikation.nachricht") if is_v4 else head
    process = text(head, "ProzessID")
    if not is_uuid(process):
        raise MessageIncomplete(reason=f"Die ProzessID ist keine UUID: „{process[:100]}“.")
    if process != process.lower():
        flaws.add(Flaw.PROCESS_SPELLED_DIFFERENTLY, process)
    said = code(about, "nachrichtentyp" if is_v4 else "Nachrichtentyp")
    if said != type_:
        flaws.add(Flaw.HEAD_TYPE_DIFFERS, said)
    created = text(about, "erstellungszeitpunkt" if is_v4 else "Erstellungszeitpunkt")
    envelope = Envelope(
        process_id=UUID(process),
        type=type_,
        version=version,
        created_at=_created(created, received_at, flaws),
        sender=_agency(child(head, "autor" if is_v4 else "Absender"), is_v4),
        receiver=_agency(child(head, "leser" if is_v4 else "Empfaenger"), is_v4),
        message_id=_optional_uuid(text(about, "nachrichtenUUID"), None),
        answers=_optional_uuid(text(root, "UUIDUrsprungsnachricht"), flaws),
        number=parse_number(text(root, "LfdNrNachrichtProTyp")) or 1,
        total=parse_number(text(root, "GesamtanzahlNachrichtenProTyp")) or 1,
        wants_receipt=text(flags, "Empfangsbestaetigung") in ("1", "true"),
        wants_archive_reference=text(flags, "RueckmeldungArchivkennung") in ("1", "true"),
        note=text(head, "Hinweis") or None,
    )
    return envelope, process


def _created(written: str, received_at: datetime, flaws: Flaws) -> datetime:
    value = parse_instant(written)
    if value is None:
        flaws.add(Flaw.CREATED_UNREADABLE, written)
    return value or received_at


def _agency(contact: Element | None, is_v4: bool) -> Agency:
    key = child(contact, "Behoerdenkennung")
    if is_v4:
        prefix, _, own = text(key, "kennung").rpartition(":")
        institution, unit = child(contact, "NameInstitution"), child(contact, "NameOrganisationseinheit")
    else:
        prefix, own = code(key, "Praefix"), code(key, "Behoerdenschluessel")
        institution, unit = child(contact, "Institution"), child(contact, "Organisationseinheit")
    return Agency(
        name=text(institution, "Name"),
        short_name=text(institution, "Kurzbezeichnung") or None,
        unit=text(unit, "Name") or None,
        prefix=prefix or None,
        key=own or None,
    )


def _optional_uuid(written: str, flaws: Flaws | None) -> UUID | None:
    if is_uuid(written):
        return UUID(written)
    if written and flaws:
        flaws.add(Flaw.ANSWERED_MESSAGE_UNREADABLE, written)
    return None
