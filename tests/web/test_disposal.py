"""Disposal and legal holds at the browser."""

from uuid import UUID

import pytest

from eakte.access import Role
from eakte.foundation.work import House
from eakte.records.models import Dossier
from eakte.records.plan_rules import DisposalCode
from retention.messages import ListChanged
from retention.models.disposal import DisposalList
from retention.rules.disposal import Direction, ListState, Procedure
from retention.rules.exchange import MessageType, XdomeaVersion
from tests.support.disposal import a_received_message
from tests.support.factories import a_case, a_dossier, an_entry
from tests.support.retention import close
from tests.web.conftest import Visit, Visitor


@pytest.fixture
def due(house: House) -> Dossier:
    """Long closed, and of no value to the archive."""
    with house.begin() as work:
        entry = an_entry(work, retention_years=5, disposal=DisposalCode.DESTROY)
        dossier = a_dossier(work, entry=entry, title="Parkausweise 2015")
        close(work, a_case(work, dossier=dossier, title="Anträge"), "2015-06-30 10:00")
        close(work, dossier, "2015-07-01 10:00")
    return dossier


def draw(visitor: Visitor) -> str:
    """A list of everything due; answers its path."""
    visitor.open("/aussonderung")
    page = visitor.send("/aussonderung", {"name": "Parkausweise", "procedure": "destruction"})
    assert page.status == 200, page.words()
    return page.path.split("?")[0]


def test_two_people_bring_a_list_to_its_release(visit: Visit, due: Dossier) -> None:
    author, other = visit(), visit()
    path = draw(author)
    page = author.open(path)
    assert due.reference in page.words() and "Parkausweise 2015" in page.words()
    assert "Als geprüft bestätigen" not in page.words("//main//button")
    other.open(path)
    assert "bewertet" in other.send(f"{path}/schritt", {"act": "review"}).words("//header[@class='head']")
    refused = other.send(f"{path}/schritt", {"act": "release"})
    assert refused.status == 409
    assert "Akte für das Vernichtungsprotokoll" in refused.words("//*[@role='alert']")


def test_what_is_due_is_shown_with_what_stands_in_its_way(visit: Visit, due: Dossier) -> None:
    visitor = visit()
    visitor.open("/loeschsperren")
    held = visitor.send("/loeschsperren", {"reason": "Klage 4 K 1/26", "references": due.reference})
    assert held.status == 200 and "Die Löschsperre gilt." in held.words()
    page = visitor.open("/aussonderung/faellig?verfahren=destruction")
    assert "Löschsperre" in page.words("//tbody")
    visitor.open("/aussonderung")
    refused = visitor.send("/aussonderung", {"name": "Parkausweise", "procedure": "destruction"})
    assert (refused.status, "Löschsperre" in refused.words("//*[@role='alert']")) == (409, True)


def test_a_hold_is_set_by_words_and_released_with_a_reason(visit: Visit, due: Dossier) -> None:
    visitor = visit()
    visitor.open("/loeschsperren")
    path = visitor.send("/loeschsperren", {"reason": "Prüfung", "words": "parkausweise"}).path.split("?")[0]
    assert due.reference in visitor.open(path).words("//tbody")
    assert visitor.send(f"{path}/aufheben", {"reason": ""}).status == 422
    visitor.open(path)
    assert "aufgehoben" in visitor.send(f"{path}/aufheben", {"reason": "Prüfung beendet"}).words()


def test_a_position_is_put_off_with_a_reason(visit: Visit, due: Dossier) -> None:
    visitor = visit()
    path = draw(visitor)
    page = visitor.open(path)
    (action, *_) = [form.get("action") for form in page.all("//tbody//form")]
    done = visitor.send(action, {"reason": "wird noch gebraucht"})
    assert done.status == 200
    assert "zurückgestellt" in done.words("//tbody") and "wird noch gebraucht" in done.words("//tbody")


def test_whoever_has_no_part_in_disposal_does_not_see_it(visit: Visit, due: Dossier) -> None:
    clerk = visit(Role.CLERK)
    assert "Aussonderung" not in clerk.open("/").words("//nav")
    assert clerk.open("/aussonderung").status == 403
    assert clerk.open("/loeschsperren").status == 403


def test_a_list_shows_why_a_message_waits_and_how_often_the_archive_was_silent(
    visit: Visit, house: House, due: Dossier
) -> None:
    visitor = visit()
    path = draw(visitor)
    with house.begin() as work:
        list_ = work.session.get_one(DisposalList, UUID(path.rpartition("/")[2]))
        message = a_received_message(work, list_)
        message.direction, message.version, message.message_type = (
            Direction.SENT,
            XdomeaVersion.V3_0_0,
            MessageType.OFFER,
        )
        message.reminders = 3
        list_.state, list_.procedure, list_.archive = ListState.OFFERED, Procedure.FOUR_STEP, "stadtarchiv"
        list_.unwritten, list_.unwritten_why = MessageType.TRANSFER, "Die Datei brief.pdf ist beschädigt."
        work.session.flush()
        work.publish(ListChanged(record_id=list_.id, changes={}))
    words = visitor.open(path).words()
    assert "Abgabe (0503) ließ sich nicht schreiben: Die Datei brief.pdf ist beschädigt." in words
    assert "Frist 3-mal versäumt" in words
    overview = visitor.open("/aussonderung").words("//table")
    assert "Nachricht nicht geschrieben" in overview and "Archiv 3-mal säumig" in overview
