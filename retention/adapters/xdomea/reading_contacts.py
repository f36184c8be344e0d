"""Reading whom a record has to do with, and what was done to it."""

from collections.abc import Iterator

from retention.adapters.xdomea.parsing import Element, Parser, child, children, local_name, text
from retention.rules.nodes import Contact, ContactRole, HistoryEntry

_ROLES = {
    "Absender": ContactRole.SENDER,
    "Autor": ContactRole.SENDER,
    "Empfaenger": ContactRole.RECEIVER,
    "Leser": ContactRole.RECEIVER,
    "WeitererKontakt": ContactRole.OTHER,
    "Kontakt": ContactRole.OTHER,
}


def read_contacts(record: Element) -> Iterator[Contact]:
    for one in children(record, *_ROLES):
        person = child(one, "NameAnsprechpartner")
        person = person if person is not None else child(one, "Name")
        lines = child(one, "UnstrukturierteAnschrift")
        yield Contact(
            role=_ROLES[local_name(one)],
            organisation=text(one, "Institution", "Name") or text(one, "NameInstitution", "Name") or None,
            surname=text(person, "Familienname", "Name") or None,
            first_name=text(person, "Vorname", "Name") or None,
            title=text(person, "Titel") or None,
            address=tuple(filter(None, (text(lines, f"Zeile{number}") for number in range(1, 7)))),
        )


def read_history(record: Element, parser: Parser) -> Iterator[HistoryEntry]:
    """Entries whose instant is not readable are left out, and told."""
    for one in children(record, "HistorienProtokollInformation"):
        at = parser.instant(text(one, "DatumUhrzeit"))
        if at is None:
            continue
        yield HistoryEntry(
            at=at,
            actor=text(one, "Akteur"),
            action=text(one, "Aktion"),
            field=text(one, "MetadatumName") or None,
            old=text(one, "MetadatumAlterWert") or None,
            new=text(one, "MetadatumNeuerWert") or None,
            remark=text(one, "Bemerkung") or None,
        )
