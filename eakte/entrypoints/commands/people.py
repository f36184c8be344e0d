"""`eakte unit` and `eakte user`: organisational units, people and clients, their roles and tokens."""

from datetime import timedelta
from typing import Annotated

import typer

from eakte.access import Confidentiality, Role
from eakte.access.errors import IdentityNotFound
from eakte.access.models import Identity, IdentityKind
from eakte.access.queries import identity_by_login, unit_by_key
from eakte.access.queries import units as list_units_of
from eakte.access.service import create_identity, create_unit, grant_role, issue_token, set_password
from eakte.entrypoints.commands.common import OPERATOR, opened_house
from eakte.entrypoints.commands.speaking import out
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_queries import entry_by_code

units = typer.Typer(help="Organisationseinheiten.", no_args_is_help=True)
users = typer.Typer(help="Personen, Fachverfahren, Rollen, Tokens.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Benutzername")]


@units.command("add")
def add_unit(
    key: Annotated[str, typer.Argument(help="Kennung, z. B. 63")],
    name: Annotated[str, typer.Argument(help="Name, z. B. Bauordnungsamt")],
    parent: Annotated[str | None, typer.Option(help="Kennung der übergeordneten Einheit")] = None,
) -> None:
    """Eine Organisationseinheit anlegen."""
    with opened_house() as house, house.begin(OPERATOR) as work:
        parent_id = unit_by_key(work.session, parent).id if parent else None
        create_unit(work, key=key, name=name, parent_id=parent_id)
    out.print(f"Einheit {key} angelegt.")


@units.command("list")
def list_units() -> None:
    """Organisationseinheiten auflisten."""
    with opened_house() as house, house.begin(OPERATOR) as work:
        for unit in list_units_of(work, cursor=None, limit=500).items:
            out.print(f"{unit.key}  {unit.name}", markup=False)


@users.command("add")
def add_user(
    login: Login,
    name: Annotated[str, typer.Option(help="Anzeigename")],
    client: Annotated[bool, typer.Option("--client", help="Fachverfahren statt Person")] = False,
    password: Annotated[str | None, typer.Option(prompt=False, help="Kennwort; sonst wird gefragt")] = None,
    email: Annotated[str | None, typer.Option(help="E-Mail-Adresse für Erinnerungen")] = None,
) -> None:
    """Eine Person oder ein Fachverfahren aufnehmen."""
    if password is None and not client:
        password = typer.prompt("Kennwort", hide_input=True, confirmation_prompt=True)
    with opened_house() as house, house.begin(OPERATOR) as work:
        kind = IdentityKind.CLIENT if client else IdentityKind.PERSON
        create_identity(work, kind=kind, login=login, display_name=name, password=password, email=email)
    out.print(f"{login} aufgenommen.")


@users.command("password")
def change_password(login: Login) -> None:
    """Ein neues Kennwort setzen."""
    password = typer.prompt("Neues Kennwort", hide_input=True, confirmation_prompt=True)
    with opened_house() as house, house.begin(OPERATOR) as work:
        set_password(work, _identity(work, login).id, password)
    out.print("Kennwort gesetzt.")


@users.command("grant")
def grant(
    login: Login,
    role: Annotated[Role, typer.Argument(help="Rolle")],
    unit: Annotated[str | None, typer.Option(help="Nur für diese Einheit und darunter")] = None,
    entry: Annotated[str | None, typer.Option(help="Nur unter diesem Aktenplaneintrag")] = None,
    level: Annotated[Confidentiality, typer.Option(help="Höchste Vertraulichkeitsstufe")] = Confidentiality.RESTRICTED,
) -> None:
    """Eine Rolle erteilen."""
    with opened_house() as house, house.begin(OPERATOR) as work:
        grant_role(
            work,
            _identity(work, login).id,
            role,
            unit_id=unit_by_key(work.session, unit).id if unit else None,
            entry_id=entry_by_code(work.session, entry).id if entry else None,
            max_confidentiality=level,
        )
    out.print(f"{login} ist jetzt {role.value}.")


@users.command("token")
def token(
    login: Login,
    label: Annotated[str, typer.Option(help="Wofür das Token ist")],
    days: Annotated[int | None, typer.Option(min=1, help="Gültig für so viele Tage")] = None,
) -> None:
    """Ein API-Token ausstellen; das Geheimnis wird nur dieses eine Mal gezeigt."""
    with opened_house() as house, house.begin(OPERATOR) as work:
        expires_at = work.now + timedelta(days=days) if days else None
        _, secret = issue_token(work, _identity(work, login).id, label=label, expires_at=expires_at)
    out.print(secret, markup=False)


def _identity(work: UnitOfWork, login: str) -> Identity:
    identity = identity_by_login(work.session, login)
    if identity is None:
        raise IdentityNotFound
    return identity
