"""Reading messages 0501 to 0507 of 3.0.0, 3.1.0 and 4.0.0, leniently: what a message says counts, not how neatly."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from eakte.foundation.errors import Finding
from retention.adapters.untrusted_xml import HasDoctype, NotXml, parse_untrusted
from retention.adapters.xdomea.errors import DoctypeRefused, MessageIncomplete, NotWellFormed, UnknownMessage
from retention.adapters.xdomea.flaws import Flaw, Flaws
from retention.adapters.xdomea.names import parse_container_name
from retention.adapters.xdomea.parsing import Element, Parser, local_name
from retention.adapters.xdomea.reading_answers import read_appraisals, read_import
from retention.adapters.xdomea.reading_head import read_head
from retention.adapters.xdomea.reading_records import RecordReader
from retention.adapters.xdomea.unpacking import Limits, OpenContainer, open_container
from retention.adapters.xdomea.vocabulary import root_name, version_of
from retention.rules.exchange import (
    AppraisalMessage,
    Envelope,
    ImportMessage,
    Message,
    MessageType,
    OfferMessage,
    ReceiptMessage,
    TransferMessage,
    XdomeaVersion,
)

_LIMITS = Limits()
_ROOTS = {root_name(type_): type_ for type_ in MessageType}


@dataclass(frozen=True, slots=True)
class ReadContainer:
    """A message that came, and what is wrong with it.

    Codes of `flaws` are those of `retention.adapters.xdomea.flaws.Flaw`. `process_id_as_written` is the sender's
    spelling of the ProzessID; ours are lower case.
    """

    message: Message
    process_id_as_written: str
    flaws: tuple[Finding, ...]

    @property
    def envelope(self) -> Envelope:
        return self.message.envelope


def read_container(
    path: Path, *, received_at: datetime, name: str | None = None, limits: Limits = _LIMITS
) -> ReadContainer:
    """Read a container (or a bare message), called `name` by its sender.

    `received_at` stands in for an unreadable instant of creation. Files of a transfer are read from `path` when they
    are opened, so it has to stay. Raises XdomeaRefused in one of its kinds.
    """
    name = name or path.name
    flaws = Flaws()
    container = open_container(path, name, limits)
    root = _parse(container)
    version, type_ = _kind(root)
    head, spelled = read_head(root, version, type_, received_at, flaws)
    _compare_names(container, name, head, flaws)
    return ReadContainer(_body(root, head, container, flaws), spelled, flaws.told())


def _parse(container: OpenContainer) -> Element:
    try:
        return parse_untrusted(container.pieces())
    except HasDoctype as error:
        raise DoctypeRefused(reason="Sie könnte damit auf Fremdes verweisen.") from error
    except NotXml as error:
        raise NotWellFormed(reason=f"Der Leser meldet: {error.reason}.") from error


def _kind(root: Element) -> tuple[XdomeaVersion, MessageType]:
    tag = root.tag if isinstance(root.tag, str) else ""
    uri = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    version, type_ = version_of(uri), _ROOTS.get(local_name(root))
    if version is None or type_ is None:
        raise UnknownMessage(found=f"„{tag[:200]}“")
    return version, type_


def _compare_names(container: OpenContainer, name: str, head: Envelope, flaws: Flaws) -> None:
    said = parse_container_name(name)
    if said is None:
        flaws.add(Flaw.NAME_UNKNOWN, name)
    else:
        if said.type is not head.type:
            flaws.add(Flaw.NAME_TYPE_DIFFERS, said.type)
        if UUID(said.process_id) != head.process_id:
            flaws.add(Flaw.NAME_PROCESS_DIFFERS, said.process_id)
    if container.message_name and container.message_name.rpartition(".")[0] != name.rpartition(".")[0]:
        flaws.add(Flaw.MESSAGE_NAME_DIFFERS, container.message_name)


def _body(root: Element, head: Envelope, container: OpenContainer, flaws: Flaws) -> Message:
    match head.type:
        case MessageType.OFFER:
            return OfferMessage(head, RecordReader(container, flaws).read(root))
        case MessageType.TRANSFER:
            return TransferMessage(head, RecordReader(container, flaws).read(root))
        case MessageType.APPRAISAL:
            return AppraisalMessage(head, read_appraisals(root, Parser(flaws)))
        case MessageType.IMPORT_RESULT:
            results, succeeded, reasons = read_import(root, Parser(flaws))
            if not results and succeeded is None:
                raise MessageIncomplete(reason="Die Importbestätigung nennt kein Ergebnis.")
            return ImportMessage(head, results, succeeded, reasons)
        case _:
            return ReceiptMessage(head)
