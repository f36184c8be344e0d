"""Installations that stories kill parts of."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eakte.foundation.embedded import EmbeddedPostgres
from eakte.foundation.ids import new_id
from eakte.foundation.settings import StorageSettings
from tests.conftest import AUDIT_KEY
from tests.support.installation import Installation, installation


@pytest.fixture
def environment() -> dict[str, str]:
    """What a story sets besides what all of them need."""
    return {}


@pytest.fixture
def running(
    tmp_path: Path,
    environment: dict[str, str],
    postgres: EmbeddedPostgres,
    clone_database: Callable[[str], str],
    storage_settings: StorageSettings,
) -> Iterator[Installation]:
    dsn = postgres.dsn_of(clone_database(f"eakte_{new_id().hex}"))
    # Many kills in a minute hit some files more often than a machine would in years: no giving up here.
    patience = {"EAKTE_INGEST__ATTEMPTS": "100", "EAKTE_XRECHNUNG__ATTEMPTS": "100"}
    # The dead are noticed soon, so that the tests are short.
    watchful = {"EAKTE_WORKER__HEARTBEAT_S": "0.5", "EAKTE_WORKER__STALLED_S": "3"}
    special = {**patience, **watchful, **environment}
    with installation(tmp_path / "var", dsn, storage_settings, audit_key=AUDIT_KEY, **special) as stack:
        yield stack
