"""Foreign formats behind records: plan files."""
