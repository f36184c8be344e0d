"""Opening the house."""

import pytest
from pydantic import SecretStr

from eakte.audit.errors import AuditKeyMissing
from eakte.entrypoints.house import open_house
from eakte.foundation.settings import AuditSettings, Settings


def test_a_house_whose_audit_trail_anybody_could_forge_is_not_opened(settings: Settings) -> None:
    keyless = settings.model_copy(update={"audit": AuditSettings(key=SecretStr(""))})
    with pytest.raises(AuditKeyMissing), open_house(keyless):
        pass
