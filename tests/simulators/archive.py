"""An archive that takes part in disposal by xdomea, as x-man does: it looks into a directory and answers there.

It confirms an offer or a transfer at once; the appraisal and the import result come at the next look, since a person
is at work in between. It answers in the version and with the extension it was asked in. What it does not like becomes
an entry for its own staff in `complaints`, and the sender hears nothing.
"""

import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid4

from retention.adapters.xdomea import Product, ReadContainer, parse_container_name, read_container, write_container
from retention.adapters.xdomea.errors import XdomeaRefused
from retention.rules.exchange import (
    Agency,
    Appraisal,
    AppraisalMessage,
    Envelope,
    ImportMessage,
    ImportResult,
    Message,
    MessageType,
    OfferMessage,
    ReceiptMessage,
    TransferMessage,
    XdomeaVersion,
)
from retention.rules.nodes import Decision, NodeKind, RecordNode

ARCHIVE = Agency(name="Stadtarchiv Musterhausen", short_name="StAMH")
_TAKEN_IN = (MessageType.OFFER, MessageType.TRANSFER, MessageType.APPRAISAL_RECEIVED)
_XSD_VERSIONS = frozenset(XdomeaVersion)
_FILES_CHECKED = 1 << 16


class Fault(StrEnum):
    """What is wrong with the archive, or with what it sends."""

    SILENT = "takes everything in and never answers"
    SLOW = "answers only several looks later"
    HALF_WRITTEN = "writes answers under their name, half of them at first"
    CONTRADICTORY = "appraises what holds an A as V"
    UNDECIDED = "leaves the last record of an offer out"
    TO_BE_APPRAISED = "answers B for the last record of an offer"
    UNKNOWN_IDS = "appraises and confirms records nobody sent"
    IMPORT_FAILS = "cannot import the last record of a transfer"
    IMPORT_INCOMPLETE = "does not name the last record of a transfer"
    OTHER_RESULT = "sends the import result of another process"
    OTHER_PROCESS = "has another process in the message than in its name"
    TWICE = "sends the appraisal a second time, with everything destroyed"
    NO_SCHEMA = "leaves out what the schema demands"
    OTHER_HEAD = "has another type in the head than in the root element"
    XDOMEA_ENDING = "calls its containers .xdomea"
    SHORT_NAMES = "calls its containers by the short form"
    UPPER_CASE = "writes all UUIDs in upper case"


@dataclass
class _Known:
    """What it remembers of a process."""

    offered: tuple[RecordNode, ...] = ()
    decisions: dict[UUID, Decision] = field(default_factory=dict)
    taken: set[MessageType] = field(default_factory=set)


