"""What README says of the settings is what the settings are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from eakte.foundation.settings import Settings

README = Path(__file__).parents[1] / "README.md"
ROW = re.compile(r"^\| `(EAKTE_\w+)` \| (leer|`[^`]*`) \| (.+) \|$", re.MULTILINE)


def test_readme_names_every_setting_with_its_default() -> None:
    described = {name: default.strip("`") for name, default, _ in ROW.findall(README.read_text())}
    assert described == dict(_settings(Settings, "EAKTE_"))


def _settings(section: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in section.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from _settings(type(field.default), f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", _shown(name, field.default)


def _shown(name: str, default: Any) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default in ("", None):
        return "leer"
    if isinstance(default, bool):
        return str(default).lower()
    # Where the state lies beside the sources, the default is a path of this machine.
    return "var" if name == "var" else str(default)
