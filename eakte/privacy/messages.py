"""Events never carry who asks: the audit trail is kept longer than that may be."""

from uuid import UUID

from eakte.foundation.messages import Event, Job

# Behind what people wait for at the page.
_PRIORITY = -1


class SubjectRequestReceived(Event):
    """A data subject's request was entered (Betroffenenanfrage)."""


class SubjectRequestChanged(Event):
    """Details of a request changed; of who asks, only that they did."""


class SubjectRequestExtended(Event):
    """The time for the answer was extended (Fristverlängerung)."""


class SubjectSearchAsked(Event):
    """A search for a person was begun."""


class SubjectSearched(Event):
    """A search for a person has ended."""


class FindingsJudged(Event):
    """Somebody said of findings whether they speak of who asks."""


class ErasureDecided(Event):
    """For each confirmed record it was computed whether it can be erased, and when it can."""


class ErasureListed(Event):
    """What can be erased was put on a disposal list in draft."""


class ErasureRestricted(Event):
    """What cannot be erased yet was restricted until it can (Einschränkung)."""


class SubjectReportAsked(Event):
    """A report was asked for (Auskunft)."""


class SubjectReportMade(Event):
    """A report was put together and stored."""


class SubjectReportRead(Event):
    """A report was handed out to somebody of the house."""


class SubjectReportErased(Event):
    """A report was erased, since it is itself personal data."""


class SubjectRequestActed(Event):
    """A request reached another state."""


class SubjectForgotten(Event):
    """Who asked and what was found were deleted from a closed request."""


class SearchForPerson(Job, lock="privacy.SearchForPerson", priority=_PRIORITY):
    """Find everything that speaks of who asks."""

    request_id: UUID


class LookAfterPrivacy(Job, lock="privacy.LookAfterPrivacy", priority=_PRIORITY):
    """Erase and forget what was kept long enough."""


class MakeSubjectReport(Job, priority=_PRIORITY):
    """Put a report together and store it."""

    report_id: UUID
