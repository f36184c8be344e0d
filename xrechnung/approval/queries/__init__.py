"""Every select over the approval of invoices."""
