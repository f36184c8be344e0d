"""Splitting (Trennung): which sheets of a scanned stack belong together, and which ones only say so.

Nothing here knows a database. `confined` is the door to foreign files; what it saw (`looks`) and what a sheet's
code announces (`payload`, `sheets_seen`) go into the pure decision (`rules`): documents, separator sheets
(Trennblatt), cover sheets (Deckblatt) and blank pages (Leerseite), with every image ending up exactly once.
"""
