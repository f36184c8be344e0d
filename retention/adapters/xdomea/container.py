"""The container of a message: a flat ZIP, written file by file."""

import hashlib
import os
import shutil
import zipfile
from datetime import datetime
from typing import IO

from retention.adapters.xdomea.errors import FileDiffers, RecordTwice
from retention.rules.nodes import ContainedFile

_CHUNK = 1 << 20
_ZIP64_FROM = 1 << 31
# Packed by nature: packing them again costs time and saves nothing.
_PACKED = frozenset(
    {"7z", "docx", "gif", "gz", "heic", "jpe", "jpeg", "jpg", "mp3", "mp4"}
    | {"odp", "ods", "odt", "pdf", "png", "pptx", "xlsx", "zip"}
)


class Container:
    """Takes files one by one; each is compared with what is recorded of it while it is copied."""

    def __init__(self, target: IO[bytes], created_at: datetime) -> None:
        self._zip = zipfile.ZipFile(target, "w", allowZip64=True)
        self._date_time = created_at.timetuple()[:6]
        self.files = 0
        self.bytes = 0

    def add(self, file: ContainedFile) -> None:
        """Raises FileDiffers, RecordTwice."""
        if file.sha256 is None or file.size is None:
            raise ValueError("a file whose hash nobody recorded")
        if file.name in self._zip.NameToInfo:
            raise RecordTwice(id=file.name)
        entry = self._entry(file.name, packed=file.name.rpartition(".")[2] in _PACKED)
        sha256, size = hashlib.sha256(), 0
        with file.open() as source, self._zip.open(entry, "w", force_zip64=file.size >= _ZIP64_FROM) as target:
            while size <= file.size and (chunk := source.read(_CHUNK)):
                sha256.update(chunk)
                size += len(chunk)
                target.write(chunk)
        if size != file.size or sha256.hexdigest() != file.sha256.lower():
            raise FileDiffers(file=file.name)
        self.files += 1
        self.bytes += size

    def close_with(self, name: str, message: IO[bytes]) -> None:
        """Add the message itself and finish the container."""
        length = message.seek(0, os.SEEK_END)
        message.seek(0)
        with self._zip.open(self._entry(name, packed=False), "w", force_zip64=length >= _ZIP64_FROM) as target:
            shutil.copyfileobj(message, target, _CHUNK)
        self._zip.close()

    def close(self) -> None:
        """Let go of the target; without the message in it, it is no container."""
        self._zip.close()

    def _entry(self, name: str, *, packed: bool) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._date_time)
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry
