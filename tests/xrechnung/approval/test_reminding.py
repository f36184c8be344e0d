"""Whoever can prevent a loss is told in time, once, and by an e-mail that tells nobody else anything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.access import Role
from eakte.access.service import change_identity
from eakte.foundation.mail import DigestState, MailServerUnavailable
from eakte.foundation.settings import SmtpSettings
from tests.simulators.smtp_server import Fault, MailServer, mail_server
from tests.support.approval import Town
from xrechnung.approval.messages import SendDigest
from xrechnung.approval.models.assignment import Digest, InvoiceReminder
from xrechnung.approval.rules.deadlines import Addressee
from xrechnung.approval.rules.workflow import Act
from xrechnung.approval.service import reminding
from xrechnung.approval.tasks import send_digest

# A Tuesday; with Skonto until Tuesday the 15th the last safe day is Monday the 14th of September.
SKONTO = {"days": 14, "percent": "2.00", "until": "2026-09-15", "amount": "2.38", "pay": "116.62"}


@pytest.fixture
def post(town: Town) -> Iterator[MailServer]:
    """A mail server the town uses; Anna and Bernd have addresses."""
    with mail_server() as server:
        smtp = SmtpSettings(host="127.0.0.1", port=server.port, tls="none", sender="e-akte@stadt.example", timeout_s=2)
        api = town.house.settings.api.model_copy(update={"public_url": "https://akte.stadt.example/"})
        settings = town.house.settings.model_copy(update={"smtp": smtp, "api": api})
        town.house = replace(town.house, settings=settings)
        for name in ("Anna", "Bernd"):
            address(town, name)
        yield server


def address(town: Town, name: str) -> None:
    with town.work() as work:
        change_identity(work, town.people[name], email=f"{name.lower()}@stadt.example")


def in_parks(town: Town, number: str = "RE-1", **facts: object) -> UUID:
    invoice_id = town.invoice(number, **{"skonto": [SKONTO], **facts})  # type: ignore[arg-type]
    town.assign(invoice_id, "Parks", by="Zita")
    return invoice_id


def night(town: Town, day: date) -> list[tuple[Addressee, list[UUID]]]:
    """What is told on a day, and to whom."""
    town.now = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    with town.work() as work:
        reminding.note_lapsed(work)
        due = reminding.find_reminders(work)
        for one in due:
            assert reminding.remind(work, one.invoice_id, one.deadline, one.addressee)
        rows = work.session.scalars(select(InvoiceReminder).where(InvoiceReminder.day == day))
        return [(row.addressee, row.people) for row in rows]


def digests(town: Town, day: date) -> list[SendDigest]:
    town.now = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    with town.work() as work:
        return reminding.compile_digests(work)


def states(town: Town) -> list[DigestState]:
    with town.work() as work:
        return list(work.session.scalars(select(Digest.state).order_by(Digest.day, Digest.person_id)))


def test_the_unit_then_the_deputy_then_the_head_are_told_before_the_skonto_day(town: Town) -> None:
    in_parks(town)
    anna, bernd = town.people["Anna"], town.people["Bernd"]
    told = {day: night(town, day) for day in (date(2026, 9, day) for day in range(7, 18))}
    assert {day.day: what for day, what in told.items() if what} == {
        7: [(Addressee.UNIT, [anna])],
        9: [(Addressee.DEPUTY, [anna])],
        10: [(Addressee.HEAD, [bernd])],
    }


def test_telling_twice_tells_once(town: Town) -> None:
    invoice_id = in_parks(town)
    with town.work() as work:
        assert reminding.remind(work, invoice_id, date(2026, 9, 15), Addressee.UNIT)
        assert not reminding.remind(work, invoice_id, date(2026, 9, 15), Addressee.UNIT)


def test_for_an_absent_head_the_one_who_stands_in_is_told(town: Town) -> None:
    town.person("Vera")
    town.away("Bernd", "Vera", date(2026, 9, 1), date(2026, 9, 30))
    in_parks(town)
    night(town, date(2026, 9, 7))
    told = dict(night(town, date(2026, 9, 10)))
    assert told[Addressee.HEAD] == [town.people["Vera"]]


def test_whoever_claimed_an_invoice_is_told_and_while_away_the_one_who_stands_in(town: Town) -> None:
    town.person("Clara", Role.CLERK, unit="Parks")
    town.person("Dora")
    invoice_id = in_parks(town)
    town.act("Clara", invoice_id, Act.CLAIM)
    assert night(town, date(2026, 9, 7)) == [(Addressee.UNIT, [town.people["Clara"]])]
    town.away("Clara", "Dora", date(2026, 9, 8), date(2026, 9, 20))
    assert night(town, date(2026, 9, 9)) == [(Addressee.DEPUTY, [town.people["Dora"]])]


def test_a_certified_invoice_waits_for_whoever_may_order_it(town: Town) -> None:
    invoice_id = in_parks(town)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    assert night(town, date(2026, 9, 7)) == [(Addressee.UNIT, [town.people["Bernd"]])]


def test_what_no_unit_has_is_told_to_central_accounting(town: Town) -> None:
    town.invoice(skonto=[SKONTO])
    assert night(town, date(2026, 9, 7)) == [(Addressee.UNIT, [town.people["Zita"]])]


def test_what_is_done_or_too_late_is_told_to_nobody(town: Town) -> None:
    done, late = in_parks(town, "RE-1"), in_parks(town, "RE-2")
    town.act("Zita", done, Act.REJECT, reason="Nicht bestellt")
    town.now = datetime(2026, 9, 15, 3, tzinfo=UTC)
    with town.work() as work:
        for invoice_id in (done, late):
            assert not reminding.remind(work, invoice_id, date(2026, 9, 15), Addressee.HEAD)


def test_a_lost_skonto_is_noted_once_and_the_due_date_takes_its_place(town: Town) -> None:
    invoice_id = in_parks(town)
    for _ in range(2):
        night(town, date(2026, 9, 15))
    approval = town.approval(invoice_id)
    assert (approval.skonto_on, approval.at_stake) == (None, 0)
    assert approval.urgent_on == date(2026, 9, 30)


def test_a_digest_says_how_many_and_where_and_nothing_about_anybody(town: Town, post: MailServer) -> None:
    in_parks(town, "RE-1")
    in_parks(town, "RE-2")
    night(town, date(2026, 9, 7))
    (job,) = digests(town, date(2026, 9, 7))
    assert job.person_id == town.people["Anna"]
    send_digest(job, town.work)
    send_digest(job, town.work)
    assert digests(town, date(2026, 9, 7)) == []
    (mail,) = post.taken
    text = mail.get_content()  # type: ignore[attr-defined]
    assert "2 Rechnungen brauchen" in text
    assert "https://akte.stadt.example/rechnungen/meine" in text
    for secret in ("Anna", "RE-1", "Grünau", "119", "Parks", str(town.people["Anna"])):
        assert secret not in mail.as_string()
    assert states(town) == [DigestState.SENT]


def test_a_server_that_takes_nothing_now_gets_it_later(town: Town, post: MailServer) -> None:
    in_parks(town)
    night(town, date(2026, 9, 7))
    (job,) = digests(town, date(2026, 9, 7))
    post.fault = Fault.BUSY
    with pytest.raises(MailServerUnavailable):
        send_digest(job, town.work)
    assert states(town) == [DigestState.WAITING]
    post.fault = Fault.NONE
    send_digest(job, town.work)
    assert states(town) == [DigestState.SENT]


def test_what_may_have_gone_out_is_not_sent_again(town: Town, post: MailServer) -> None:
    in_parks(town)
    night(town, date(2026, 9, 7))
    (job,) = digests(town, date(2026, 9, 7))
    post.fault = Fault.HANGS_UP_AFTER_CONTENT
    send_digest(job, town.work)
    send_digest(job, town.work)
    assert len(post.taken) == 1
    assert states(town) == [DigestState.DOUBTFUL]


def test_a_worker_that_died_while_it_sent_is_not_followed_by_a_second_mail(town: Town, post: MailServer) -> None:
    in_parks(town)
    night(town, date(2026, 9, 7))
    (job,) = digests(town, date(2026, 9, 7))
    with town.work() as work:
        assert reminding.claim_digest(work, job.person_id, job.day) is not None
    send_digest(job, town.work)
    assert post.visits == 0
    assert states(town) == [DigestState.DOUBTFUL]


def test_what_never_went_out_is_told_the_next_day(town: Town, post: MailServer) -> None:
    in_parks(town)
    night(town, date(2026, 9, 7))
    (yesterday,) = digests(town, date(2026, 9, 7))
    (today,) = digests(town, date(2026, 9, 8))
    send_digest(yesterday, town.work)
    send_digest(today, town.work)
    assert len(post.taken) == 1


def test_without_a_mail_server_nobody_gets_mail(town: Town) -> None:
    address(town, "Anna")
    in_parks(town)
    night(town, date(2026, 9, 7))
    assert digests(town, date(2026, 9, 7)) == []


def test_each_errand_begins_once_a_day_after_its_hour(town: Town) -> None:
    begun = []
    for hours in range(48):
        town.now = datetime(2026, 10, 24, 22, tzinfo=UTC) + timedelta(hours=hours)  # clocks change on the 25th
        with town.work() as work:
            before = work.session.connection().exec_driver_sql("select count(*) from procrastinate_jobs").scalar_one()
            reminding.begin_rounds(work)
            after = work.session.connection().exec_driver_sql("select count(*) from procrastinate_jobs").scalar_one()
        begun += [town.now.hour] * (after - before)
    assert begun == [3, 5, 3, 5]
