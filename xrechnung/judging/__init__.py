"""Judging invoices (Prüfung): structure, the rules of EN 16931 and XRechnung, and the acceptance decision (Annahme).

`judge_invoice` takes bytes and gives a `Verdict`. The rules themselves live in `ubl` and `cii`, what changes every
half year (scenarios, severities, code lists) is data of a `Release`.
"""
