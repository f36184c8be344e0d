"""The OpenAPI document says which headers come with an answer, and no others."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from eakte.foundation.work import Actor, House
from tests.access.test_matrix import RULES, World, ask, world  # noqa: F401
from tests.support.factories import AsActor

HEADERS = {"ETag", "Location", "Repr-Digest", "Accept-Ranges", "Content-Disposition", "Content-Range"}


def test_every_route_comes_with_the_headers_it_is_said_to_come_with(
    house: House,
    world: World,  # noqa: F811
    app: FastAPI,
    as_actor: AsActor,
    client_of: Callable[[Actor], TestClient],
) -> None:
    connection: Connection = house.sessions.kw["bind"]
    client, paths = client_of(as_actor.with_every_role()), app.openapi()["paths"]
    wrong, tagged = [], 0
    for route, rule in RULES.items():
        method, _, path = route.partition(" ")
        undo = connection.begin_nested()
        answer = ask(client, route, rule, world)
        undo.rollback()
        responses = paths.get(path, {}).get(method.lower(), {}).get("responses", {})
        if answer.is_success and responses:
            sent = {name for name in HEADERS if name in answer.headers}
            said = responses[str(answer.status_code)].get("headers", {}).keys()
            tagged += "ETag" in sent
            if sent != said:
                wrong.append((route, sorted(sent), sorted(said)))
    assert wrong == []
    assert tagged > 40
