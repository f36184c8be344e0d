"""Catalogues of rules: those that are shipped, strict reading, and taking them over."""

from datetime import date

import pytest
from sqlalchemy import func, select

from eakte.access import Role
from eakte.access.errors import ActionForbidden
from eakte.foundation.work import House, UnitOfWork
from retention.adapters.catalogue_yaml import read_catalogue
from retention.errors import CatalogueInvalid, CatalogueUnknown
from retention.models.rules import RetentionRule
from retention.queries.rules import rule_by_key
from retention.rules.periods import Event, Facts, Outcome, Rounding, Unit, retention_of
from retention.service.catalogues import import_catalogue, shipped_catalogue, shipped_catalogues
from tests.support.factories import AsActor

HEAD = "catalogue: stadt\nname: Regeln der Stadt\nrules:\n"
RULE = "  - {key: a, name: Akten, source: § 1, event: closing, period: 10 years}\n"
ADOPTED, DRAWN_UP, DISCHARGED = (f"annual_statement_{word}" for word in ("adopted", "drawn_up", "discharged"))


def flaws(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(CatalogueInvalid) as caught:
        read_catalogue(text if isinstance(text, bytes) else text.encode())
    return [(finding.code, finding.pointer) for finding in caught.value.findings]


# --- what is shipped ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_catalogues())
def test_shipped_catalogues_are_read_and_marked_as_examples(name: str) -> None:
    catalogue = read_catalogue(shipped_catalogue(name))
    assert catalogue.key == name
    assert all(rule.example and rule.source for rule in catalogue.rules)


def test_an_unknown_catalogue_is_not_read_from_anywhere() -> None:
    with pytest.raises(CatalogueUnknown):
        shipped_catalogue("../data/kommunal-haushalt")


@pytest.mark.parametrize(
    ("keys", "dates", "last_day"),
    [
        pytest.param(["nw-belege"], {ADOPTED: date(2027, 9, 30)}, date(2033, 12, 31), id="§ 59 KomHVO NRW, Belege"),
        pytest.param(["nw-buecher"], {ADOPTED: date(2027, 1, 1)}, date(2037, 12, 31), id="§ 59 KomHVO NRW, Bücher"),
        pytest.param(["nw-belege"], {ADOPTED: date(2027, 12, 31)}, date(2033, 12, 31), id="adopted on the last day"),
        pytest.param(["nw-belege"], {ADOPTED: date(2028, 1, 1)}, date(2034, 12, 31), id="adopted a day later"),
        pytest.param(
            ["by-belege", "by-entlastung"],
            {DRAWN_UP: date(2026, 6, 30), DISCHARGED: date(2027, 2, 1)},
            date(2032, 12, 31),
            id="§ 69 KommHV-Doppik, Belege",
        ),
        pytest.param(
            ["by-belege", "by-entlastung"],
            {DRAWN_UP: date(2026, 6, 30), DISCHARGED: date(2032, 8, 31)},
            date(2033, 2, 28),
            id="§ 69 KommHV-Doppik, not before six months after a late discharge",
        ),
        pytest.param(["bw-belege"], {ADOPTED: date(2026, 7, 1)}, date(2032, 12, 31), id="§ 39 GemHVO BW, Belege"),
        pytest.param(
            ["bw-belege-wie-buecher"], {ADOPTED: date(2026, 7, 1)}, date(2036, 12, 31), id="§ 39 GemHVO BW, wie Bücher"
        ),
        pytest.param(["rp-belege"], {ADOPTED: date(2026, 7, 1)}, date(2032, 12, 31), id="§ 30 GemHVO RP, Belege"),
        pytest.param(["rp-buecher"], {ADOPTED: date(2026, 7, 1)}, date(2036, 12, 31), id="§ 30 GemHVO RP, Bücher"),
        pytest.param(["ao-belege"], {}, date(2034, 12, 31), id="§ 147 AO, Belege"),
        pytest.param(["ao-buecher"], {}, date(2036, 12, 31), id="§ 147 AO, Bücher"),
        pytest.param(
            ["nw-belege", "ao-belege"], {ADOPTED: date(2026, 11, 1)}, date(2034, 12, 31), id="tax law outlasts"
        ),
        pytest.param(
            ["nw-belege", "ao-belege"], {ADOPTED: date(2029, 1, 1)}, date(2035, 12, 31), id="a late council outlasts"
        ),
    ],
)  # fmt: skip
def test_vouchers_are_kept_as_their_source_says(
    work: UnitOfWork, keys: list[str], dates: dict[str, date], last_day: date
) -> None:
    import_catalogue(work, shipped_catalogue("kommunal-haushalt"))
    rules = [rule_by_key(work.session, "kommunal-haushalt", key).rule() for key in keys]
    assert retention_of(rules, Facts(date(2026, 2, 28), entered=dates)).last_day == last_day


@pytest.mark.parametrize(
    ("key", "facts", "last_day"),
    [
        ("allgemein-10", Facts(date(2024, 2, 29)), date(2034, 2, 28)),
        ("allgemein-5", Facts(date(2026, 1, 1)), date(2031, 12, 31)),
        ("kurz-30-tage", Facts(date(2027, 2, 1)), date(2027, 3, 3)),
        ("vorgang-mit-akte", Facts(date(2020, 1, 1), parent_closed_on=date(2026, 6, 1)), date(2036, 6, 1)),
        ("erlaubnis", Facts(date(2026, 1, 1), business_data={"permit_ends": date(2026, 5, 1)}), date(2036, 12, 31)),
        ("vertrag", Facts(date(2026, 1, 1), business_data={"contract_ends": date(2025, 12, 31)}), date(2035, 12, 31)),
        ("personal", Facts(date(2026, 1, 1), business_data={"exit": date(2026, 1, 1)}), date(2031, 12, 31)),
        (
            "personal-versorgung",
            Facts(date(2026, 1, 1), business_data={"date_of_birth": date(1960, 2, 29)}),
            date(2060, 2, 29),
        ),
        (
            "personal-versorgung",
            Facts(date(2026, 1, 1), business_data={"date_of_birth": date(2000, 2, 29)}),
            date(2100, 2, 28),
        ),
        ("schuljahr", Facts(date(2026, 7, 31)), date(2028, 7, 31)),
        ("schuljahr", Facts(date(2026, 8, 1)), date(2029, 7, 31)),
    ],
)
def test_general_rules_count_from_their_own_events(work: UnitOfWork, key: str, facts: Facts, last_day: date) -> None:
    import_catalogue(work, shipped_catalogue("kommunal-allgemein"))
    found = retention_of([rule_by_key(work.session, "kommunal-allgemein", key).rule()], facts)
    assert (found.outcome, found.last_day) == (Outcome.ENDS, last_day)


# --- strict reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("empty", "/lines/1")]),
        ("catalogue: [", [("not-yaml", "/lines/1")]),
        (b"\xff\xfe\x00", [("not-utf8", "/lines/1")]),
        (HEAD + "  - {key: a, name: &x A, source: *x, event: closing, period: 1 years}\n", [("alias", "/lines/4")]),
        (HEAD + RULE + RULE, [("key-twice", "/lines/5")]),
        (HEAD + RULE.replace("10 years", "10 Jahre"), [("value-error", "/lines/4")]),
        (HEAD + RULE.replace("10 years", "111 years"), [("value-error", "/lines/4")]),
        (HEAD + RULE.replace("10 years", "0 days"), [("value-error", "/lines/4")]),
        (HEAD + RULE.replace("event: closing", "event: entered"), [("value-error", "/lines/4")]),
        (HEAD + RULE.replace("name: Akten", "nmae: Akten"), [("missing", "/lines/4"), ("extra-forbidden", "/lines/4")]),
        (HEAD + RULE + "more: 1\n", [("extra-forbidden", "/lines/5")]),
        (HEAD + RULE.replace("name: Akten", "name: A, name: B"), [("named-twice", "/lines/4")]),
        (HEAD + RULE.replace("}", ", valid_from: 2026-02-30}"), [("value-error", "/lines/4")]),
        (HEAD + RULE.replace("}", ", fiscal_year_ends: 02-30}"), [("value-error", "/lines/4")]),
        (HEAD + RULE.replace("}", ", buffer_days: many}"), [("int-type", "/lines/4")]),
        ("- 1\n- 2\n", [("model-type", "/lines/1")]),
    ],
)  # fmt: skip
def test_a_flaw_is_told_with_its_line(text: str | bytes, expected: list[tuple[str, str]]) -> None:
    assert flaws(text) == expected


