"""The second opinion in a process of its own, which may die without taking the worker along, and begins anew.

Its stylesheets take seconds to get ready, so it lasts for many invoices; what it writes to its error output, pieces
of invoices among it, nobody keeps. Questions are a length in eight bytes and the file, answers a line of JSON.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import structlog

from xrechnung.adapters.embedding import EmbeddingRefused, embedded_in, is_pdf
from xrechnung.adapters.kosit import BundleUnusable, Opinion, SecondOpinion
from xrechnung.judging.verdict import Refusal

log = structlog.get_logger()

_LENGTH = 8
_STARTS_WITHIN_S = 120.0


class OpinionMissing(Exception):
    """The process gave no answer about an invoice: it died of it, or took too long."""


class OpinionProcess:
    """One official configuration. Any thread may ask; they are answered one after another."""

    def __init__(self, bundle: Path, *, timeout_s: float) -> None:
        self._bundle, self._timeout_s = bundle, timeout_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def judge(self, invoice: bytes) -> Opinion:
        """What the official configuration says about an invoice, XML or PDF with XML in it.

        Raises BundleUnusable, OpinionMissing.
        """
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            try:
                process.stdin.write(len(invoice).to_bytes(_LENGTH, "big") + invoice)
                process.stdin.flush()
                return _opinion(self._answer(process, self._timeout_s))
            except OSError as error:
                self._stop()
                raise OpinionMissing from error

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", "xrechnung.adapters.opinion_process", str(self._bundle.resolve())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=_environment(),
            )
            log.info("second_opinion_started", pid=self._process.pid)
            ready = self._answer(self._process, _STARTS_WITHIN_S)
            if "unusable" in ready:
                self._stop()
                raise BundleUnusable(ready["unusable"])
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], timeout_s: float) -> dict[str, Any]:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            line = process.stdout.readline() if selector.select(timeout_s) else b""
        if not line:
            self._stop()
            raise OpinionMissing
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    _close(pipe)
        self._process = None


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        # What was not sent any more stays unsent.
        return


def _environment() -> dict[str, str]:
    """Where Python finds its modules, and none of the worker's secrets."""
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONPATH": path}


def _opinion(answer: dict[str, Any]) -> Opinion:
    if "unusable" in answer:
        raise BundleUnusable(answer["unusable"])
    refusal = Refusal(answer["refusal"]) if answer["refusal"] is not None else None
    fired = frozenset((rule, level) for rule, level in answer["fired"])
    return Opinion(answer["release"], refusal, answer["scenario"], fired, answer["error"])


# --- the process itself -------------------------------------------------------------------------------------


def _serve(bundle: Path) -> None:
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        with SecondOpinion.open(bundle) as second:
            _say(answers, {"release": second.release})
            while length := questions.read(_LENGTH):
                invoice = questions.read(int.from_bytes(length, "big"))
                _say(answers, _told(_judged(second, invoice)))
    except BundleUnusable as error:
        _say(answers, {"unusable": str(error)})


def _judged(second: SecondOpinion, invoice: bytes) -> Opinion:
    """The official configuration knows no PDF, so it is asked about what is in it."""
    if is_pdf(invoice):
        try:
            invoice = embedded_in(invoice).data
        except EmbeddingRefused as refused:
            return Opinion(second.release, Refusal.NO_XML, error=refused.reason)
    return second.judge(invoice)


def _told(opinion: Opinion) -> dict[str, Any]:
    return {
        "release": opinion.release,
        "refusal": opinion.refusal,
        "scenario": opinion.scenario,
        "fired": sorted(opinion.fired),
        "error": opinion.error,
    }


def _say(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
