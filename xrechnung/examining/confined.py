"""The door to examining: each call looks into one foreign file, in a child process with limits."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from eakte.foundation.confined import run_confined
from eakte.foundation.settings import XrechnungSettings
from xrechnung.examining.results import Examination, Products
from xrechnung.judging.verdict import Verdict


def examine(source: Path, *, received_on: date, settings: XrechnungSettings) -> Examination:
    """Judge an invoice as it was to be judged on the day it arrived, and note what it says.

    Raises an Invalid when the file ended its child process, and Unavailable when something else did.
    """
    return run_confined(
        "xrechnung.examining.here:examine_here",
        Examination,
        {"source": source.resolve(), "received_on": received_on},
        timeout_s=settings.timeout_s,
        memory_mb=settings.memory_mb,
    )


def said(source: Path, *, settings: XrechnungSettings) -> tuple[str, ...]:
    """Every text an invoice says; nothing where it cannot be read. Raises as `examine` does."""
    return run_confined(
        "xrechnung.examining.here:said_here",
        tuple[str, ...],
        {"source": source.resolve()},
        timeout_s=settings.timeout_s,
        memory_mb=settings.memory_mb,
    )


def show(
    source: Path, workdir: Path, *, received_on: date, kept: Mapping[str, Any], settings: XrechnungSettings
) -> Products:
    """Make what people, programs and the archive get of an invoice whose verdict is kept. Raises as `examine` does."""
    return run_confined(
        "xrechnung.examining.here:show_here",
        Products,
        {"source": source.resolve(), "workdir": workdir.resolve(), "received_on": received_on, "kept": kept},
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