def test_a_rule_is_read_as_it_is_written() -> None:
    text = HEAD + RULE.replace("10 years", "18 months").replace(
        "}", ", rounding: end_of_fiscal_year, fiscal_year_ends: 02-29, buffer_days: 30, valid_until: 2030-12-31}"
    )
    (rule,) = read_catalogue(text.encode()).rules
    assert (rule.length, rule.unit, rule.rounding) == (18, Unit.MONTHS, Rounding.END_OF_FISCAL_YEAR)
    assert (rule.fiscal_month, rule.fiscal_day, rule.buffer_days) == (2, 29, 30)
    assert (rule.event, rule.valid_from, rule.valid_until) == (Event.CLOSING, None, date(2030, 12, 31))


# --- taking over ----------------------------------------------------------------------------------------------


def test_taking_over_is_an_update_and_deletes_nothing(work: UnitOfWork) -> None:
    both = (HEAD + RULE + RULE.replace("key: a", "key: b")).encode()
    assert import_catalogue(work, both).created == 2
    again = import_catalogue(work, both)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    shorter = import_catalogue(work, (HEAD + RULE.replace("10 years", "8 years")).encode())
    assert (shorter.changed, shorter.missing) == (1, ("b",))
    assert rule_by_key(work.session, "stadt", "a").length == 8
    assert rule_by_key(work.session, "stadt", "b").length == 10


def test_a_faulty_catalogue_is_not_taken_over_in_part(work: UnitOfWork) -> None:
    with pytest.raises(CatalogueInvalid):
        import_catalogue(work, (HEAD + RULE + RULE).encode())
    assert work.session.scalar(select(func.count()).select_from(RetentionRule)) == 0


def test_only_who_manages_retention_takes_catalogues_over(house: House, as_actor: AsActor) -> None:
    clerk = as_actor(Role.CLERK)
    with house.begin(clerk) as work, pytest.raises(ActionForbidden):
        import_catalogue(work, (HEAD + RULE).encode())
