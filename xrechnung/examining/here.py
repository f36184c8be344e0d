"""Looking into an invoice. Runs inside the sandbox."""

from datetime import date
from pathlib import Path

from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.verdict import Verdict


def judge_here(source: Path, today: date) -> Verdict:
    """See `xrechnung.examining.confined.judge`."""
    return judge_invoice(source.read_bytes(), today=today)
