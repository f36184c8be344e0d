"""`eakte invoice transfer`: what a finance system does at the API, by hand or from a script."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import err, out

app = typer.Typer(help="Anordnungen an das Finanzverfahren übergeben.", no_args_is_help=True)

_PATH = "/invoices/transfers"

OrderId = Annotated[UUID, typer.Argument(metavar="ANORDNUNG", help="Kennung der Anordnung", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]


@app.command("list")
def list_transfers(
    state: Annotated[
        str | None, typer.Option(help="open, handed_over, taken, booked, failed oder withdrawn", show_default=False)
    ] = None,
    recalled: Annotated[bool | None, typer.Option("--recalled/--not-recalled", help="Nur zurückgerufene")] = None,
    as_json: AsJson = False,
) -> None:
    """Anordnungen und ihren Stand auflisten."""
    with api_client() as client:
        orders = list(client.pages(_PATH, state=state, recalled=recalled, limit=500))
    _show(orders, as_json=as_json)


@app.command()
def claim(
    limit: Annotated[int, typer.Option(min=1, max=500, help="Höchstzahl")] = 100,
    lease: Annotated[int, typer.Option(min=1, max=86_400, help="Sekunden, in denen sie niemand sonst bekommt")] = 900,
    into: Annotated[Path | None, typer.Option("--sepa", help="SEPA-Datei, die geschrieben wird")] = None,
    as_json: AsJson = False,
) -> None:
    """Anordnungen abholen; was nicht quittiert wird, kommt wieder. Ende mit 1: es lag nichts bereit."""
    with api_client() as client:
        claimed = client.post(f"{_PATH}:claim", {"limit": limit, "leaseSeconds": lease})
        if into is not None and claimed["items"]:
            into.write_bytes(client.get_bytes(f"{_PATH}.pain001", lease=claimed["lease"]))
    if not claimed["items"]:
        err.print("Es liegt keine Anordnung bereit.")
        raise typer.Exit(1)
    if as_json:
        json.dump(claimed, sys.stdout, ensure_ascii=False, indent=2)
        return
    _show(claimed["items"], as_json=False)
    out.print(f"Abholung {claimed['lease']}, gültig bis {claimed['leasedUntil']}")


@app.command()
def ack(
    order: OrderId, lease: Annotated[UUID, typer.Option(help="Abholung, mit der sie kam", show_default=False)]
) -> None:
    """Quittieren: die Anordnung liegt im Finanzverfahren."""
    _tell(order, "acknowledge", {"lease": str(lease)})


@app.command()
def book(
    order: OrderId,
    ledger_number: Annotated[str, typer.Option("--number", help="Buchungsnummer", show_default=False)],
    booked_on: Annotated[str, typer.Option("--on", metavar="JJJJ-MM-TT", help="Gebucht am", show_default=False)],
    paid_on: Annotated[str | None, typer.Option("--paid", metavar="JJJJ-MM-TT", help="Gezahlt am")] = None,
) -> None:
    """Melden: gebucht, vielleicht schon gezahlt."""
    _tell(order, "book", {"ledgerNumber": ledger_number, "bookedOn": booked_on, "paidOn": paid_on})


@app.command()
def fail(order: OrderId, reason: Annotated[str, typer.Option(help="Grund", show_default=False)]) -> None:
    """Melden: nicht ausgeführt, und wird es nie."""
    _tell(order, "fail", {"reason": reason})


def _tell(order: UUID, what: str, body: dict[str, Any]) -> None:
    with api_client() as client:
        answer = client.post(f"{_PATH}/{order}:{what}", body)
    out.print(f"{answer['number']}: {_STATES[answer['state']]}")


_STATES = {
    "open": "noch nicht abgeholt",
    "handed_over": "abgeholt",
    "taken": "quittiert",
    "booked": "gebucht",
    "failed": "nicht ausgeführt",
    "withdrawn": "zurückgezogen",
}


def _show(orders: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        json.dump(orders, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Nummer", "Kennung", "Stand", "Betrag", "Zahlen am", "Empfänger", "Rückruf")
    for order in orders:
        recalled = "ja" if order["recalledAt"] else ""
        amount = f"{order['amount']} {order['currency']}"
        row = (order["number"], order["id"], _STATES[order["state"]], amount, order["payOn"], order["payee"], recalled)
        table.add_row(*row)
    out.print(table)
