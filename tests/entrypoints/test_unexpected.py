"""What nobody foresaw is a problem too, and tells nothing of the inside."""

from fastapi import FastAPI
from fastapi.testclient import TestClient


def test_an_unexpected_failure_is_a_problem_with_an_id_to_ask_for(own_app: FastAPI) -> None:
    @own_app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("a secret of the inside")

    answer = TestClient(own_app, raise_server_exceptions=False).get("/api/v1/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "unexpected-failure"
    assert problem["traceId"]
    assert problem["traceId"] in problem["detail"]
    assert "secret" not in answer.text
