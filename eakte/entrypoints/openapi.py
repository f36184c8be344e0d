"""The OpenAPI document: what FastAPI knows of the routes, and what holds for all of them alike."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI

from eakte.foundation.problems import PROBLEM

_METHODS = {"get", "head", "options", "put", "post", "patch", "delete"}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Eine Wiederholung mit demselben Schlüssel bekommt dieselbe Antwort und tut nichts noch einmal.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": "01a1ff9e-5496-73a4-b22d-bf3a26974802",
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
        statuses = {*_ALWAYS}
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


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation
