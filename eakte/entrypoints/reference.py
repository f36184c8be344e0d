"""/docs: the API's description to read and try (Swagger UI), from files of our own server.

FastAPI's own page loads them from foreign hosts, which a city's network rightly does not reach.
"""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles


def add_reference(app: FastAPI) -> None:
    """Serve the description under /docs. Swagger UI comes with the package fastapi-offline."""
    app.mount("/docs/static", StaticFiles(directory=str(files("fastapi_offline") / "static")), name="reference")
    app.add_api_route("/docs", reference, include_in_schema=False)


def reference() -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="/api/v1/openapi.json",
        title="E-Akte: API",
        swagger_js_url="/docs/static/swagger-ui-bundle.js",
        swagger_css_url="/docs/static/swagger-ui.css",
        swagger_favicon_url="/docs/static/favicon.png",
    )
