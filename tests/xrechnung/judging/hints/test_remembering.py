"""Values of suppliers come again and again; they are judged once, and absurdly long ones are not kept."""

from xrechnung.judging.hints.hint import LONGEST_REMEMBERED, remembered


def test_what_a_supplier_writes_every_day_is_judged_once() -> None:
    judged: list[str] = []

    @remembered
    def judge(text: str, term: str = "BT-20") -> str:
        judged.append(text)
        return f"{term}: {text}"

    assert [judge("Zahlbar sofort"), judge("Zahlbar sofort")] == ["BT-20: Zahlbar sofort"] * 2
    assert judge("Zahlbar sofort", term="BT-22") == "BT-22: Zahlbar sofort"
    assert judged == ["Zahlbar sofort"] * 2


def test_absurdly_long_values_do_not_fill_the_memory() -> None:
    judged: list[int] = []

    @remembered
    def judge(text: str) -> int:
        judged.append(len(text))
        return len(text)

    absurd = "x" * (LONGEST_REMEMBERED + 1)
    assert judge(absurd) == judge(absurd)
    assert judged == [len(absurd)] * 2
