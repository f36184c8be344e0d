"""The command `eakte`: what clerks, administrators and scripts type."""

import sys

import typer
from sqlalchemy.exc import OperationalError

from eakte.entrypoints.client import ProblemAnswer
from eakte.entrypoints.commands import (
    admin,
    audit,
    batch,
    demo,
    document,
    index,
    ingest,
    people,
    plan,
    processes,
    records,
    search,
)
from eakte.entrypoints.commands.common import complain
from eakte.foundation.errors import EakteError
from eakte.foundation.problems import DatabaseUnavailable

app = typer.Typer(
    name="eakte",
    help="E-Akte: elektronische Aktenführung für Kommunen.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("stack")(processes.stack)
app.command("serve")(processes.serve)
app.command("worker")(processes.worker)
app.command("migrate")(processes.migrate)
app.command("demo")(demo.demo)
app.command("ingest")(ingest.ingest)
app.command("search")(search.search)
app.command("sweep")(admin.sweep)
app.add_typer(plan.app, name="plan")
app.add_typer(records.dossiers, name="dossier")
app.add_typer(records.cases, name="case")
app.add_typer(document.app, name="document")
app.add_typer(batch.app, name="batch")
app.add_typer(admin.backup, name="backup")
app.add_typer(index.app, name="index")
app.add_typer(audit.app, name="audit")
app.add_typer(people.units, name="unit")
app.add_typer(people.users, name="user")


def main() -> None:
    """Run a command; what goes wrong on purpose is said in one German sentence, exit status 2."""
    try:
        app()
    except ProblemAnswer as answer:
        complain(answer.problem_code, str(answer))
        sys.exit(2)
    except EakteError as error:
        complain(error.code(), str(error))
        sys.exit(2)
    except OperationalError:
        complain(DatabaseUnavailable.code(), str(DatabaseUnavailable()))
        sys.exit(2)


if __name__ == "__main__":
    main()
