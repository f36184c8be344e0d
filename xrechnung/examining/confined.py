"""The door to examining: each call looks into one foreign file, in a child process with limits."""

from datetime import date
from pathlib import Path

from eakte.foundation.confined import run_confined
from eakte.foundation.settings import XrechnungSettings
from xrechnung.examining.results import Examination
from xrechnung.judging.verdict import Verdict


def examine(source: Path, workdir: Path, *, received_on: date, settings: XrechnungSettings) -> Examination:
    """Read, judge and show an invoice as it was to be judged on the day it arrived.

    Raises an Invalid when the file ended its child process, and Unavailable when something else did.
    """
    return run_confined(
        "xrechnung.examining.here:examine_here",
        Examination,
        {"source": source.resolve(), "workdir": workdir.resolve(), "received_on": received_on},
        timeout_s=settings.timeout_s,
        memory_mb=settings.memory_mb,
        workdir=workdir.resolve(),
    )


def judge(source: Path, *, today: date, settings: XrechnungSettings) -> Verdict:
    """Only judge an invoice. Raises as `examine` does."""
    return run_confined(
        "xrechnung.examining.here:judge_here",
        Verdict,
        {"source": source.resolve(), "today": today},
        timeout_s=settings.timeout_s,
        memory_mb=settings.memory_mb,
    )
