"""Canonical JSON: one meaning has exactly one sequence of bytes, so that its hash and its seal mean something."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

T = TypeVar("T", bound="Sealable")


class Part(BaseModel):
    """A piece of a document that is sealed: unknown fields are refused, and nothing in it changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Sealable(Part):
    """A document that is sealed as a whole."""

    def to_bytes(self) -> bytes:
        """UTF-8 JSON with sorted keys and without spaces."""
        return _canonical(self.model_dump(mode="json"))


def read_canonical(kind: type[T], data: bytes) -> T:
    """Read what `to_bytes` wrote, and nothing else: another spelling of the same content is refused.

    Raises ValueError with a reason in German.
    """
    try:
        content = json.loads(data, object_pairs_hook=_without_repeats)
        document = kind.model_validate_json(data, strict=True)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        raise ValueError(f"unverständliche Angabe {place}".strip()) from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ValueError("kein JSON") from None
    except RecursionError:
        raise ValueError("zu tief verschachtelt") from None
    if _canonical(content) != data or document.to_bytes() != data:
        raise ValueError("abweichende Schreibweise")
    return document


def _canonical(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("ein Name steht zweimal da")
    return content
