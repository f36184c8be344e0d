"""`eakte index`."""

from typing import Annotated

import typer

from eakte.entrypoints.commands.common import OPERATOR, opened_house
from eakte.entrypoints.commands.speaking import out
from eakte.search.service import ask_for_rebuild, rebuild_index

app = typer.Typer(help="Suchindex verwalten.", no_args_is_help=True)


@app.command("rebuild")
def rebuild(
    background: Annotated[bool, typer.Option("--background", help="Einem Worker überlassen und nicht warten")] = False,
) -> None:
    """Den Suchindex aus der Datenbank neu aufbauen; gesucht werden kann die ganze Zeit."""
    with opened_house() as house:
        if background:
            with house.begin(OPERATOR) as work:
                ask_for_rebuild(work)
            out.print("Der Neuaufbau ist beauftragt.")
            return
        count = rebuild_index(lambda: house.begin(OPERATOR))
    out.print(f"{count} Dokument(e) neu indiziert.")
