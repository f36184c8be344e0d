"""/konto: one's own password."""

from fastapi import APIRouter, Request, Response

from eakte.access.service import change_own_password
from eakte.foundation.errors import Finding
from eakte.web.errors import PasswordsDiffer
from eakte.web.forms import Filled, Refusal, attempt
from eakte.web.rendering import go_to, render
from eakte.web.session import SESSION, FormWork, OwnForm, PageRoute, PageWork, drop_cookie

router = APIRouter(route_class=PageRoute)


@router.get("/konto")
def show_account(request: Request, work: PageWork) -> Response:
    return render(request, "account.html", filled=Filled())


@router.post("/konto")
def change_password(request: Request, work: FormWork, form: OwnForm) -> Response:
    current, new, again = (str(form.get(name) or "") for name in ("current", "new", "again"))

    def change() -> None:
        if new != again:
            raise PasswordsDiffer(findings=[Finding("differs", "Bitte zweimal dasselbe eingeben.", "again")])
        change_own_password(work, current, new)

    outcome = attempt(work, change)
    if isinstance(outcome, Refusal):
        return render(request, "account.html", status=outcome.status, filled=Filled({}, outcome))
    response = go_to("/anmelden", "kennwort")
    drop_cookie(request, response, SESSION)
    return response
