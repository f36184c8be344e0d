"""What is done with invoices on their way to payment."""
