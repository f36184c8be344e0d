"""The API process."""

import uvicorn

from eakte.entrypoints.api import create_app
from eakte.entrypoints.house import open_house
from eakte.foundation.settings import Settings


def run_server(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    with open_house(settings) as house:
        uvicorn.run(
            create_app(house),
            host=settings.api.host,
            port=settings.api.port or 8080,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
        )
