"""The queue asks: erase files of which no row speaks."""

from eakte.documents.abandoned import erase_abandoned
from eakte.documents.messages import EraseAbandoned
from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork


@handles(EraseAbandoned)
def erase_what_is_abandoned(job: EraseAbandoned, begin: BeginWork) -> None:
    """Erase what was given up a day ago, some at a time; a repeat goes on."""
    found = True
    while found:
        with begin() as work:
            found = erase_abandoned(work) > 0
