"""Judging for somebody who waits: small XML at once, everything else where foreign files are opened."""

import tempfile
from datetime import date
from pathlib import Path
from typing import BinaryIO

from eakte.foundation.errors import EakteError, Unavailable
from eakte.foundation.settings import XrechnungSettings
from xrechnung.adapters.embedding import is_pdf
from xrechnung.errors import InvoiceNotCheckable
from xrechnung.examining.confined import judge
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.verdict import Verdict

AT_ONCE = 1 << 20
"""Bytes of XML that are judged in less than a second."""


def judge_sent(stream: BinaryIO, *, today: date, settings: XrechnungSettings) -> Verdict:
    """Judge what stands in `stream`, from its start; nothing of it is kept. Raises InvoiceNotCheckable, Unavailable."""
    stream.seek(0)
    beginning = stream.read(AT_ONCE)
    if is_judged_at_once(beginning):
        return judge_invoice(beginning, today=today)
    with tempfile.TemporaryDirectory(prefix="eakte-") as directory:
        source = Path(directory) / "original"
        with source.open("wb") as target:
            while beginning:
                target.write(beginning)
                beginning = stream.read(AT_ONCE)
        try:
            return judge(source, today=today, settings=settings)
        except Unavailable:
            raise
        except EakteError as error:
            raise InvoiceNotCheckable(problem=str(error)) from error


def is_judged_at_once(data: bytes) -> bool:
    """Whether a whole file is XML so small that looking into it needs no child process."""
    return len(data) < AT_ONCE and not is_pdf(data)
