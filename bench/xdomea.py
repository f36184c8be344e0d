"""Handing records over: one 0503 with 10,000 documents, written as a stream and, to compare, in memory.

    python bench/xdomea.py                        10,000 documents of 200 kB in each version, and both baselines
    python bench/xdomea.py --documents 1000 --kilobytes 20

stream      `write_container`: records asked for one by one, XML by lxml.etree.xmlfile, files copied and hashed
tree        what is usually done: lxml tree, serialised, and zipfile over a BytesIO, both written at the end
tree+disk   the same with zipfile writing to the disk

Each runs in a process of its own; `CPU` is its user and system time, `RSS` how much its peak grew beyond what it had
before, with the files generated as they are read. Read back: the 0503 as a tree of records, and a 0502 for all.
"""

# Python puts the folder of a script first on its path, where `retention.py` would hide the package of that name.
# ruff: noqa: E402
import sys
from pathlib import Path

sys.path[:] = [*(place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent), *sys.path[:1]]

import argparse
import hashlib
import io
import multiprocessing
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from lxml import etree
from rich.console import Console
from rich.table import Table

from retention.adapters.xdomea import read_container, write_container
from retention.rules.exchange import (
    Agency,
    Appraisal,
    AppraisalMessage,
    Envelope,
    MessageType,
    OfferMessage,
    TransferMessage,
    XdomeaVersion,
)
from retention.rules.nodes import (
    ContainedFile,
    Decision,
    FormatNode,
    NodeKind,
    Readable,
    RecordNode,
    VersionNode,
    no_children,
)

AT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
PER_CASE = 100


class Town:
    """A dossier of cases with a hundred documents each, made as they are asked for; all files are alike."""

    def __init__(self, documents: int, size: int) -> None:
        self.documents = documents
        self._content = b"%PDF-1.7\n" + Random(7).randbytes(size)
        self._sha256 = hashlib.sha256(self._content).hexdigest()

    def dossier(self) -> RecordNode:
        return RecordNode(id=_id(1, 0), kind=NodeKind.DOSSIER, title="Bauvorhaben", children=self._cases)

    def _cases(self, kind: NodeKind) -> Iterator[RecordNode]:
        if kind is not NodeKind.CASE:
            return
        for number in range(0, self.documents, PER_CASE):
            below = self._documents(number)
            yield RecordNode(
                id=_id(2, number),
                kind=kind,
                title=f"Bauantrag {number} in der Größe",
                children=below,
                retention_years=10,
            )

    def _documents(self, first: int) -> Callable[[NodeKind], Iterator[RecordNode]]:
        def documents(kind: NodeKind) -> Iterator[RecordNode]:
            if kind is NodeKind.DOCUMENT:
                for number in range(first, min(first + PER_CASE, self.documents)):
                    yield self._document(number)

        return documents

    def _document(self, number: int) -> RecordNode:
        file = ContainedFile(
            file_id=_id(4, number), extension="pdf", size=len(self._content), sha256=self._sha256, open=self._open
        )
        form = FormatNode(
            file=file, media_type="application/pdf", original_name=f"Bescheid {number}.pdf", created_at=AT
        )
        return RecordNode(
            id=_id(3, number),
            kind=NodeKind.DOCUMENT,
            title=f"Bescheid {number} über die Genehmigung",
            reference=f"632.20-2014/17-1#{number}",
            children=no_children,
            versions=(VersionNode(number="1", formats=(form,)),),
        )

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        yield io.BytesIO(self._content)


def _id(kind: int, number: int) -> UUID:
    return UUID(int=kind << 100 | number)


def _head(type_: MessageType, version: XdomeaVersion) -> Envelope:
    city, archive = Agency(name="Stadt Musterhausen"), Agency(name="Stadtarchiv Musterhausen")
    return Envelope(
        process_id=_id(5, 0), type=type_, version=version, created_at=AT, sender=city, receiver=archive,
        message_id=_id(6, 0), answers=_id(6, 1),
    )  # fmt: skip


def stream(town: Town, folder: Path, version: XdomeaVersion) -> None:
    write_container(TransferMessage(_head(MessageType.TRANSFER, version), [town.dossier()]), folder)


def offer(town: Town, folder: Path, version: XdomeaVersion) -> None:
    write_container(OfferMessage(_head(MessageType.OFFER, version), [town.dossier()]), folder)


