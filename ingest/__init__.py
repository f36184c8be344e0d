"""Ingest (Posteingang, Digitalisierung): files come in, are recognised, checked and filed as documents.

Every file becomes an item with a state that survives anything; its original is stored before anything else
happens and is never changed. What fails waits in a work list (Arbeitsliste) with its reason.
"""
