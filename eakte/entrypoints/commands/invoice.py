"""`eakte invoice`: electronic invoices as files, without server, database or settings.

Checking one file must answer at once, so what only the views need is not loaded for it.
"""

from typer.core import TyperGroup

from eakte.entrypoints.commands.lazy import add_lazily

group = add_lazily(
    TyperGroup(
        name="invoice",
        help="Elektronische Rechnungen prüfen und ansehen, auch ohne Server und Datenbank.",
        no_args_is_help=True,
    ),
    (
        (
            "check",
            "invoice_check:check",
            "Rechnungen prüfen. Ende mit 0: alle angenommen, 1: etwas abgelehnt, 2: etwas war nicht prüfbar.",
        ),
        ("show", "invoice_view:show", "Eine Rechnung als HTML-Seite oder PDF/A lesbar machen."),
        ("model", "invoice_view:model", "Den Inhalt einer Rechnung als JSON ausgeben."),
        ("attachments", "invoice_view:attachments", "Die Anlagen einer Rechnung in einen Ordner legen."),
        ("transfer", "invoice_transfer:app", "Anordnungen an das Finanzverfahren übergeben."),
    ),
)