def tree(town: Town, folder: Path, version: XdomeaVersion, *, on_disk: bool = False) -> None:
    """The elements a 3.0.0 message has at least, as a tree; hashes are compared too."""
    uri = f"urn:xoev-de:xdomea:schema:{version}"
    root = etree.Element(f"{{{uri}}}Aussonderung.Aussonderung.0503", nsmap={"xdomea": uri})
    target: Any = folder / "container.zip" if on_disk else io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        _add(root, uri, town.dossier(), archive)
        data = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        archive.writestr("message.xml", data, zipfile.ZIP_DEFLATED)
    if not on_disk:
        (folder / "container.zip").write_bytes(target.getvalue())


def tree_on_disk(town: Town, folder: Path, version: XdomeaVersion) -> None:
    tree(town, folder, version, on_disk=True)


def _add(parent: Any, uri: str, record: RecordNode, archive: zipfile.ZipFile) -> None:
    def sub(parent: Any, name: str, text: str | None = None) -> Any:
        element = etree.SubElement(parent, f"{{{uri}}}{name}")
        element.text = text
        return element

    element = sub(parent, record.kind)
    sub(sub(element, "Identifikation"), "ID", str(record.id))
    common = sub(element, "AllgemeineMetadaten")
    sub(common, "Betreff", record.title)
    sub(common, "Kennzeichen", record.reference)
    for kind in record.kind.holds:
        for below in record.children(kind):
            _add(element, uri, below, archive)
    for version in record.versions:
        for form in version.formats:
            entry = sub(sub(element, "Version"), "Format")
            etree.SubElement(sub(entry, "Name"), "code").text = "018"
            primary = sub(entry, "Primaerdokument")
            sub(primary, "Dateiname", form.file.name)
            sub(primary, "DateinameOriginal", form.original_name)
            with form.file.open() as file:
                content = file.read(1 << 30)
            assert hashlib.sha256(content).hexdigest() == form.file.sha256
            archive.writestr(form.file.name, content)


def read_back(town: Town, folder: Path, version: XdomeaVersion) -> None:
    (path,) = folder.glob("*0503*.zip")
    read_container(path, received_at=AT)


def appraisal(town: Town, folder: Path, version: XdomeaVersion) -> None:
    appraisals = tuple(
        Appraisal(record_id=_id(3, number), decision=Decision.ARCHIVE) for number in range(town.documents)
    )
    path = write_container(AppraisalMessage(_head(MessageType.APPRAISAL, version), appraisals), folder).path
    read_container(path, received_at=AT)


def measure(act: Callable[[Town, Path, XdomeaVersion], None], town: Town, folder: Path, version: XdomeaVersion) -> Any:
    """CPU seconds, wall seconds and growth of the peak in MB, in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_measured, (act, town.documents, len(town._content) - 9, folder, version))


def _measured(act: Callable[..., None], documents: int, size: int, folder: Path, version: XdomeaVersion) -> Any:
    town = Town(documents, size)
    before, cpu, wall = _peak_mb(), time.process_time(), time.perf_counter()
    act(town, folder, version)
    return time.process_time() - cpu, time.perf_counter() - wall, _peak_mb() - before


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=int, default=10_000)
    arguments.add_argument("--kilobytes", type=int, default=200)
    given = arguments.parse_args()
    town = Town(given.documents, given.kilobytes << 10)
    v3, v4 = XdomeaVersion.V3_0_0, XdomeaVersion.V4_0_0
    acts: list[tuple[str, Callable[[Town, Path, XdomeaVersion], None], XdomeaVersion]] = [
        ("0501 stream", offer, v3),
        ("0501 stream", offer, v4),
        ("0503 stream", stream, v3),
        ("0503 read back", read_back, v3),
        ("0503 stream", stream, v4),
        ("0503 tree+disk", tree_on_disk, v3),
        ("0503 tree", tree, v3),
        ("0502 written and read", appraisal, v3),
    ]
    table = Table(title=f"{given.documents:,} documents of {given.kilobytes} kB")
    for column in ("what", "version", "per s", "per CPU s", "CPU s", "s", "RSS +MB"):
        table.add_column(column, justify="left" if column in ("what", "version") else "right")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, act, version in acts:
            if act is not read_back:
                for path in folder.iterdir():
                    path.unlink()
            cpu, wall, grown = measure(act, town, folder, version)
            table.add_row(
                name, version, f"{given.documents / wall:,.0f}", f"{given.documents / cpu:,.0f}", f"{cpu:.1f}",
                f"{wall:.1f}", f"{grown:,.0f}",
            )  # fmt: skip
    Console().print(table)


if __name__ == "__main__":
    main()
