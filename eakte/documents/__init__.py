"""Documents (Dokumente): the metadata envelope, its versions, and their renditions in object storage.

A rendition (Format, Primärdatei) is one form of a version: the original as it arrived, the archival PDF/A,
the text page by page, the preview images. Originals are never changed and never lost.
"""
