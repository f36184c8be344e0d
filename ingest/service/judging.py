"""What is said of files beyond recognition: a second opinion on PDF/A, and what signatures are worth."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from eakte.foundation.errors import Finding
from ingest.proof.confined import examine_signatures
from ingest.proof.results import SignatureResult
from ingest.recognition.confined import second_opinion
from ingest.recognition.results import Recognition, RecognitionLimits


def judged_again(recognition: Recognition, program: Path | None, limits: RecognitionLimits) -> Recognition:
    """The result of recognition with the opinion of veraPDF, if it is configured; what it refutes is no PDF/A."""
    if program is None or recognition.archival is None or recognition.pdfa_level is None:
        return recognition
    opinion = second_opinion(recognition.archival, recognition.pdfa_level, program, limits=limits)
    word = "bestanden" if opinion.passed else "nicht bestanden"
    heard = Finding("verapdf", f"{opinion.validator}: PDF/A-{recognition.pdfa_level} {word}.")
    level = recognition.pdfa_level if opinion.passed else None
    return replace(recognition, pdfa_level=level, findings=(*recognition.findings, heard, *opinion.findings))


def signatures_in(
    original: Path, recognition: Recognition, arrived_at: datetime, trusted: Path | None, limits: RecognitionLimits
) -> tuple[SignatureResult, ...] | None:
    """What the signatures of a signed PDF are worth; None for everything else."""
    if not any(warning.code == "signed" for warning in recognition.warnings):
        return None
    # With it come the libraries of seals, which take long to load; signed files are few.
    from ingest.adapters.seal_keys import certificates_in  # noqa: PLC0415

    roots = certificates_in(trusted) if trusted is not None else ()
    return examine_signatures(original, limits=limits, arrived_at=arrived_at, roots=roots)
