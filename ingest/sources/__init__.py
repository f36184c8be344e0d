"""Sources (Quellen) of batches: watched folders, S3 prefixes, mailboxes, and uploads that come in parts.

A neighbour shows parcels: what has completely arrived and belongs together. Each becomes a batch. Only when everything
of it is stored and committed the neighbour is told to put its input away, so a crash at any point leaves the input
where it was, or safely stored, or both; a persisted delivery sees to it that both never makes two.
"""
