from pathlib import Path

import pytest

from eakte.access import Role
from eakte.foundation.work import House
from tests.ingest.sources.office import ScanningOffice
from tests.support.factories import AsActor


@pytest.fixture
def office(committed_house: House) -> ScanningOffice:
    actor = AsActor(committed_house)(Role.REGISTRY)
    return ScanningOffice(committed_house, actor.name, actor.id)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "eingang"
    folder.mkdir()
    return folder
