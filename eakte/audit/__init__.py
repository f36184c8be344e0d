"""Audit (Protokollierung): every event becomes an entry that nobody can change, miss or slip in unnoticed.

Entries hang in several hash chains ("lanes"), so that concurrent writers each extend one of their own
instead of queueing for the end of a single chain. See docs/decisions/0003-audit-lanes.md.
"""
