"""The door to recognition: each call looks into one foreign file, in a child process with limits."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from eakte.documents.presenting import NOBODY, Presenting
from ingest.adapters.sandbox import run_confined
from ingest.recognition.results import Inspection, Recognition, RecognitionLimits, SecondOpinion

_INSPECT_AT_MOST_S = 60.0
# A Java machine reserves far more than it uses; its heap has a bound of its own.
_JAVA_MEMORY_MB = 8000


def inspect(source: Path, *, limits: RecognitionLimits, presenting: Presenting = NOBODY) -> Inspection:
    """Say what a file is, by its content, without recognising anything.

    Raises one of the errors of `ingest.recognition.errors` when it is nothing we read.
    """
    return run_confined(
        "ingest.adapters.filetype:inspect_any_here",
        Inspection,
        {"source": source.resolve(), "limits": limits, "presenting": presenting},
        timeout_s=min(limits.timeout_s, _INSPECT_AT_MOST_S),
        memory_mb=limits.memory_mb,
    )


def recognize(
    source: Path,
    workdir: Path,
    *,
    limits: RecognitionLimits,
    language: str = "deu",
    cores: int = 1,
    turns: Mapping[int, int] = MappingProxyType({}),
    office: Path | None = None,
    presenting: Presenting = NOBODY,
    progress: Callable[[int, int], None] | None = None,
) -> Recognition:
    """Make the archival rendition, the text and a preview of every page of one file.

    `workdir` is an existing, empty directory of the caller; all products and all temporary files lie there.
    `cores` pages are worked on at once, of all files together. `turns` are clockwise turns of scanned pages (by
    1-based number) that a person decided on. `office` is the program that lays office files out; without it they
    get no archival rendition. `presenting` shows files that have no pages at all.
    `progress` hears (pages done, pages in all) from the calling thread.
    """
    return run_confined(
        "ingest.adapters.ocrmypdf:recognize_here",
        Recognition,
        {
            "source": source.resolve(),
            "workdir": workdir.resolve(),
            "limits": limits,
            "language": language,
            "turns": dict(turns),
            "office": office,
            "presenting": presenting,
        },
        timeout_s=limits.timeout_s,
        memory_mb=limits.memory_mb,
        cores=cores,
        workdir=workdir.resolve(),
        progress=progress,
    )


def second_opinion(archival: Path, level: str, program: Path, *, limits: RecognitionLimits) -> SecondOpinion:
    """Have veraPDF judge an archival rendition of a level such as "2b".

    Raises ValidatorFailed and the errors of a file that costs too much.
    """
    return run_confined(
        "ingest.adapters.verapdf:validate_here",
        SecondOpinion,
        {
            "archival": archival.resolve(),
            "level": level,
            "program": program.resolve(),
            "timeout_s": limits.timeout_s,
        },
        timeout_s=limits.timeout_s,
        memory_mb=_JAVA_MEMORY_MB,
    )
