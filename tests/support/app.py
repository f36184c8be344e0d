"""The application that tests ask, over whatever house."""

from copy import copy

from fastapi import FastAPI
from starlette.datastructures import State

from eakte.entrypoints.api import authenticate_request, create_app
from eakte.foundation.work import House

_first: list[FastAPI] = []


def app_on(house: House) -> FastAPI:
    """The application over a house; they share their routes, which take long to derive."""
    if not _first:
        _first.append(create_app(house))
    app = copy(_first[0])
    app.state = State({"house": house, "authenticate": authenticate_request})
    return app
