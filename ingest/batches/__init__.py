"""Batches (Stapel): paper that is scanned together, from the first sheet to the record of its destruction.

A batch keeps its raw scans and an account of every image. Its stack is split into documents, which are items of
ingest; people look at what was made, and what is filed gets its transfer note (Transfervermerk) and its seal.
"""
