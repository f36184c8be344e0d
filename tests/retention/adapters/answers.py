"""Answers of an archive, and the same with something changed."""

import zipfile
from pathlib import Path
from uuid import UUID

from retention.adapters.xdomea import ReadContainer, read_container
from retention.rules.exchange import (
    Appraisal,
    AppraisalMessage,
    ImportMessage,
    ImportResult,
    MessageType,
    XdomeaVersion,
)
from retention.rules.nodes import Decision
from tests.retention.adapters.records import AT, Process

FIRST, SECOND = UUID("abcdef00-0000-4000-8000-000000000001"), UUID("abcdef00-0000-4000-8000-000000000002")


def read(path: Path) -> ReadContainer:
    return read_container(path, received_at=AT)


def an_appraisal(version: XdomeaVersion, folder: Path) -> Path:
    process = Process(version, folder)
    appraisals = (
        Appraisal(record_id=FIRST, decision=Decision.ARCHIVE),
        Appraisal(record_id=SECOND, decision=Decision.DESTROY),
    )
    return process.write(AppraisalMessage(process.head(MessageType.APPRAISAL), appraisals)).path


def a_result(version: XdomeaVersion, folder: Path) -> Path:
    process = Process(version, folder)
    results = (
        ImportResult(record_id=FIRST, succeeded=True, archive_reference="StAMH 1/2"),
        ImportResult(record_id=SECOND, succeeded=False, reasons=("Datei unlesbar", "Format unbekannt")),
    )
    return process.write(ImportMessage(process.head(MessageType.IMPORT_RESULT), results)).path


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    """The same container with words of its message replaced; each must occur."""
    with zipfile.ZipFile(path) as archive:
        message = archive.read(f"{path.stem}.xml").decode()
    for before, after in changes:
        assert before in message
        message = message.replace(before, after)
    return packed(path, {f"{path.stem}.xml": message.encode()})


def packed(path: Path, contents: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def codes(container: ReadContainer) -> list[str]:
    return [flaw.code for flaw in container.flaws]
