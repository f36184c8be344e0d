"""What the processes of an installation load, each on its own: in this one, the imports of others would hide it."""

import json
import subprocess
import sys

OUR_PACKAGES = ("eakte", "ingest", "retention", "xrechnung")

_LEARNED_LATER = """
import json
from importlib import import_module
from pkgutil import walk_packages

import eakte.entrypoints.house
from eakte.documents import presenting
from eakte.foundation import confined, gathering, jobs, messages
from eakte.foundation.table import Table
from eakte.privacy import registry
from eakte.records import guards, queries
from eakte.records.service import numbering
from ingest.queries import visible_origins
from retention.service.exchanging import takers

def registered():
    return {
        "tables": set(Table.metadata.tables),
        "subscribers": {(event, one) for event, subscribed in messages._handlers.items() for one in subscribed},
        "guards": {(action, one) for action, guarding in guards._guards.items() for one in guarding},
        "gathered": set(gathering._kinds),
        "people": {*registry.sources, *registry.foretellers, *registry.listers},
        "others": {*queries.epitaphs, *numbering.keepers, *visible_origins, *takers.values()},
        "foreign files": {*confined._lenders, *confined.preloaded, *presenting.presenters},
    }

house = registered()
import eakte.entrypoints.worker
handled = set(jobs._handlers)
for package in ("eakte", "ingest", "retention", "xrechnung"):
    for found in walk_packages(import_module(package).__path__, f"{package}."):
        if not {"migrations", "adapters", "commands", "zygote"} & set(found.name.split(".")):
            import_module(found.name)
later = {what: sorted(map(repr, known - house[what])) for what, known in registered().items()}
later["jobs"] = sorted(job.name for job in {*messages.Job.__subclasses__(), *jobs._handlers} - handled)
print(json.dumps(later))
"""


def _prints(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_an_open_house_knows_everything_and_a_worker_every_job() -> None:
    later = json.loads(_prints(_LEARNED_LATER))
    assert later == {what: [] for what in later}


def test_the_api_has_no_handlers_of_jobs() -> None:
    loaded = _prints("import sys, eakte.entrypoints.serve; print(*sys.modules)").split()
    assert "ingest.api" in loaded
    assert not [name for name in loaded if "tasks" in name.split(".") and name.split(".")[0] in OUR_PACKAGES]
