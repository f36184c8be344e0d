"""/anmelden and /abmelden."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from eakte.access import service
from eakte.foundation.errors import EakteError
from eakte.foundation.http import AnonymousWork
from eakte.web import queries
from eakte.web.errors import FormOutdated
from eakte.web.forms import Filled, refusal_of
from eakte.web.rendering import go_to, render
from eakte.web.session import (
    LOGIN_FORM,
    SESSION,
    AnyForm,
    FormWork,
    PageRoute,
    cookie_name,
    drop_cookie,
    local_path,
    login_token,
    same_token,
    session_secret,
    set_cookie,
)

router = APIRouter(route_class=PageRoute)

Onward = Annotated[str | None, Query(alias="weiter", max_length=2000)]


@router.get("/anmelden")
def show_login(request: Request, onward: Onward = None) -> Response:
    return _login_page(request, local_path(onward), Filled())


@router.post("/anmelden")
def log_in(request: Request, work: AnonymousWork, form: AnyForm) -> Response:
    onward, login = local_path(str(form.get("weiter") or "/")), str(form.get("login") or "")
    if not same_token(request.cookies.get(cookie_name(request, LOGIN_FORM), ""), form):
        return _login_page(request, onward, Filled({"login": login}, refusal_of(FormOutdated())))
    outcome = service.log_in(work, login, str(form.get("password") or ""))
    if isinstance(outcome, EakteError):
        # Answered, not raised: the failed attempt has to be committed.
        return _login_page(request, onward, Filled({"login": login}, refusal_of(outcome)))
    _, secret = outcome
    response = go_to(onward)
    set_cookie(request, response, SESSION, secret, work.settings.access.session_hours * 3600)
    drop_cookie(request, response, LOGIN_FORM)
    return response


@router.post("/abmelden")
def log_out(request: Request, work: FormWork) -> Response:
    token_id = queries.token_id_of(work.session, session_secret(request))
    if token_id is not None:
        service.revoke_token(work, token_id)
    response = go_to("/anmelden", "abgemeldet")
    drop_cookie(request, response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _login_page(request: Request, onward: str, filled: Filled) -> Response:
    token = login_token(request)
    status = filled.refusal.status if filled.refusal is not None else 200
    response = render(request, "login.html", status=status, onward=onward, filled=filled, token=token)
    set_cookie(request, response, LOGIN_FORM, token, 3600)
    return response
