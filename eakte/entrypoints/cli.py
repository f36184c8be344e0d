"""The command `eakte`: what clerks, administrators and scripts type."""

import sys

import typer
from typer.core import TyperGroup
from typer.main import get_command

from eakte.entrypoints.commands.lazy import add_lazily
from eakte.foundation.errors import DatabaseUnavailable, EakteError, Invalid

app = typer.Typer(
    name="eakte",
    help="E-Akte: elektronische Aktenführung für Kommunen.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Name, where it lives below `commands`, and the first sentence of its help.
COMMANDS = (
    ("stack", "processes:stack", "Alles auf einem Rechner starten: PostgreSQL, S3, API und Worker; bis Strg-C."),
    ("serve", "serve:serve", "Die API bedienen."),
    ("worker", "worker:worker", "Aufträge abarbeiten: Erkennung, Ablage, Suchindex."),
    ("migrate", "processes:migrate", "Datenbank und Objektspeicher auf den neuesten Stand bringen."),
    ("demo", "demo:demo", "Alles starten, die Musterbriefe von Papier zu Akte bringen und zeigen, was geschah."),
    (
        "ingest",
        "ingest:ingest",
        "Dateien erkennen und ablegen lassen. Ende mit 0: alles angenommen oder abgelegt, 1: etwas blieb liegen.",
    ),
    ("search", "search:search", "Dokumente im Volltext suchen."),
    (
        "sweep",
        "admin:sweep",
        "Dateien ohne Datensatz und Datensätze ohne Datei melden; gelöscht wird nichts. Ende mit 1: etwas gefunden.",
    ),
    ("plan", "plan:app", "Aktenpläne übernehmen und ausgeben."),
    ("dossier", "records:dossiers", "Akten."),
    ("case", "records:cases", "Vorgänge."),
    ("document", "document:app", "Dokumente ansehen und laden."),
    ("batch", "batch:app", "Papier stapelweise digitalisieren."),
    ("invoice", "invoice:group", "Elektronische Rechnungen prüfen, auch ohne Server, und auf den Weg bringen."),
    ("retention", "retention:group", "Aufbewahrung und Aussonderung."),
    ("privacy", "privacy:app", "Datenschutz: Auskunft und Löschung auf Verlangen."),
    ("restriction", "restrictions:app", "Verarbeitung einschränken (Art. 18 DSGVO)."),
    ("backup", "admin:backup", "Datensicherung."),
    ("index", "index:app", "Suchindex verwalten."),
    ("audit", "audit:app", "Protokoll prüfen."),
    ("unit", "people:units", "Organisationseinheiten."),
    ("user", "people:users", "Personen, Fachverfahren, Rollen, Tokens."),
)


@app.callback()
def eakte() -> None:
    """What all commands share: nothing yet."""


def command_line() -> TyperGroup:
    """The whole command with everything below it, none of it loaded."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return add_lazily(group, COMMANDS)


class FileUnusable(Invalid):
    """Diese Datei oder dieser Ordner ist nicht zu öffnen."""

    advice = "„{path}“: {reason}."


_WHY: dict[type[OSError], str] = {
    FileNotFoundError: "gibt es nicht",
    PermissionError: "das Recht dazu fehlt",
    IsADirectoryError: "ist ein Ordner",
    NotADirectoryError: "liegt in keinem Ordner",
}


def main() -> None:
    """Run a command; what goes wrong on purpose is said in one German sentence, exit status 2."""
    try:
        command_line()()
    except EakteError as error:
        complain(getattr(error, "problem_code", "") or error.code(), str(error))
        sys.exit(2)
    except OSError as error:
        if not error.filename:
            raise
        unusable = FileUnusable(path=error.filename, reason=_WHY.get(type(error), error.strerror))
        complain(unusable.code(), str(unusable))
        sys.exit(2)
    except Exception as error:
        if not _says_that_the_database_is_away(error):
            raise
        complain(DatabaseUnavailable.code(), str(DatabaseUnavailable()))
        sys.exit(2)


def complain(code: str, message: str) -> None:
    typer.secho(f"Fehler ({code}): ", fg=typer.colors.RED, bold=True, nl=False, err=True)
    typer.echo(message, err=True)


def _says_that_the_database_is_away(error: Exception) -> bool:
    """SQLAlchemy is looked for, not loaded: only a command that asked a database has loaded it."""
    loaded = sys.modules.get("sqlalchemy.exc")
    return loaded is not None and isinstance(error, loaded.OperationalError)


if __name__ == "__main__":
    main()
