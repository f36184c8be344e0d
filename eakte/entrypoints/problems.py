"""What every problem code means: a page for people, JSON for programs, a table for the documentation.

The `type` of a problem (RFC 9457) is the address of its page here.
"""

import re
from collections.abc import Iterator
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

# A code is known as soon as its class is; these are told by workers.
import eakte.audit.errors
import eakte.foundation.embedded.errors
import eakte.foundation.mail
import eakte.search.errors  # noqa: F401
import ingest.proof.errors
import ingest.recognition.errors
import ingest.sources.errors  # noqa: F401
from eakte.foundation.errors import EakteError, NotFound
from eakte.foundation.problems import status_of_kind

router = APIRouter()

_PAGE = """<!doctype html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – E-Akte</title>
<style>body{{font:1.125rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{advice}</p>
<p>Code <code>{code}</code>, HTTP-Status {status}.
„…“ steht für das, was die jeweilige Fehlermeldung an dieser Stelle nennt.</p>
</main>
</body>
</html>
"""


class ProblemUnknown(NotFound):
    """Diesen Fehlercode gibt es nicht."""

    advice = "Bitte die Schreibweise von „{code}“ prüfen; alle Codes stehen in docs/api.md."


class ProblemKind(BaseModel):
    """One kind of problem: its stable code, its HTTP status, and what it tells people."""

    code: str
    status: int
    title: str
    advice: str


def problem_kinds() -> dict[str, ProblemKind]:
    """Every problem this house knows, by code, in the order of codes."""
    known: dict[str, ProblemKind] = {}
    for kind in sorted(_subclasses(EakteError), key=lambda kind: (kind.code(), kind.__module__)):
        # Two packages may mean the same by one code; the lower one explains it.
        known.setdefault(kind.code(), _described(kind))
    return known


# What only groups others, or stands for another server's own problem, is never told under its own code.
_GROUPS = {"not-found", "forbidden", "invalid", "conflict", "unavailable", "out-of-range", "too-many-requests"}
_NEVER_TOLD = {*_GROUPS, "problem-answer"}


# Errors of the packages; those of the command line are told there, and tests make some of their own.
_PACKAGES = ("eakte.", "ingest.", "retention.", "xrechnung.")
_COMMAND_LINE = tuple(f"eakte.entrypoints.{name}" for name in ("cli", "client", "commands", "stack"))


def _subclasses(kind: type[EakteError]) -> Iterator[type[EakteError]]:
    for refined in kind.__subclasses__():
        module = refined.__module__
        told = module.startswith(_PACKAGES) and not module.startswith(_COMMAND_LINE)
        if told and refined.code() not in _NEVER_TOLD:
            yield refined
        yield from _subclasses(refined)


def _described(kind: type[EakteError]) -> ProblemKind:
    title = (kind.__doc__ or "").strip().splitlines()[0]
    advice = re.sub(r"\{\w+\}", "…", kind.advice)
    return ProblemKind(code=kind.code(), status=status_of_kind(kind), title=title, advice=advice)


def problem_table() -> str:
    """Every problem as a Markdown table."""
    lines = ["| Code | Status | Bedeutung | Was zu tun ist |", "|---|---|---|---|"]
    lines += [f"| `{kind.code}` | {kind.status} | {kind.title} | {kind.advice} |" for kind in problem_kinds().values()]
    return "\n".join(lines)


@router.get("/problems/{code}", include_in_schema=False, response_model=None)
def read_problem(code: str, request: Request) -> Response:
    """Explain a problem code to whoever follows the `type` of a problem. Public, since it tells nothing else."""
    kind = problem_kinds().get(code)
    if kind is None:
        raise ProblemUnknown(code=code[:100])
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(kind.model_dump())
    facts = {name: escape(str(value)) for name, value in kind.model_dump().items()}
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(_PAGE.format_map(facts), headers=policy)
