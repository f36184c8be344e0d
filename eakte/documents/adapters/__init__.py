"""Foreign formats and tools behind documents."""
