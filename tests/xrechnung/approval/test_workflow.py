"""The table of steps and acts as a whole."""

from collections.abc import Callable

from xrechnung.approval.rules.signing import NEEDED
from xrechnung.approval.rules.workflow import (
    END,
    REQUIRED,
    TRANSITIONS,
    Act,
    Certificate,
    InvoiceClass,
    Step,
    Who,
    acts_at,
    is_complete,
    target_of,
)


def reachable(start: Step, allowed: Callable[[Act], bool] = lambda _: True) -> set[Step]:
    seen, open_ = {start}, [start]
    while open_:
        step = open_.pop()
        for act in acts_at(step):
            target = TRANSITIONS[act].paths[step]
            if allowed(act) and target not in seen:
                seen.add(target)
                open_.append(target)
    return seen


def test_every_step_can_be_reached() -> None:
    assert reachable(Step.RECEIVED) == set(Step)


def test_from_every_step_there_is_a_way_to_the_file() -> None:
    assert [step for step in Step if END not in reachable(step)] == []


def test_what_is_filed_stays_so() -> None:
    assert acts_at(END) == frozenset()


def test_without_an_order_nothing_is_handed_over() -> None:
    assert Step.HANDED_OVER not in reachable(Step.RECEIVED, lambda act: act is not Act.ORDER)


def test_without_completed_certificates_nothing_is_ordered() -> None:
    assert Step.ORDERED not in reachable(Step.RECEIVED, lambda act: act is not Act.COMPLETE)


def test_after_the_order_nothing_but_the_order_can_be_undone() -> None:
    assert acts_at(Step.ORDERED) == {Act.WITHDRAW, Act.HAND_OVER}


def test_the_finance_system_has_the_last_word_on_what_it_holds() -> None:
    assert {TRANSITIONS[act].who for act in acts_at(Step.RECALLED)} == {Who.FINANCE_SYSTEM}


def test_what_was_put_on_hold_goes_on_where_it_stood() -> None:
    assert target_of(Act.RESUME, Step.ON_HOLD, held_from=Step.CERTIFIED) is Step.CERTIFIED
    assert target_of(Act.RESUME, Step.ASSIGNED, held_from=None) is None


def test_every_signature_asks_for_a_right() -> None:
    signed = {act for act, transition in TRANSITIONS.items() if transition.who is Who.SIGNATORY}
    assert signed == set(NEEDED)


def test_construction_work_is_judged_technically_too() -> None:
    both = frozenset({Certificate.FACTUAL, Certificate.ARITHMETIC})
    assert is_complete(InvoiceClass.PURCHASE_ORDER, both)
    assert not is_complete(InvoiceClass.FINAL_CONSTRUCTION, both)
    assert set(REQUIRED) == set(InvoiceClass)
