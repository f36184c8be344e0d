"""What is done with invoices: taken in, checked, compared with others."""
