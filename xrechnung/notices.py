"""What people read about a file that is an invoice."""

from eakte.foundation.errors import Finding

E_INVOICE = "e-invoice"
"""The code by which a version of a document is known to be an invoice."""


def is_invoice(embedded: str | None) -> Finding:
    """The notice at a document that is an e-invoice, or carries one as the file `embedded`."""
    if embedded is None:
        return Finding(E_INVOICE, "Das Dokument ist eine E-Rechnung.")
    return Finding(E_INVOICE, f"Die PDF-Datei enthält eine E-Rechnung („{embedded}“).")
