"""What the API shows and takes of the approval of invoices."""
