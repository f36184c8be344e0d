"""`eakte invoice list` and `act`: what waits for whom, and sending an invoice on its way."""

import json
import sys
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out

InvoiceId = Annotated[UUID, typer.Argument(metavar="RECHNUNG", help="Kennung der Rechnung", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]
Unit = Annotated[UUID | None, typer.Option(help="Kennung der Stelle", show_default=False)]


def list_invoices(
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Nur was auf jemanden wartet, das Dringendste zuerst")
    ] = False,
    mine: Annotated[bool, typer.Option("--mine", help="Nur was Sie übernommen haben; gehört zu --waiting")] = False,
    unit: Unit = None,
    step: Annotated[
        str | None, typer.Option(help="Bearbeitungsstand, etwa assigned; gehört zu --waiting", show_default=False)
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(help="Stand der Prüfung: received, checked, refused oder manual_check", show_default=False),
    ] = None,
    seller: Annotated[str | None, typer.Option(help="Lieferant, auch ein Teil des Namens", show_default=False)] = None,
    number: Annotated[str | None, typer.Option(help="Rechnungsnummer", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="Höchstzahl")] = 100,
    as_json: AsJson = False,
) -> None:
    """Rechnungen auflisten; mit --waiting der Arbeitsvorrat."""
    waits = waiting or mine or unit is not None or step is not None
    if waits and (state or seller or number):
        raise typer.BadParameter("--state, --seller und --number passen nicht zum Arbeitsvorrat.")
    with api_client() as client:
        if waits:
            found = client.pages("/invoices/work-list", mine=mine or None, unit=unit, step=step, limit=min(limit, 500))
        else:
            found = client.pages("/invoices", state=state, seller=seller, number=number, limit=min(limit, 500))
        items = list(islice(found, limit))
    if as_json:
        json.dump(items, sys.stdout, ensure_ascii=False, indent=2)
        return
    out.print(_waiting(items) if waits else _received(items))


def act(
    invoice: InvoiceId,
    what: Annotated[
        str | None,
        typer.Argument(metavar="HANDLUNG", help="Was zu tun ist, etwa claim oder order; ohne: was möglich ist"),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Grund, wo einer nötig ist", show_default=False)] = None,
    unit: Unit = None,
    original: Annotated[
        UUID | None, typer.Option(help="Rechnung, von der diese eine Dublette ist", show_default=False)
    ] = None,
    mail_to: Annotated[
        str | None, typer.Option(help="Wem eine Zurückweisung per E-Mail geschickt wird", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Etwas mit einer Rechnung tun; ohne Angabe sagen, was möglich ist und was dem entgegensteht."""
    with api_client() as client:
        if what is None:
            possible = client.get(f"/invoices/{invoice}/allowed-actions")["items"]
            _tell(possible, as_json=as_json)
            return
        ids = {"unitId": unit and str(unit), "originalId": original and str(original)}
        given = {"act": what, "reason": reason, **ids, "mailTo": mail_to}
        body = {name: value for name, value in given.items() if value is not None}
        done = client.post(f"/invoices/{invoice}/acts", body, etag="*")
    if as_json:
        json.dump(done, sys.stdout, ensure_ascii=False, indent=2)
        return
    out.print(f"{invoice}: {done['actWord']}", markup=False)


def _tell(possible: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        json.dump(possible, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Handlung", "Möglich", "Grund nötig", "Was entgegensteht")
    for one in possible:
        who = ", ".join(person["name"] for person in one["whoCould"])
        against = f"{one['obstacle'] or ''}{f' Dürfte: {who}.' if who else ''}"
        allowed, reason = ("ja" if one[name] else "" for name in ("allowed", "needsReason"))
        table.add_row(one["act"], allowed, reason, escape(against))
    out.print(table)


def _waiting(items: list[dict[str, Any]]) -> Table:
    table = Table("Anordnen bis", "Kennung", "Nummer", "Lieferant", "Betrag", "Stand", "Stelle")
    for one in items:
        row = (
            one["urgentOn"] + (" vorbei" if one["overdue"] else ""),
            one["invoiceId"],
            one["number"] or "",
            one["sellerName"] or "",
            f"{one['gross'] or ''} {one['currency'] or ''}".strip(),
            one["stepWord"],
            one["unit"] or "",
        )
        table.add_row(*map(escape, row))
    return table


def _received(items: list[dict[str, Any]]) -> Table:
    table = Table("Eingang", "Kennung", "Nummer", "Lieferant", "Betrag", "Prüfung")
    for one in items:
        row = (
            one["receivedAt"][:10],
            one["id"],
            one["number"] or "",
            one["sellerName"] or "",
            f"{one['gross'] or ''} {one['currency'] or ''}".strip(),
            one["state"],
        )
        table.add_row(*map(escape, row))
    return table
