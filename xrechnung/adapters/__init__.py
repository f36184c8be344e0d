"""Foreign formats and tools: XML, PDF, the official configuration; their errors become ours here."""
