"""How far a data protection officer reaches."""

from dataclasses import replace

from eakte.foundation.work import Actor, UnitOfWork


def everywhere(work: UnitOfWork) -> UnitOfWork:
    """The same work and the same person, reaching every record, since a data subject's rights end at none.

    Callers have asked for MANAGE_PRIVACY, and do only what the request calls for.
    """
    return replace(work, actor=Actor(work.actor.id, work.actor.name, everything=True))
