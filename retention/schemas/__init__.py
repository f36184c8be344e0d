"""What the API of retention takes and shows."""
