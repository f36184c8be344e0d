"""Problems (RFC 9457): how errors are told over HTTP, with a stable code and a German text."""

from fastapi import Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from eakte.foundation import errors
from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import EakteError, Finding
from eakte.foundation.german import in_german
from eakte.foundation.idempotency import IdempotencyKeyInProgress
from eakte.foundation.room import NoRoomLeft, lacks_room

PROBLEM = "application/problem+json"

# Most special first: the first kind that fits decides.
STATUS: dict[type[EakteError], int] = {
    errors.Unauthenticated: 401,
    errors.TooManyRequests: 429,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.OutOfRange: 416,
    errors.Gone: 410,
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.Unavailable: 503,
}


class MalformedRequest(errors.Invalid):
    """Die Anfrage ist nicht lesbar."""

    advice = "{problem}"


class AddressNotFound(errors.NotFound):
    """Diese Adresse gibt es nicht."""

    advice = "Bitte die Adresse prüfen; die Übersicht steht unter /docs."


class MethodNotAllowed(errors.Invalid):
    """Diese Methode gibt es hier nicht."""

    advice = "Erlaubt ist: {allow}."


class UnknownParameter(errors.Invalid):
    """Unbekannter Parameter."""

    advice = "Diese Anfrage kennt „{name}“ nicht. Bitte Schreibweise prüfen."


class PreconditionRequired(errors.Invalid):
    """Der Kopf If-Match fehlt."""

    advice = "Bitte den ETag des geladenen Standes in If-Match mitsenden, damit nichts überschrieben wird."


class ValueNotStorable(errors.Invalid):
    """Eine Angabe lässt sich nicht speichern."""

    advice = "Bitte Sonderzeichen und Größe der Werte prüfen."


class ChangedMeanwhile(errors.Conflict):
    """Ein gleichzeitiger Vorgang kam zuvor."""

    advice = "Bitte neu laden und wiederholen."


class UnexpectedFailure(EakteError):
    """Bei der Bearbeitung ist ein unerwarteter Fehler aufgetreten."""

    advice = "Es wurde nichts verändert. Bitte die Systembetreuung mit der Kennung {trace_id} fragen."


class ProblemFinding(BaseModel):
    pointer: str = Field(title="Wo in der Anfrage (JSON-Pointer), oder das Aktenzeichen dessen, was entgegensteht")
    code: str = Field(title="Stabiler Code")
    message: str = Field(title="Befund")


class Problem(BaseModel):
    """Problem nach RFC 9457, mit stabilem Code und deutschem Text."""

    type: str = Field(title="Art des Problems, als Adresse")
    title: str = Field(title="Was nicht geht")
    status: int = Field(title="HTTP-Status")
    detail: str = Field(title="Was zu tun ist")
    instance: str = Field(title="Adresse der Anfrage")
    code: str = Field(title="Stabiler Code")
    errors: list[ProblemFinding] = Field([], title="Einzelne Befunde")
    traceId: str = Field("", title="Kennung der Anfrage im Log")


def status_of(error: EakteError) -> int:
    return status_of_kind(type(error))


def status_of_kind(kind: type[EakteError]) -> int:
    """The HTTP status of one of our errors."""
    if issubclass(kind, PreconditionRequired):
        return 428
    if issubclass(kind, MethodNotAllowed):
        return 405
    if issubclass(kind, MalformedRequest | UnknownParameter):
        return 400
    return next((status for known, status in STATUS.items() if issubclass(kind, known)), 500)


def problem_response(request: Request, error: EakteError, *, status: int | None = None) -> JSONResponse:
    """RFC 9457 problem details of one of our errors."""
    status = status_of(error) if status is None else status
    body = Problem(
        type=f"/problems/{error.code()}",
        title=error.title,
        status=status,
        detail=error.detail,
        instance=request.url.path,
        code=error.code(),
        errors=[_finding(finding) for finding in error.findings],
        traceId=getattr(request.state, "trace_id", ""),
    )
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 416:
        headers["Content-Range"] = f"bytes */{error.facts['size']}"
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(error.facts["wait_s"])
    if status == 503 or isinstance(error, IdempotencyKeyInProgress):
        headers["Retry-After"] = "5"
    return JSONResponse(jsonable_encoder(body), status, headers, media_type=PROBLEM)


def _finding(finding: Finding) -> ProblemFinding:
    return ProblemFinding(pointer=finding.pointer, code=finding.code, message=finding.message)


def answer_error(request: Request, error: Exception) -> JSONResponse:
    """Handler for everything raised on purpose."""
    assert isinstance(error, EakteError)
    return problem_response(request, error)


def answer_validation(request: Request, error: Exception) -> JSONResponse:
    """Handler for requests whose shape is wrong: malformed JSON is 400, wrong fields are 422."""
    assert isinstance(error, RequestValidationError)
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return problem_response(request, MalformedRequest(problem="Der Text ist kein gültiges JSON."))
    findings = [
        Finding(
            code=str(item["type"]).replace("_", "-"),
            message=in_german(item),
            pointer="/" + "/".join(str(step) for step in item["loc"]),
        )
        for item in error.errors()
    ]
    return problem_response(request, RequestInvalid(findings=findings))


# Deadlock, serialization failure, lock not available: PostgreSQL ended one of two works that met.
_COLLISIONS = {"40P01", "40001", "55P03"}


def answer_database(request: Request, error: Exception) -> JSONResponse:
    """Handler for what the database refused and we did not foresee in words."""
    refined: EakteError
    match error:
        case StaleDataError():
            refined = errors.Stale()
        case DataError():
            refined = ValueNotStorable()
        case IntegrityError():
            refined = ChangedMeanwhile()
        case OperationalError() if getattr(error.orig, "sqlstate", None) in _COLLISIONS:
            refined = ChangedMeanwhile()
        case OperationalError():
            refined = errors.DatabaseUnavailable()
        case DBAPIError() if error.connection_invalidated:
            refined = errors.DatabaseUnavailable()
        case _:
            raise error
    return problem_response(request, refined)


def answer_system(request: Request, error: Exception) -> JSONResponse:
    """Handler for what the operating system refused: a full disk has a name, everything else nobody foresaw."""
    if not lacks_room(error):
        raise error
    return problem_response(request, NoRoomLeft())


def answer_unexpected(request: Request, error: Exception) -> JSONResponse:
    """Handler for what nobody foresaw; the framework raises it again for the log."""
    return problem_response(request, UnexpectedFailure(trace_id=getattr(request.state, "trace_id", "")))


def answer_http(request: Request, error: Exception) -> JSONResponse:
    """Handler for what the framework refuses by itself."""
    assert isinstance(error, HTTPException)
    if lacks_room(error):
        # It calls a body malformed that it could not put aside.
        return problem_response(request, NoRoomLeft())
    refined: EakteError
    match error.status_code:
        case 404:
            refined = AddressNotFound()
        case 405:
            refined = MethodNotAllowed(allow=(error.headers or {}).get("Allow", ""))
        case _:
            refined = MalformedRequest(problem="Bitte Aufbau und Kopf prüfen.")
    response = problem_response(request, refined, status=error.status_code)
    response.headers.update(error.headers or {})
    return response
