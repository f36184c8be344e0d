"""What retention has against acts of others: nothing is reopened that is about to be disposed of."""

from collections.abc import Iterable

from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import guards
from eakte.records.models import Record
from eakte.records.rules import Action
from retention.queries.lists import active_item_around
from retention.rules.disposal import MAY_BE_TAKEN_OFF


@guards(Action.REOPEN)
def _on_a_disposal_list(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    found = active_item_around(work.session, record)
    if found is None:
        return
    item, list_ = found
    if item.state in MAY_BE_TAKEN_OFF:
        advice = "erst wenn die Position dort zurückgestellt ist, geht es weiter"
    else:
        advice = "das Archiv hat bereits entschieden oder übernommen, daher geht es nicht mehr"
    message = f"{item.reference} steht auf dem Aussonderungsverzeichnis {list_.reference}; {advice}."
    yield Finding("on-disposal-list", message, item.reference)
