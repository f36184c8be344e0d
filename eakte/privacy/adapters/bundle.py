"""The report as one ZIP file: PDF/A, JSON, copies, and the hashes of all of them."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import BinaryIO

from eakte.foundation.storage import CHUNK, Digest, Storage, digest_of
from eakte.privacy.service.reporting import Report

PDF, DATA, SUMS = "auskunft.pdf", "auskunft.json", "SHA256SUMS"


def write_bundle(storage: Storage, report: Report, pdf: bytes, path: Path) -> Digest:
    """Write the bundle into a new file; copies pass through piece by piece. Raises ObjectMissing, ObjectDamaged."""
    moment = report.drawn_up_at.timetuple()[:6]
    with path.open("x+b") as target:
        sums: list[str] = []
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, content in ((PDF, pdf), (DATA, report.content)):
                sums.append(_put(bundle, name, io.BytesIO(content), moment))
            for copy in report.copies:
                with bundle.open(_entry(copy.name, moment), "w", force_zip64=True) as entry:
                    storage.download(copy.key, copy.digest, entry)  # type: ignore[arg-type]
                sums.append(f"{copy.digest.sha256}  {copy.name}\n")
            _put(bundle, SUMS, io.BytesIO("".join(sums).encode()), moment)
        return digest_of(target)


def _entry(name: str, moment: tuple[int, ...]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=moment)  # type: ignore[arg-type]
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _put(bundle: zipfile.ZipFile, name: str, source: BinaryIO, moment: tuple[int, ...]) -> str:
    sha256 = hashlib.sha256()
    with bundle.open(_entry(name, moment), "w") as entry:
        while chunk := source.read(CHUNK):
            sha256.update(chunk)
            entry.write(chunk)
    return f"{sha256.hexdigest()}  {name}\n"
