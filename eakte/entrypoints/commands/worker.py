"""The worker process; it loads no API."""

from typing import Annotated

import typer

from eakte.entrypoints.configuration import load_settings
from eakte.entrypoints.worker import run_worker
from eakte.foundation.logging import configure_logging


def worker(
    queues: Annotated[str | None, typer.Option(help="Nur diese Warteschlangen, durch Komma getrennt")] = None,
) -> None:
    """Aufträge abarbeiten: Erkennung, Ablage, Suchindex."""
    settings = load_settings()
    configure_logging(settings)
    run_worker(settings, queues.split(",") if queues else None)
