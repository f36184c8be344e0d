"""The API process; it loads nothing that only the worker needs."""

from typing import Annotated

import typer

from eakte.entrypoints.configuration import load_settings
from eakte.entrypoints.serve import run_server
from eakte.foundation.logging import configure_logging


def serve(
    host: Annotated[str | None, typer.Option(help="Adresse; Vorgabe 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; Vorgabe 8080")] = None,
) -> None:
    """Die API bedienen."""
    settings = load_settings()
    configure_logging(settings)
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = settings.model_copy(update={"api": settings.api.model_copy(update=given)})
    run_server(settings)
