"""Until when and why something is kept, at the browser."""

from eakte.foundation.work import House
from tests.support.factories import a_dossier, an_entry
from tests.support.retention import close
from tests.web.conftest import Visit


def test_a_closed_dossier_says_until_when_it_is_kept_and_why(visit: Visit, house: House) -> None:
    with house.begin() as work:
        entry = an_entry(work, retention_years=10)
        dossier, still_open = a_dossier(work, entry=entry), a_dossier(work, entry=entry)
        close(work, dossier, "2026-03-05 10:00")
    visitor = visit()
    assert "Aufzubewahren bis 05.03.2036: Es gilt" in visitor.open(f"/akten/{dossier.id}").words()
    assert "Aufbewahr" not in visitor.open(f"/akten/{still_open.id}").words()
