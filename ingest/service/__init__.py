"""The verbs of ingest, one module per part of a file's way: receiving, steps, filing, work list."""
