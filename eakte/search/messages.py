from eakte.foundation.messages import Job


class UpdateIndex(Job):
    """Bring the index up to date with every pending request."""


class RebuildIndex(Job):
    """Build the index anew from the database while search keeps answering."""
