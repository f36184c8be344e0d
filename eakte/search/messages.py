"""One at a time, since an index has one writer."""

from eakte.foundation.messages import Job


class UpdateIndex(Job, queue="index", lock="index"):
    """Bring the index up to date with every pending request."""


class RebuildIndex(Job, queue="index", lock="index"):
    """Build the index anew from the database while search keeps answering."""
