"""Uploads in parts (fortsetzbare Übertragungen), after tus 1.0: a large file survives a broken connection."""
