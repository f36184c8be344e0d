"""The OpenAPI document: what FastAPI knows of the routes, and what holds for all of them alike."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from eakte.foundation.http import AN_ID, Sends, sent
from eakte.foundation.problems import PROBLEM

_METHODS = {"get", "head", "options", "put", "post", "patch", "delete"}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Eine Wiederholung mit demselben Schlüssel bekommt dieselbe Antwort und tut nichts noch einmal.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": AN_ID,
}
_HEADERS = {
    "ETag": ("Der Stand, wie ihn If-Match verlangt und If-None-Match nennt", '"3"'),
    "Location": ("Adresse des Angelegten", f"/api/v1/dossiers/{AN_ID}"),
    "Repr-Digest": (
        "SHA-256 der ganzen Datei in Base64 (RFC 9530)",
        "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:",
    ),
    "Accept-Ranges": ("In welchen Einheiten Bereiche verlangt werden können", "bytes"),
    "Content-Disposition": ("Der Dateiname (RFC 6266)", 'attachment; filename="bescheid.pdf"'),
    "Content-Range": ("Welcher Bereich von wie vielen Bytes dies ist", "bytes 0-1023/52117"),
}
_WORDS = {
    "400": "Die Anfrage ist nicht lesbar oder enthält unbekannte Parameter",
    "401": "Nicht angemeldet",
    "403": "Das Recht fehlt",
    "404": "Nicht vorhanden oder nicht sichtbar",
    "409": "Der jetzige Zustand lässt das nicht zu",
    "412": "Der Datensatz wurde inzwischen geändert",
    "413": "Zu groß",
    "416": "Der Bereich liegt außerhalb der Datei",
    "422": "Angaben fehlen oder sind ungültig",
    "428": "Der Kopf If-Match fehlt",
    "429": "Zu viele Versuche; Retry-After sagt, wann wieder",
    "503": "Ein Nachbarsystem antwortet nicht",
}
_ALWAYS = ("400", "401", "403", "404", "409", "422", "503")


def describer(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What to set as `app.openapi`: makes the document once."""
    plain = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            _complete(document)
            _tell_headers(document, app)
            app.openapi_schema = document
        return app.openapi_schema

    return describe


def _complete(document: dict[str, Any]) -> None:
    document["components"]["securitySchemes"] = {"Token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"Token": []}]
    for path, method, operation in _operations(document):
        if path.endswith("/sessions"):
            operation["security"] = []
        parameters = operation.setdefault("parameters", [])
        statuses = {*_ALWAYS, "429"} if path.endswith("/sessions") else {*_ALWAYS}
        for parameter in parameters:
            if parameter["in"] == "header" and parameter["name"].lower() == "if-match":
                parameter["required"] = True
                statuses |= {"412", "428"}
            if parameter["name"] == "Range":
                statuses.add("416")
        if method == "post":
            parameters.append(_KEY)
        if "requestBody" in operation:
            statuses.add("413")
        for status in statuses:
            schema = {"$ref": "#/components/schemas/Problem"}
            operation["responses"][status] = {"description": _WORDS[status], "content": {PROBLEM: {"schema": schema}}}
        operation["responses"] = dict(sorted(operation["responses"].items()))
    document["components"]["schemas"].pop("HTTPValidationError", None)
    document["components"]["schemas"].pop("ValidationError", None)


def _tell_headers(document: dict[str, Any], app: FastAPI) -> None:
    """What each header is, once; and which of them the answers of a route come with, as its signature says."""
    document["components"]["headers"] = {
        name: {"description": words, "schema": {"type": "string"}, "example": example}
        for name, (words, example) in _HEADERS.items()
    }
    for route in iter_route_contexts(app.routes):
        operations = document["paths"].get(route.path, {})
        parameters = inspect.signature(route.endpoint).parameters.values() if route.endpoint is not None else ()
        said = (each for parameter in parameters for each in getattr(parameter.annotation, "__metadata__", ()))
        names = [name for each in said if isinstance(each, Sends) for name in each.names]
        for method in (route.methods or set()) if names else ():
            responses = operations.get(method.lower(), {}).get("responses", {})
            for status, response in responses.items():
                if status.startswith("2"):
                    response.setdefault("headers", {}).update(sent(*names))


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation
