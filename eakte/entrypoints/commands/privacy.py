"""`eakte privacy`: requests of data subjects (Art. 15 and 17 DSGVO)."""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.client import Client
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import err, out
from eakte.foundation import clock
from eakte.foundation.clock import legal_day

app = typer.Typer(help="Datenschutz: Auskunft und Löschung auf Verlangen.", no_args_is_help=True)

_PATH = "/privacy/requests"
_ROUND_S = 0.5

RequestName = Annotated[str, typer.Argument(metavar="ANFRAGE", help="Kennung oder Zeichen (DS-…)", show_default=False)]
Names = Annotated[
    list[str], typer.Argument(metavar="NAME…", help="Heutiger Name, dann frühere: „Erika Muster“", show_default=False)
]
Born = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="TAG", help="Geburtsdatum", show_default=False)
]
Received = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="TAG", help="Eingegangen am; ohne: heute", show_default=False),
]
Emails = Annotated[list[str] | None, typer.Option("--email", help="E-Mail-Adresse", show_default=False)]
Addresses = Annotated[list[str] | None, typer.Option("--address", help="„Straße 1, 12345 Ort“", show_default=False)]
Ids = Annotated[list[str] | None, typer.Option("--external-id", help="Kennung im Fachverfahren", show_default=False)]
Records = Annotated[list[str], typer.Argument(metavar="ZEICHEN…", help="Schriftgut der Fundstellen")]
AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]
Into = Annotated[Path, typer.Option("--output", "-o", help="Ordner für die ZIP-Datei", show_default=False)]
Copies = Annotated[bool, typer.Option("--copies", help="Kopien der bestätigten Dokumente beifügen")]
AllMatches = Annotated[bool, typer.Option("--all-matches", help="Auch Unbestätigtes, das nur den Namen trägt")]

_KINDS = {"access": "Auskunft", "erasure": "Löschung"}
_STATES = {
    "received": "eingegangen",
    "searched": "gesucht",
    "decided": "entschieden",
    "answered": "beantwortet",
    "closed": "abgeschlossen",
}
_JUDGEMENTS = {"open": "offen", "confirmed": "bestätigt", "dismissed": "verworfen"}
_OUTCOMES = {
    "erasable": "kann gelöscht werden",
    "offer": "zuerst dem Archiv anbieten",
    "later": "noch nicht",
    "unknown": "noch nicht",
    "kept": "bleibt auf Dauer",
    "gone": "gelöscht",
}


@app.command("list")
def list_requests(
    due: Annotated[bool, typer.Option("--due", help="Nur, was zu beantworten oder jetzt zu löschen ist")] = False,
    as_json: AsJson = False,
) -> None:
    """Betroffenenanfragen auflisten, die dringendsten zuerst."""
    with api_client() as client:
        found = list(client.pages(_PATH, due=due, limit=500))
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Zeichen", "Art", "Stand", "Zu beantworten bis", "Offene Fundstellen")
    for one in found:
        row = (one["reference"], _KINDS[one["kind"]], _STATES[one["state"]], one["dueOn"], str(one["openFindings"]))
        table.add_row(*row)
    out.print(table)


@app.command()
def erasure(
    names: Names,
    email: Emails = None,
    address: Addresses = None,
    external_id: Ids = None,
    born: Born = None,
    received: Received = None,
) -> None:
    """Ein Löschersuchen eintragen und nach der Person suchen."""
    with api_client() as client:
        person = _person(names, email, address, external_id, born)
        request = _searched(client, _enter(client, "erasure", person, received))
    _tell_found(request)


@app.command()
def report(
    names: Names,
    into: Into,
    email: Emails = None,
    address: Addresses = None,
    external_id: Ids = None,
    born: Born = None,
    received: Received = None,
    all_matches: AllMatches = False,
) -> None:
    """Eine Auskunft in einem Zug: eintragen, suchen, zusammenstellen, laden.

    Sie enthält, was an Kennung, E-Mail, Geburtsdatum oder Anschrift erkannt ist. Was nur den Namen trägt, bestätigt
    zuerst ein Mensch (judge), dann stellt „bundle“ sie neu zusammen.
    """
    with api_client() as client:
        person = _person(names, email, address, external_id, born)
        request = _searched(client, _enter(client, "access", person, received))
        target = _bundle(client, request, into, copies=False, all_matches=all_matches)
    _tell_found(request)
    out.print(escape(str(target)))


@app.command()
def bundle(request: RequestName, into: Into, copies: Copies = False, all_matches: AllMatches = False) -> None:
    """Die Auskunft zu einer Anfrage zusammenstellen und laden."""
    with api_client() as client:
        target = _bundle(client, _find(client, request), into, copies=copies, all_matches=all_matches)
    out.print(escape(str(target)))


@app.command()
def search(request: RequestName) -> None:
    """Erneut nach der Person suchen; Entscheidungen über Fundstellen bleiben."""
    with api_client() as client:
        found = _searched(client, _find(client, request))
    _tell_found(found)


@app.command()
def findings(
    request: RequestName,
    only_open: Annotated[bool, typer.Option("--open", help="Nur, worüber noch niemand entschieden hat")] = False,
    as_json: AsJson = False,
) -> None:
    """Die Fundstellen einer Anfrage auflisten."""
    with api_client() as client:
        path = f"{_PATH}/{_find(client, request)['id']}/findings"
        found = list(client.pages(path, judgement="open" if only_open else None, limit=500))
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Zeichen", "Feld", "Seite", "Ausschnitt", "Erkannt an", "Entscheidung")
    for one in found:
        page = "" if one["page"] is None else str(one["page"])
        cells = (one["label"], one["field"], page, one["excerpt"] or "", one["match"], _JUDGEMENTS[one["judgement"]])
        table.add_row(*(escape(cell) for cell in cells))
    out.print(table)


@app.command()
def confirm(request: RequestName, references: Records) -> None:
    """Bestätigen, dass alle Fundstellen an diesem Schriftgut von der Person sprechen."""
    _judge(request, references, "confirmed")


@app.command()
def dismiss(request: RequestName, references: Records) -> None:
    """Verwerfen: Die Fundstellen an diesem Schriftgut sprechen von jemand anderem."""
    _judge(request, references, "dismissed")


