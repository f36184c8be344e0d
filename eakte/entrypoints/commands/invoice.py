"""`eakte invoice`: electronic invoices as files, without server, database or settings; and those a server keeps.

Checking one file must answer at once, so what only the views need is not loaded for it.
"""

from typer.core import TyperGroup

from eakte.entrypoints.commands.lazy import add_lazily

group = add_lazily(
    TyperGroup(
        name="invoice",
        help="Elektronische Rechnungen prüfen, auch ohne Server, und auf den Weg bringen.",
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
        ("list", "invoice_acts:list_invoices", "Rechnungen auflisten; mit --waiting der Arbeitsvorrat."),
        ("act", "invoice_acts:act", "Etwas mit einer Rechnung tun, oder sagen, was möglich ist."),
        ("transfer", "invoice_transfer:app", "Anordnungen an das Finanzverfahren übergeben."),
    ),
)
