"""Until when a request is answered, and what can be done with it when."""

from datetime import date

import pytest

from eakte.privacy.rules import RequestAct, RequestKind, RequestState, allows, answer_due


@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [
        (date(2026, 3, 10), date(2026, 4, 10), date(2026, 6, 10)),
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        (date(2028, 1, 30), date(2028, 2, 29), date(2028, 4, 30)),
        (date(2026, 11, 30), date(2026, 12, 30), date(2027, 2, 28)),
        (date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31)),
    ],
)
def test_a_request_is_answered_within_a_month_or_three(received: date, due: date, extended: date) -> None:
    assert (answer_due(received), answer_due(received, extended=True)) == (due, extended)


def test_an_erasure_is_decided_before_it_is_answered_and_an_access_never_is() -> None:
    searched = RequestState.SEARCHED
    assert allows(RequestKind.ACCESS, searched, RequestAct.ANSWER)
    assert not allows(RequestKind.ERASURE, searched, RequestAct.ANSWER)
    assert allows(RequestKind.ERASURE, RequestState.DECIDED, RequestAct.ANSWER)
    assert not allows(RequestKind.ACCESS, searched, RequestAct.DECIDE)


def test_nothing_is_done_any_more_with_a_closed_request() -> None:
    assert not any(allows(kind, RequestState.CLOSED, act) for kind in RequestKind for act in RequestAct)