@app.command()
def decide(request: RequestName, as_json: AsJson = False) -> None:
    """Zu jedem bestätigten Schriftgut sagen, ob es gelöscht werden kann, sonst warum nicht und ab wann."""
    with api_client() as client:
        answers = client.post(f"{_PATH}/{_find(client, request)['id']}:decide")
    if as_json:
        json.dump(answers, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Zeichen", "Antwort", "Möglich ab", "Warum")
    for one in answers:
        why = " ".join(reason["message"] for reason in one["reasons"])
        table.add_row(one["reference"], _OUTCOMES[one["outcome"]], one["possibleFrom"] or "", escape(why))
    out.print(table)


@app.command("list-erasable")
def list_erasable(request: RequestName) -> None:
    """Was gelöscht werden kann, auf den Entwurf eines Aussonderungsverzeichnisses setzen."""
    with api_client() as client:
        listed = client.post(f"{_PATH}/{_find(client, request)['id']}:list-erasable")
    out.print(f"Entwurf {listed['reference']}; geprüft und freigegeben wird er wie jedes Verzeichnis.")


@app.command()
def restrict(request: RequestName) -> None:
    """Was noch nicht gelöscht werden kann, bis dahin in der Verarbeitung einschränken."""
    with api_client() as client:
        done = client.post(f"{_PATH}/{_find(client, request)['id']}:restrict")
    out.print(f"{done['restricted']} Schriftgutobjekte sind eingeschränkt.")


@app.command()
def extend(request: RequestName, reason: Annotated[str, typer.Option(help="Grund", show_default=False)]) -> None:
    """Die Frist um zwei Monate verlängern."""
    with api_client() as client:
        changed = client.post(f"{_PATH}/{_find(client, request)['id']}:extend", {"reason": reason}, etag="*")
    out.print(f"{changed['reference']} ist zu beantworten bis {changed['dueOn']}.")


@app.command()
def answer(request: RequestName) -> None:
    """Vermerken, dass die Anfrage beantwortet ist."""
    _act(request, "answer")


@app.command()
def close(request: RequestName) -> None:
    """Eine beantwortete Anfrage abschließen."""
    _act(request, "close")


def _person(
    names: list[str],
    emails: list[str] | None,
    addresses: list[str] | None,
    external_ids: list[str] | None,
    born: datetime | None,
) -> dict[str, Any]:
    return {
        "names": names,
        "bornOn": None if born is None else born.date().isoformat(),
        "emails": emails or [],
        "addresses": addresses or [],
        "externalIds": external_ids or [],
    }


def _enter(client: Client, kind: str, person: dict[str, Any], received: datetime | None) -> Any:
    day = legal_day(clock.now()) if received is None else received.date()
    return client.post(_PATH, {"kind": kind, "person": person, "receivedOn": day.isoformat()})


def _searched(client: Client, request: dict[str, Any]) -> Any:
    """Search and wait for the end."""
    path = f"{_PATH}/{request['id']}"
    client.post(f"{path}:search")
    return _wait(lambda: client.get(path), lambda one: not one["searching"])


def _bundle(client: Client, request: dict[str, Any], into: Path, *, copies: bool, all_matches: bool) -> Path:
    """Have a report made, wait for it, and save it in a folder."""
    path = f"{_PATH}/{request['id']}/reports"
    asked = client.post(path, {"withCopies": copies, "allMatches": all_matches})
    made = _wait(lambda: _report_of(client, path, asked["id"]), lambda one: not one["making"])
    if made["madeAt"] is None:
        raise typer.BadParameter(
            "Die Auskunft ließ sich nicht zusammenstellen; bitte die Systembetreuung verständigen."
        )
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"Auskunft {request['reference'].replace('/', '-')}.zip"
    with target.open("wb") as stream:
        client.download(f"/privacy/reports/{asked['id']}/content", stream)
    return target


def _report_of(client: Client, path: str, report_id: str) -> Any:
    return next(one for one in client.get(path) if one["id"] == report_id)


def _wait(ask: Callable[[], Any], ended: Callable[[Any], bool]) -> Any:
    while not ended(found := ask()):
        time.sleep(_ROUND_S)
    return found


def _find(client: Client, name: str) -> Any:
    """A request by id or reference."""
    for request in client.pages(_PATH, limit=500):
        if name in (request["id"], request["reference"]):
            return request
    raise typer.BadParameter(f"Die Anfrage „{name}“ gibt es nicht.")


def _judge(name: str, references: list[str], judgement: str) -> None:
    with api_client() as client:
        path = f"{_PATH}/{_find(client, name)['id']}/findings"
        found = [one for one in client.pages(path, limit=500) if one["label"] in references]
        missing = set(references) - {one["label"] for one in found}
        if missing:
            raise typer.BadParameter(f"Ohne Fundstelle: {', '.join(sorted(missing))}.")
        done = client.post(f"{path}:judge", {"judgement": judgement, "findings": [one["id"] for one in found]})
    out.print(f"{done['judged']} Fundstellen: {_JUDGEMENTS[judgement]}.")


def _act(name: str, act: str) -> None:
    with api_client() as client:
        request = client.post(f"{_PATH}/{_find(client, name)['id']}/acts", {"act": act}, etag="*")
    out.print(f"{request['reference']}: {_STATES[request['state']]}.")


def _tell_found(request: dict[str, Any]) -> None:
    found = request["openFindings"] + request["confirmedFindings"] + request["dismissedFindings"]
    err.print(
        f"{request['reference']}: {found} Fundstellen, {request['openFindings']} davon offen;"
        f" zu beantworten bis {request['dueOn']}."
    )
    if request["foundMore"]:
        err.print("Es gibt mehr Fundstellen, als beurteilt werden können; bitte die Person genauer angeben.")
