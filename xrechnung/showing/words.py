"""Words for what the verdict says in codes."""

from xrechnung.judging.verdict import Refusal, Severity, Syntax

WEIGHTS = {
    Severity.FATAL: "Fehler",
    Severity.ERROR: "Fehler",
    Severity.WARNING: "Warnung",
    Severity.INFORMATION: "Information",
    Severity.HINT: "Hinweis",
}
SYNTAXES = {
    Syntax.UBL_INVOICE: "UBL 2.1, Rechnung",
    Syntax.UBL_CREDIT_NOTE: "UBL 2.1, Gutschrift",
    Syntax.CII: "UN/CEFACT Cross Industry Invoice (CII)",
}
REFUSALS = {
    Refusal.XML: "Das XML ist nicht lesbar.",
    Refusal.NO_XML: "In der PDF-Datei ist keine Rechnung als XML enthalten.",
    Refusal.SCENARIO: (
        "Für dieses Dokument gibt es kein Prüfszenario: Es ist keine XRechnung und keine Rechnung nach EN 16931."
    ),
    Refusal.STRUCTURE: (
        "Der Aufbau entspricht nicht dem amtlichen Schema; die inhaltlichen Regeln wurden nicht geprüft."
    ),
    Refusal.UNDEFINED: "Eine amtliche Regel lässt sich nicht anwenden; das amtliche Prüfwerkzeug bricht hier ab.",
    Refusal.RULES: "Mindestens eine verbindliche Regel ist verletzt.",
}
