"""Search (Volltextsuche): one port, several engines, rights inside the query."""