@dataclass
class Archive:
    """One archive with one directory for one agency.

    `decide` says A or V for a dossier, sub-dossier, case or sub-case; what it leaves open becomes V. With `key` an
    agency of that prefix and key is on file, and no other is heard.
    """

    directory: Path
    decide: Callable[[RecordNode], Decision | None] = lambda _: Decision.ARCHIVE
    faults: frozenset[Fault] = frozenset()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    reads: frozenset[XdomeaVersion] = _XSD_VERSIONS
    key: tuple[str, str] | None = None
    gives_references: bool = True
    complaints: list[str] = field(default_factory=list)
    imported: dict[UUID, list[str]] = field(default_factory=dict)
    """Of each process the names of the files it has archived."""
    _seen: set[str] = field(default_factory=set)
    _processes: dict[UUID, _Known] = field(default_factory=dict)
    _due: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    _looks: int = 0

    def look(self) -> list[str]:
        """Look into the directory once: answer what is due, take in what is new. Gives the names taken in."""
        self._looks += 1
        due = [act for at, act in self._due if at <= self._looks]
        self._due = [one for one in self._due if one[0] > self._looks]
        for act in due:
            act()
        taken = []
        for path in sorted(self.directory.iterdir()):
            name = parse_container_name(path.name)
            # What is hidden is on its way to its name.
            if path.name in self._seen or path.name.startswith(".") or not path.is_file():
                continue
            self._seen.add(path.name)
            if name is None:
                self.complaints.append(f"unknown file {path.name}")
            elif name.type in _TAKEN_IN:
                self._take(path)
                taken.append(path.name)
        return taken

    @contextmanager
    def watching(self, every_s: float = 0.05) -> Iterator["Archive"]:
        """The archive at work beside us."""
        stop = threading.Event()

        def keep_looking() -> None:
            while not stop.wait(every_s):
                self.look()

        thread = threading.Thread(target=keep_looking, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join()

    # --- taking in -------------------------------------------------------------------------------------------

    def _take(self, path: Path) -> None:
        try:
            read = read_container(path, received_at=self.now())
        except XdomeaRefused as error:
            self.complaints.append(f"{path.name}: {error.code()}")
            return
        head = read.envelope
        known = self._processes.setdefault(head.process_id, _Known())
        if head.version not in self.reads:
            self.complaints.append(f"{path.name}: cannot read xdomea {head.version}")
        elif self.key and (head.sender.prefix, head.sender.key) != self.key:
            self.complaints.append(f"{path.name}: unknown agency")
        elif head.type in known.taken and head.version is not XdomeaVersion.V4_0_0:
            self.complaints.append(f"{path.name}: a second {head.type} in one process")
        elif Fault.SILENT not in self.faults:
            known.taken.add(head.type)
            self._answer(path, read, known)

    def _answer(self, path: Path, read: ReadContainer, known: _Known) -> None:
        ending = path.suffix
        match read.message:
            case OfferMessage(envelope, records):
                known.offered = tuple(records)
                self._send_later(ReceiptMessage(self._head(envelope, MessageType.OFFER_RECEIVED)), ending, looks=0)
                self._send_later(self._appraisal(envelope, known), ending, looks=1)
            case TransferMessage(envelope, records):
                transferred = tuple(records)
                complaints = [*self._files(transferred), *_differences(known, transferred)]
                self._send_later(ReceiptMessage(self._head(envelope, MessageType.TRANSFER_RECEIVED)), ending, looks=0)
                self.complaints += (f"{path.name}: {one}" for one in complaints)
                if not complaints:
                    self._send_later(self._result(envelope, transferred), ending, looks=1)
            case _:
                pass

    def _files(self, records: tuple[RecordNode, ...]) -> Iterator[str]:
        """Archives what it can read; gives what it cannot."""
        for record in _all(records):
            for version in record.versions:
                for one in version.formats:
                    try:
                        with one.file.open() as file:
                            while file.read(_FILES_CHECKED):
                                pass
                    except XdomeaRefused as error:
                        yield f"{one.file.name}: {error.code()}"

    # --- answering -------------------------------------------------------------------------------------------

    def _head(self, asked: Envelope, type_: MessageType) -> Envelope:
        return replace(
            asked,
            type=type_,
            created_at=self.now(),
            sender=ARCHIVE,
            receiver=asked.sender,
            message_id=uuid4(),
            answers=asked.message_id,
            note=None,
        )

    def _appraisal(self, asked: Envelope, known: _Known) -> AppraisalMessage:
        records = [one for one in _all(known.offered) if one.kind.is_appraised and not one.is_context]
        decided = {one.id: self.decide(one) or Decision.DESTROY for one in records}
        if Fault.CONTRADICTORY in self.faults:
            decided.update({one.id: Decision.DESTROY for one in known.offered})
            decided[records[-1].id] = Decision.ARCHIVE
        else:
            _keep_what_holds_archived(known.offered, decided)
        last = records[-1].id
        if Fault.UNDECIDED in self.faults:
            del decided[last]
        if Fault.TO_BE_APPRAISED in self.faults:
            decided[last] = Decision.APPRAISE
        known.decisions = dict(decided)
        if Fault.UNKNOWN_IDS in self.faults:
            decided[uuid4()] = Decision.ARCHIVE
        entries = (Appraisal(record_id=id_, decision=one, id_as_written=self._id(id_)) for id_, one in decided.items())
        return AppraisalMessage(self._head(asked, MessageType.APPRAISAL), tuple(entries))

    def _result(self, asked: Envelope, records: tuple[RecordNode, ...]) -> ImportMessage:
        # x-man does not list attachments.
        named = [one for one in _all(records) if one.kind is not NodeKind.ATTACHMENT and not one.is_context]
        if Fault.IMPORT_INCOMPLETE in self.faults:
            named = named[:-1]
        failing = named[-1].id if Fault.IMPORT_FAILS in self.faults else None
        results = [self._imported(one.id, one.id != failing) for one in named]
        if Fault.UNKNOWN_IDS in self.faults:
            results.append(self._imported(uuid4(), True))
        self.imported[asked.process_id] = [
            format_.file.name for record in _all(records) for version in record.versions for format_ in version.formats
        ]
        head = self._head(asked, MessageType.IMPORT_RESULT)
        if Fault.OTHER_RESULT in self.faults:
            head = replace(head, process_id=uuid4())
        return ImportMessage(head, tuple(results), failing is None)

    def _imported(self, record_id: UUID, succeeded: bool) -> ImportResult:
        reference = f"StAMH 12/{record_id.hex[:6]}" if self.gives_references and succeeded else None
        reasons = () if succeeded else ("Die Datei ist nicht lesbar.",)
        return ImportResult(
            record_id=record_id,
            succeeded=succeeded,
            reasons=reasons,
            archive_reference=reference,
            id_as_written=self._id(record_id),
        )

    def _id(self, record_id: UUID) -> str:
        return str(record_id).upper() if Fault.UPPER_CASE in self.faults else str(record_id)

    def _send_later(self, message: Message, ending: str, *, looks: int) -> None:
        looks += 3 if Fault.SLOW in self.faults else 0
        if looks:
            self._due.append((self._looks + looks, lambda: self._send(message, ending)))
        else:
            self._send(message, ending)

    def _send(self, message: Message, ending: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = write_container(message, Path(folder), product=Product("x-man", "LATh", "1.4.1"), deepest=None).path
            path = self._spoilt(path, message.envelope, ending)
            self._deliver(path)
            if Fault.TWICE in self.faults and isinstance(message, AppraisalMessage):
                second = replace(message, appraisals=tuple(_destroyed(one) for one in message.appraisals))
                again = write_container(second, Path(folder), deepest=None).path
                self._due.append((self._looks + 1, _replacing(again.read_bytes(), self.directory / path.name)))

    def _spoilt(self, path: Path, head: Envelope, ending: str) -> Path:
        ending = ".xdomea" if Fault.XDOMEA_ENDING in self.faults else ending
        stem = f"{head.process_id}_{head.type}" if Fault.SHORT_NAMES in self.faults else path.stem
        changes: list[tuple[str, str]] = []
        if Fault.OTHER_PROCESS in self.faults:
            changes.append((str(head.process_id), str(uuid4())))
        if Fault.UPPER_CASE in self.faults:
            changes.append((str(head.process_id), str(head.process_id).upper()))
        if Fault.OTHER_HEAD in self.faults:
            other = MessageType.OFFER if head.type is not MessageType.OFFER else MessageType.APPRAISAL
            changes.append((f"<code>{head.type}</code>", f"<code>{other}</code>"))
        if Fault.NO_SCHEMA in self.faults:
            changes += [("Aussonderungsart>", "Unart>"), ("Erfolgreich>", "Erfolglos>"), ("ProzessID>", "Prozess>")]
        return rewritten(path, path.with_name(stem + ending), changes)

    def _deliver(self, path: Path) -> None:
        final = self.directory / path.name
        self._seen.add(path.name)
        if Fault.HALF_WRITTEN in self.faults:
            data = path.read_bytes()
            final.write_bytes(data[: len(data) // 2])
            self._due.append((self._looks + 2, lambda: _write(final, data)))
            return
        staged = final.with_name(f".{uuid4().hex}")
        shutil.copyfile(path, staged)
        staged.rename(final)


def rewritten(source: Path, target: Path, changes: list[tuple[str, str]]) -> Path:
    """The same container under another name, with words of its message replaced."""
    with zipfile.ZipFile(source) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    message = contents.pop(f"{source.stem}.xml").decode()
    for before, after in changes:
        message = message.replace(before, after)
    source.unlink()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**contents, f"{target.stem}.xml": message.encode()}.items():
            new.writestr(name, content)
    return target


def _all(records: tuple[RecordNode, ...]) -> Iterator[RecordNode]:
    for record in records:
        yield record
        for kind in record.kind.holds:
            yield from _all(tuple(record.children(kind)))


def _keep_what_holds_archived(records: tuple[RecordNode, ...], decided: dict[UUID, Decision]) -> bool:
    """x-man makes A of whatever holds an A. Whether there is one among these."""
    found = False
    for record in records:
        below = tuple(child for kind in record.kind.holds if kind.is_appraised for child in record.children(kind))
        if _keep_what_holds_archived(below, decided) and record.id in decided:
            decided[record.id] = Decision.ARCHIVE
        found = found or decided.get(record.id) is Decision.ARCHIVE
    return found


def _differences(known: _Known, transferred: tuple[RecordNode, ...]) -> Iterator[str]:
    """What of a transfer does not fit the appraisal; without an offer there is nothing to compare."""
    if not known.offered:
        return
    came = {one.id for one in _all(transferred) if one.kind.is_appraised and not one.is_context}
    wanted = {id_ for id_, decision in known.decisions.items() if decision is Decision.ARCHIVE}
    yield from (f"{id_} is missing" for id_ in wanted - came)
    yield from (f"{id_} was not asked for" for id_ in came - wanted)


def _destroyed(one: Appraisal) -> Appraisal:
    return replace(one, decision=Decision.DESTROY)


def _replacing(data: bytes, final: Path) -> Callable[[], None]:
    return lambda: _write(final, data)


def _write(final: Path, data: bytes) -> None:
    final.write_bytes(data)
