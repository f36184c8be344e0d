"""The API process."""

import gc

import uvicorn

from eakte.entrypoints.api import create_app
from eakte.entrypoints.house import open_house
from eakte.foundation.settings import Settings


def run_server(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    with open_house(settings) as house:
        app = create_app(house)
        # What is loaded by now stays: no search for garbage need go through it. And one request need not start two.
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        uvicorn.run(
            app,
            host=settings.api.host,
            port=settings.api.port or 8080,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
        )
