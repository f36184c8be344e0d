"""The door to foreign signatures: each call looks into one foreign PDF, in a child process with limits."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from asn1crypto import x509

from ingest.adapters.sandbox import run_confined
from ingest.proof.results import SignatureResult
from ingest.recognition.results import RecognitionLimits

_AT_MOST_S = 60.0


def examine_signatures(
    source: Path, *, limits: RecognitionLimits, arrived_at: datetime, roots: Iterable[x509.Certificate] = ()
) -> tuple[SignatureResult, ...]:
    """What is to be said of every signature in a PDF, as of its arrival; empty for a PDF without signatures.

    Nobody is asked on the network: revocation is seen only if the file itself brings the proof of it. Without
    `roots` nobody is trusted. A signature nobody can read is a result too, and so is a file too damaged to look for
    one (without a field's name). Raises the errors of `ingest.recognition.errors` when the file costs too much.
    """
    return run_confined(
        "ingest.adapters.signatures:examine_here",
        tuple[SignatureResult, ...],
        {
            "source": source.resolve(),
            "roots": [each.dump() for each in roots],
            "arrived_at": arrived_at,
        },
        timeout_s=min(limits.timeout_s, _AT_MOST_S),
        memory_mb=limits.memory_mb,
    )
