"""`eakte search`."""

import json
import sys
from typing import Annotated

import typer
from rich.text import Text

from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out


def search(
    query: Annotated[str, typer.Argument(help='Wörter, "Wortfolge", -ohne, Anfang*, feld:wert')],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Höchstzahl der Treffer")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Antwort als JSON")] = False,
) -> None:
    """Dokumente im Volltext suchen."""
    with api_client() as client:
        results = client.get("/search", q=query, limit=limit)
    if as_json:
        json.dump(results, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        return
    for hit in results["items"]:
        document = hit["document"]
        out.print(f"[bold]{document['reference']}[/]  {document['title']}  [dim]{document['id']}[/]")
        for snippet in hit["snippets"]:
            text = Text(snippet["text"])
            for start, end in snippet["marks"]:
                text.stylize("bold yellow", start, end)
            place = f"Seite {snippet['page']}: " if snippet["page"] else ""
            out.print(Text(f"    {place}", style="dim") + text)
    out.print(f"{results['total']} Treffer")
