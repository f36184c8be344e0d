"""`eakte dossier` and `eakte case`."""

from typing import Annotated, Any

import typer

from eakte.entrypoints.client import Client
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out

dossiers = typer.Typer(help="Akten.", no_args_is_help=True)
cases = typer.Typer(help="Vorgänge.", no_args_is_help=True)

Reference = Annotated[str, typer.Argument(help="Aktenzeichen")]
Title = Annotated[str, typer.Option(help="Betreff")]


@dossiers.command("create")
def create_dossier(
    entry: Annotated[str, typer.Option(help="Kennzeichen der Betreffseinheit im Aktenplan")],
    title: Title,
    unit: Annotated[str, typer.Option(help="Kennung der federführenden Einheit")] = "10",
) -> None:
    """Eine Akte anlegen; gibt ihr Aktenzeichen aus."""
    with api_client() as client:
        body = {"entryId": _entry_id(client, entry), "unitId": _unit_id(client, unit), "title": title}
        out.print(client.post("/dossiers", body)["reference"], markup=False)


@dossiers.command("list")
def list_dossiers(limit: Annotated[int, typer.Option(min=1, max=500)] = 50) -> None:
    """Akten auflisten."""
    with api_client() as client:
        for dossier in client.get("/dossiers", limit=limit)["items"]:
            out.print(f"{dossier['reference']}  {dossier['title']}  ({dossier['state']})", markup=False)


@dossiers.command("close")
def close_dossier(reference: Reference) -> None:
    """Eine Akte schließen (zdA)."""
    _act("dossiers", reference, "close")


@dossiers.command("reopen")
def reopen_dossier(reference: Reference) -> None:
    """Eine geschlossene Akte wieder öffnen."""
    _act("dossiers", reference, "reopen")


@cases.command("create")
def create_case(
    dossier: Annotated[str, typer.Option(help="Aktenzeichen der Akte")],
    title: Title,
) -> None:
    """Einen Vorgang anlegen; gibt sein Aktenzeichen aus."""
    with api_client() as client:
        found = client.get("/records", reference=dossier)
        out.print(client.post(f"/dossiers/{found['id']}/cases", {"title": title})["reference"], markup=False)


@cases.command("close")
def close_case(reference: Reference) -> None:
    """Einen Vorgang schließen (zdA)."""
    _act("cases", reference, "close")


@cases.command("reopen")
def reopen_case(reference: Reference) -> None:
    """Einen geschlossenen Vorgang wieder öffnen."""
    _act("cases", reference, "reopen")


def _act(collection: str, reference: str, action: str) -> None:
    with api_client() as client:
        found = client.get("/records", reference=reference)
        done = client.post(f"/{collection}/{found['id']}:{action}", etag="*")
    out.print(f"{done['reference']}: {done['state']}", markup=False)


def _entry_id(client: Client, code: str) -> str:
    return _only(client.pages("/filing-plan-entries", code=code), "id", code)


def _unit_id(client: Client, key: str) -> str:
    return _only((unit for unit in client.pages("/organisational-units") if unit["key"] == key), "id", key)


def _only(found: Any, field: str, wanted: str) -> str:
    for one in found:
        return str(one[field])
    raise typer.BadParameter(f"„{wanted}“ gibt es nicht.")
