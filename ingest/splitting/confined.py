"""The door to splitting: each call looks into foreign files in a child process with limits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.adapters.sandbox import run_confined
from ingest.recognition.results import RecognitionLimits
from ingest.splitting.looks import FileLook


@dataclass(frozen=True, slots=True)
class Part:
    """Some images of one file, 1-based, in the order in which they are wanted."""

    source: Path
    frames: tuple[int, ...]


def look(
    source: Path,
    *,
    limits: RecognitionLimits,
    previews: Path | None = None,
    cores: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> FileLook:
    """Look at every page of one PDF, TIFF, JPEG, PNG, WebP or HEIC for codes and emptiness.

    `cores` pages are looked at or recognised at once, of all files together. `previews` is a directory that gets a
    small JPEG of every blank page and every sheet, named by its frame (`00012.jpg`).

    Raises one of the errors of `ingest.recognition.errors` when it is nothing we read.
    """
    return run_confined(
        "ingest.adapters.page_looks:look_here",
        FileLook,
        {"source": source.resolve(), "limits": limits, "previews": previews and previews.resolve()},
        timeout_s=limits.timeout_s,
        memory_mb=limits.memory_mb,
        cores=cores,
        progress=progress,
    )


def assemble(parts: Sequence[Part], target: Path, *, limits: RecognitionLimits) -> int:
    """Write the pages of one scan product as one PDF, their pixels untouched; returns how many there are.

    `target` must not exist yet; temporary files lie beside it.
    """
    return run_confined(
        "ingest.adapters.assembling:assemble_here",
        int,
        {
            "parts": [(part.source.resolve(), part.frames) for part in parts],
            "target": target.resolve(),
            "limits": limits,
        },
        timeout_s=limits.timeout_s,
        memory_mb=limits.memory_mb,
        workdir=target.parent.resolve(),
    )
