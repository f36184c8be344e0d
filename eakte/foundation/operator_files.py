"""Files in which an operator writes down what belongs to the house: sources, partner archives. TOML or JSON."""

import json
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from eakte.foundation.errors import Invalid
from eakte.foundation.german import in_german

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_operator_file(path: Path, model: type[ModelT], invalid: type[Invalid], *, kinds: str) -> ModelT:
    """What such a file says. Raises `invalid` with the first thing that is wrong with it as `problem`.

    `kinds` are the words a `kind` may have, as a German sentence lists them.
    """
    try:
        return model.model_validate(_parsed(path))
    except OSError as error:
        raise invalid(problem=f"{path} ist nicht lesbar.") from error
    except ValidationError as error:
        raise invalid(problem=f"{path}: {_mistake(error, kinds)}") from error
    except ValueError as error:
        raise invalid(problem=f"{path}: {error}") from error


def must_differ(path: Path, keys: list[str], noun: str, invalid: type[Invalid]) -> None:
    """Raises `invalid` when a key occurs twice; `noun` comes with its article, as „Die Quelle“."""
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise invalid(problem=f"{path}: {noun} „{twice}“ steht mehrfach darin.")


def secret_of(value: SecretStr | None, path: Path | None, invalid: type[Invalid]) -> str:
    """A secret that stands in the file itself, or in one of its own. Raises `invalid` when that cannot be read."""
    if path is None:
        return value.get_secret_value() if value is not None else ""
    try:
        return path.read_text().strip()
    except OSError as error:
        raise invalid(problem=f"Das Kennwort in {path} ist nicht lesbar.") from error


def _mistake(error: ValidationError, kinds: str) -> str:
    wrong = error.errors()[0]
    place = ".".join(str(step) for step in wrong["loc"])
    if wrong["type"].startswith("union_tag"):
        return f"„{place}.kind“: Erlaubt ist {kinds}."
    return f"„{place}“: {in_german(wrong)}"


def _parsed(path: Path) -> Any:
    content = path.read_text("utf-8-sig")
    return json.loads(content) if path.suffix.lower() == ".json" else tomllib.loads(content)
