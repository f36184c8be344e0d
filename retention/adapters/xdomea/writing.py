"""Writing messages 0501 to 0507 into containers, record by record and file by file."""

import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from types import MappingProxyType
from typing import IO

from lxml import etree

from eakte.foundation.errors import Finding
from retention.adapters.appearing import appearing
from retention.adapters.xdomea.container import Container
from retention.adapters.xdomea.dialect import Dialect, Product
from retention.adapters.xdomea.elements import Changes, Elements
from retention.adapters.xdomea.names import container_name, stem_of
from retention.adapters.xdomea.records import RecordWriter, Written
from retention.adapters.xdomea.text import cleaning
from retention.adapters.xdomea.v3 import V3
from retention.adapters.xdomea.v4 import V4
from retention.adapters.xdomea.vocabulary import XSI, namespace, root_name
from retention.rules.exchange import (
    RECEIPTS,
    AppraisalMessage,
    ImportMessage,
    Message,
    MessageType,
    OfferMessage,
    ReceiptMessage,
    TransferMessage,
    XdomeaVersion,
)
from retention.rules.nodes import NodeKind

DEEPEST = 5
"""Levels of records that archives accept unless they agree to more."""
_IN_MEMORY = 8 << 20
_PRODUCT = Product()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenContainer:
    """A container on the disk, and what is in it."""

    path: Path
    size: int
    sha256: str
    """Of the container itself."""
    records: Mapping[NodeKind, int]
    files: int
    file_bytes: int
    replaced: int
    """Elements in which characters had to be replaced."""
    findings: tuple[Finding, ...]
    """What somebody should know: replaced characters, documents without a file; a thousand of each at most."""

    @property
    def name(self) -> str:
        return self.path.name


def write_container(
    message: Message, folder: Path, *, product: Product = _PRODUCT, deepest: int | None = DEEPEST
) -> WrittenContainer:
    """Write a message into `folder`, under the name its receiver expects.

    Raises RecordsUnfit with its kinds and FileDiffers; then nothing is left behind. A container of the same name is
    replaced in one step.
    """
    envelope = message.envelope
    name, changes = container_name(envelope), Changes()
    with (
        appearing(folder / name) as target,
        tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool,
    ):
        with closing(Container(target, envelope.created_at)) as container:
            written = _write_xml(message, spool, container, changes, _dialect(envelope.version, product), deepest)
            container.close_with(f"{stem_of(envelope)}.xml", spool)
        size = target.tell()
        target.seek(0)
        sha256 = file_digest(target, "sha256").hexdigest()
    return WrittenContainer(
        path=folder / name,
        size=size,
        sha256=sha256,
        records=MappingProxyType(dict(written.counts)),
        files=container.files,
        file_bytes=container.bytes,
        replaced=changes.count,
        findings=(*changes.told, *written.without_file),
    )


def _write_xml(
    message: Message, target: IO[bytes], container: Container, changes: Changes, dialect: Dialect, deepest: int | None
) -> Written:
    envelope = message.envelope
    uri = namespace(envelope.version)
    root = f"{{{uri}}}{root_name(envelope.type)}"
    with etree.xmlfile(target, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element(root, dialect.root_attributes(), nsmap={"xdomea": uri, "xsi": XSI}):
            xml = Elements(file, uri, cleaning(envelope.version), changes)
            dialect.head(xml, envelope)
            return _write_body(message, xml, dialect, container, deepest)


def _write_body(
    message: Message, xml: Elements, dialect: Dialect, container: Container, deepest: int | None
) -> Written:
    type_ = message.envelope.type
    match message:
        case OfferMessage() if type_ is MessageType.OFFER:
            offer = RecordWriter(xml, dialect, deepest, add_file=None)
            offer.write(message.records)
            return offer.written
        case TransferMessage() if type_ is MessageType.TRANSFER:
            transfer = RecordWriter(xml, dialect, deepest, container.add)
            transfer.write(message.records)
            return transfer.written
        case AppraisalMessage() if type_ is MessageType.APPRAISAL:
            dialect.appraisals(xml, message)
        case ImportMessage() if type_ is MessageType.IMPORT_RESULT:
            dialect.import_results(xml, message)
        case ReceiptMessage() if type_ in RECEIPTS:
            pass
        case _:
            raise ValueError(f"{type(message).__name__} is no {type_}")
    return Written()


def _dialect(version: XdomeaVersion, product: Product) -> Dialect:
    return V4(version, product) if version is XdomeaVersion.V4_0_0 else V3(version, product)
