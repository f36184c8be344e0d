"""XRechnung (elektronische Rechnung): incoming invoices from receipt to handing over. An empty room so far.

Here will live reading UBL, CII and hybrid PDF (ZUGFeRD, Factur-X) into one model of EN 16931, judging them by its
rules and those of XRechnung (Prüfung), the checks of a public treasury (sachlich und rechnerisch richtig), the
payment order (Anordnung) under four eyes, and handing over to the finance system (Kassenverfahren). The invoice
itself is kept as it came, as a document of a case.
"""
