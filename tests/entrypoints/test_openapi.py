"""The OpenAPI document is one a vendor can generate a client from: German titles, examples that hold."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from eakte.foundation.http import Shown

# What is called alike in both languages.
SAME_WORD = {"bic", "code", "medium", "name", "organisation", "skonto", "status", "syntax", "text", "version"}
BYTES = ({"format": "binary"}, {"contentMediaType": "application/octet-stream"})

Json = dict[str, Any]


@pytest.fixture
def document(app: FastAPI) -> Json:
    return app.openapi()


def target(document: Json, schema: Json) -> Json:
    """The schema a reference stands for."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def fields(document: Json) -> Iterator[tuple[str, str, Json]]:
    for kind, schema in document["components"]["schemas"].items():
        for name, said in schema.get("properties", {}).items():
            yield kind, name, said


def test_every_field_has_a_german_title(document: Json) -> None:
    english = [
        f"{kind}.{name}"
        for kind, name, said in fields(document)
        if name not in SAME_WORD
        and (said.get("title") or target(document, said).get("title", "")).replace(" ", "").lower()
        in ("", name.lower())
    ]
    assert english == []


def test_every_body_that_is_written_by_hand_has_an_example(document: Json) -> None:
    bare = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if not is_bytes(document, content["schema"]) and not has_example(document, content)
    ]
    assert bare == []


def is_bytes(document: Json, schema: Json) -> bool:
    """Whether there is nothing to write: a file, or a form with nothing but files."""
    schema = target(document, schema)
    if "properties" in schema:
        return all(is_bytes(document, said) for said in schema["properties"].values())
    return any(mark.items() <= schema.items() for mark in BYTES)


def has_example(document: Json, part: Any, seen: frozenset[str] = frozenset()) -> bool:
    match part:
        case {"example": _} | {"examples": _}:
            return True
        case {"$ref": name}:
            return name not in seen and has_example(document, target(document, part), seen | {name})
        case dict():
            return any(has_example(document, each, seen) for each in part.values())
        case list():
            return any(has_example(document, each, seen) for each in part)
    return False


def test_every_example_is_allowed_by_the_field_it_is_an_example_of(app: FastAPI) -> None:
    assert app.openapi()
    shown = [(shape, name, info) for shape in shapes(Shown) for name, info in shape.model_fields.items()]
    examples = [(shape, name, info, example) for shape, name, info in shown for example in info.examples or ()]
    wrong = [
        f"{shape.__name__}.{name}: {example!r}"
        for shape, name, info, example in examples
        if not is_allowed(example, info)
    ]
    assert wrong == []
    assert len(examples) > 100


def shapes(of: type[Shown]) -> Iterator[type[Shown]]:
    for shape in of.__subclasses__():
        yield shape
        yield from shapes(shape)


def is_allowed(example: Any, field: FieldInfo) -> bool:
    try:
        TypeAdapter(Annotated[(field.annotation, Field(), *field.metadata)]).validate_json(json.dumps(example))
    except ValidationError:
        return False
    return True
