"""Settings as every process of one installation sees them: the operator's, completed by the running stack's.

A stack with embedded engines chooses ports and makes secrets. It leaves them in `var/run/stack.json`, readable
by its owner only, where its own children and the command line find them.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from eakte.foundation.settings import Settings


def stack_file(settings: Settings) -> Path:
    return settings.var / "run" / "stack.json"


def load_settings() -> Settings:
    """The settings from the environment and `.env`; what they leave open is taken from a running stack.

    A stack on another database than the one configured is none of ours.
    """
    settings = Settings()
    path = stack_file(settings)
    if not path.exists():
        return settings
    parts = json.loads(path.read_text())
    if settings.database.dsn.get_secret_value() not in ("", parts["database"]["dsn"]):
        return settings
    return completed(settings, parts)


def completed(settings: Settings, parts: dict[str, dict[str, Any]]) -> Settings:
    """Settings with the values of `parts` where the operator set nothing."""
    update: dict[str, Any] = {}
    for section, values in parts.items():
        current = getattr(settings, section)
        missing = {name: value for name, value in values.items() if not _is_set(getattr(current, name))}
        update[section] = type(current)(**{**current.model_dump(), **missing})
    return settings.model_copy(update=update)


def _is_set(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
