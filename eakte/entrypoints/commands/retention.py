"""`eakte retention`: how long records are kept, and what becomes of them afterwards."""

from typer.core import TyperGroup

from eakte.entrypoints.commands.lazy import add_lazily

group = add_lazily(
    TyperGroup(name="retention", help="Aufbewahrung und Aussonderung.", no_args_is_help=True),
    (
        (
            "due",
            "retention_periods:list_due",
            "Fällige Akten und Vorgänge, mit dem, was der Aussonderung entgegensteht.",
        ),
        ("explain", "retention_periods:explain", "Sagen, bis wann und warum etwas aufbewahrt wird."),
        ("rules", "retention_rules:app", "Aufbewahrungsregeln übernehmen und auflisten."),
        (
            "assign",
            "retention_rules:assign",
            "Eine Regel an einen Aktenplaneintrag, eine Akte oder einen Vorgang hängen.",
        ),
        ("dates", "retention_rules:dates", "Fristauslösende Daten eintragen und auflisten."),
        (
            "check",
            "retention_periods:check",
            "Prüfen, ob alles Geschlossene eine Frist hat oder sagt, warum nicht. Ende mit 1: etwas fehlte.",
        ),
        ("recompute", "retention_periods:recompute", "Fristen neu berechnen, alle oder unter einem Aktenplaneintrag."),
        ("hold", "retention_holds:app", "Löschsperren setzen, ansehen, aufheben."),
        ("lists", "retention_lists:lists", "Aussonderungsverzeichnisse auflisten."),
        ("list", "retention_lists:app", "Ein Aussonderungsverzeichnis aufstellen, ansehen, prüfen, freigeben."),
        ("offer", "retention_lists:offer", "Ein geprüftes Verzeichnis seinem Archiv anbieten (Nachricht 0501)."),
        ("transfer", "retention_lists:transfer", "Was das Archiv übernehmen will, an es abgeben (Nachricht 0503)."),
        (
            "destroy",
            "retention_lists:destroy",
            "Die Vernichtung eines freigegebenen Verzeichnisses beginnen, sobald ihre Wartezeit um ist.",
        ),
        (
            "reconcile",
            "retention_ledger:reconcile",
            "Nach einer Wiederherstellung zeigen, was vernichtet war und zurück ist; mit --apply erneut löschen.",
        ),
        ("messages", "retention_messages:list_messages", "Nachrichten an Archive und von ihnen auflisten."),
        ("message", "retention_messages:save_message", "Eine Nachricht als Datei speichern."),
        ("import", "retention_messages:import_message", "Eine Nachricht eines Archivs übernehmen."),
    ),
)
