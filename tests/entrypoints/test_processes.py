"""What the processes of an installation load, each on its own: in this one, the imports of others would hide it."""

import json
import subprocess
import sys
from functools import cache

import pytest

OUR_PACKAGES = ("eakte", "ingest", "retention", "xrechnung")
SEALS = {"pyhanko", "pyhanko_certvalidator", "pkcs11", "aiohttp"}
PAGES = {"fpdf", "fontTools", "pikepdf", "pypdfium2", "ocrmypdf", "img2pdf"}
IMAGES = {"cv2", "numpy", "PIL", "pillow_heif", "tesserocr", "zxingcpp"}
ENGINES = {"tantivy", "whoosh"}
SELDOM_NEEDED = SEALS | PAGES | IMAGES | ENGINES

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


@cache
def _loaded_by(module: str) -> set[str]:
    loaded = set(_prints(f"import sys, {module}; print(*sys.modules)").split())
    assert module in loaded
    return loaded


def test_the_api_has_no_handlers_of_jobs() -> None:
    ours = [name.split(".") for name in _loaded_by("eakte.entrypoints.serve") if name.split(".")[0] in OUR_PACKAGES]
    assert ["ingest", "api"] in ours
    assert not [name for name in ours if "tasks" in name]


@pytest.mark.parametrize("process", ["serve", "worker", "commands.common"])
def test_a_process_starts_without_what_it_seldom_needs(process: str) -> None:
    """Together it takes longer to load than all that is ours; what opens foreign files is loaded once for them all."""
    assert not SELDOM_NEEDED & _loaded_by(f"eakte.entrypoints.{process}")
