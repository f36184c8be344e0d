"""A year of deadlines on a clock that is set by hand: summer and winter time, weekends, Bavarian holidays."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.access.service import change_identity
from eakte.foundation.settings import SmtpSettings
from tests.simulators.smtp_server import MailServer, mail_server
from tests.support.approval import Town
from xrechnung.approval.models.assignment import InvoiceReminder
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.rules.deadlines import GERMANY, Addressee, is_business_day, last_safe_day
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service import reminding
from xrechnung.approval.service.terms import holidays_of
from xrechnung.approval.tasks import send_digest
from xrechnung.models import Invoice

FIRST, LAST = date(2026, 10, 1), date(2027, 10, 1)
EVERY = 5
"""Days between invoices: no divisor of a week, so that they come on each of its days."""


@dataclass
class Year:
    """What was told on which day, in the order of the days."""

    told: dict[UUID, list[tuple[date, date, Addressee]]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[UUID, date] = field(default_factory=dict)
    mails: list[date] = field(default_factory=list)


@pytest.fixture
def post(town: Town) -> Iterator[MailServer]:
    with mail_server() as server:
        smtp = SmtpSettings(host="127.0.0.1", port=server.port, tls="none", sender="e-akte@stadt.example")
        town.house = replace(town.house, settings=town.house.settings.model_copy(update={"smtp": smtp}))
        with town.work() as work:
            change_identity(work, town.people["Anna"], email="anna@stadt.example")
        yield server


def at(day: date, hour: int) -> datetime:
    """An hour of a day as clocks in Germany show it."""
    return datetime.combine(day, time(hour), GERMANY).astimezone(UTC)


def days() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += timedelta(1)


def an_invoice(town: Town, number: int, day: date) -> UUID:
    """Every second one offers Skonto; all have 30 days."""
    terms = [{"days": 14, "percent": "2.00", "until": str(day + timedelta(14)), "amount": "2.38", "pay": "116.62"}]
    invoice_id = town.invoice(
        f"RE-{number}", issue_date=day, due_date=day + timedelta(30), skonto=terms if number % 2 else []
    )
    town.assign(invoice_id, "Parks", by="Zita")
    return invoice_id


def live(town: Town, post: MailServer) -> Year:
    year, waiting = Year(), dict[UUID, date]()
    free = holidays_of("BY")
    for number, day in enumerate(days()):
        # At night, and now and then once more as after a crash.
        for hour in (4, 5) if number % 3 == 0 else (4,):
            town.now = at(day, hour)
            with town.work() as work:
                reminding.note_lapsed(work)
                for one in reminding.find_reminders(work):
                    if reminding.remind(work, one.invoice_id, one.deadline, one.addressee):
                        year.told[one.invoice_id].append((day, one.deadline, one.addressee))
        before = len(post.taken)
        for hour in (6, 7) if number % 3 == 0 else (6,):
            town.now = at(day, hour)
            with town.work() as work:
                jobs = reminding.compile_digests(work)
            for job in jobs:
                send_digest(job, town.work)
                send_digest(job, town.work)
        year.mails += [day] * (len(post.taken) - before)
        town.now = at(day, 10)
        if number % EVERY == 0 and is_business_day(day, free):
            count = number // EVERY
            waiting[an_invoice(town, count, day)] = day + timedelta(8 + 7 * (count % 5))
        for invoice_id in [one for one, until in waiting.items() if until <= day]:
            town.act("Zita", invoice_id, Act.REJECT, reason="Nicht bestellt")
            year.ended[invoice_id] = day
            del waiting[invoice_id]
    return year


def test_in_a_year_everything_is_told_in_time_once_and_on_working_days(town: Town, post: MailServer) -> None:
    year = live(town, post)
    free = holidays_of("BY")
    tellings = [(invoice_id, *telling) for invoice_id, told in year.told.items() for telling in told]
    with town.work() as work:
        assert len(tellings) == len(work.session.scalars(select(InvoiceReminder)).all())
        skonto = {row.id: bool(row.skonto) for row in work.session.scalars(select(Invoice))}
        left = work.session.scalars(select(Approval).where(Approval.step == Step.ASSIGNED)).all()

    assert len(tellings) > 100
    assert sum(skonto.values()) > 20
    assert max(Counter((one[0], one[2], one[3]) for one in tellings).values()) == 1
    for invoice_id, day, deadline, _ in tellings:
        assert is_business_day(day, free), day
        assert day <= last_safe_day(deadline, free), (day, deadline)
        assert invoice_id not in year.ended or day <= year.ended[invoice_id]

    # Whatever stayed long enough to lose its Skonto heard of it in all three stages, and then of the due date.
    for invoice_id, told in year.told.items():
        deadlines = sorted({deadline for _, deadline, _ in told})
        assert len(deadlines) <= (2 if skonto[invoice_id] else 1)
        for deadline in deadlines:
            stages = [addressee for _, of, addressee in told if of == deadline]
            assert stages == list(Addressee)[: len(stages)]
            if invoice_id not in year.ended or year.ended[invoice_id] > last_safe_day(deadline, free):
                assert stages == list(Addressee)

    assert max(Counter(year.mails).values()) == 1
    assert all(is_business_day(day, free) for day in year.mails)
    assert all(approval.at_stake == Decimal(0) or approval.urgent_on >= LAST for approval in left)
    # Anna hears of the units' and the deputies' stages, on the morning of the night they were noted.
    assert set(year.mails) == {day for _, day, _, addressee in tellings if addressee is not Addressee.HEAD}
