"""Catalogues of retention rules as YAML: read strictly, every flaw told with its line."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from eakte.foundation.errors import Finding
from eakte.foundation.german import in_german
from eakte.foundation.storage import LockMode
from eakte.records.plan_rules import LONGEST_RETENTION, DisposalCode
from retention.errors import CatalogueInvalid
from retention.models.rules import ProtectionNeed
from retention.rules.catalogues import CatalogueRule, RuleCatalogue
from retention.rules.periods import Event, Period, Rounding, Unit

MAX_BYTES = 2_000_000
_PERIOD = re.compile(r"(\d{1,5}) (day|month|year)s?")
_LONGEST = {Unit.DAYS: LONGEST_RETENTION * 366, Unit.MONTHS: LONGEST_RETENTION * 12, Unit.YEARS: LONGEST_RETENTION}
_Line = int


def read_catalogue(content: bytes) -> RuleCatalogue:
    """The rules of a catalogue. Raises CatalogueInvalid with every flaw: a code, a German sentence, the line."""
    node = _composed(content)
    findings: list[Finding] = []
    data = _plain(node, findings)
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        findings += _told(error, node)
        raise CatalogueInvalid(findings=_in_order(findings)) from error
    findings += _repeated(file, node)
    if findings:
        raise CatalogueInvalid(findings=_in_order(findings))
    return RuleCatalogue(file.catalogue, file.name, tuple(rule.as_rule() for rule in file.rules))


# --- the schema -------------------------------------------------------------------------------------------


def _as_period(value: Any) -> Any:
    """`10 years`, `18 months`, `30 days` or `unlimited`."""
    if value == "unlimited":
        return None
    match = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("Erwartet wird eine Dauer wie „10 years“, „18 months“, „30 days“ oder „unlimited“.")
    period = Period(int(match[1]), Unit(f"{match[2]}s"))
    if not 1 <= period.length <= _LONGEST[period.unit]:
        raise ValueError(f"Erlaubt sind 1 Tag bis {LONGEST_RETENTION} Jahre.")
    return period


def _as_year_end(value: Any) -> Any:
    """`07-31`: month and day; 02-29 is the last of February."""
    match = re.fullmatch(r"(\d\d)-(\d\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("Erwartet wird das Ende des Haushaltsjahres als Monat und Tag wie „12-31“.")
    try:
        # A leap year has every day that any year has.
        day = date(2024, int(match[1]), int(match[2]))
    except ValueError as error:
        raise ValueError("Diesen Tag gibt es in keinem Jahr.") from error
    return (day.month, day.day)


def _as_day(value: Any) -> Any:
    if not isinstance(value, date):
        raise ValueError("Erwartet wird ein Datum (JJJJ-MM-TT).")
    return value


_Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=100)]
_DateKey = Annotated[str, StringConstraints(pattern=r"^[\w.-]+$", max_length=100)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Day = Annotated[date | None, BeforeValidator(_as_day)]
_Count = Annotated[int, Field(strict=True, ge=0, le=3650)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Rule(_Strict):
    key: _Key
    name: _Text
    source: _Text
    event: Event
    event_key: _DateKey | None = None
    period: Annotated[Period | None, BeforeValidator(_as_period)]
    rounding: Rounding = Rounding.EXACT
    fiscal_year_ends: Annotated[tuple[int, int], BeforeValidator(_as_year_end)] = (12, 31)
    disposal: DisposalCode | None = None
    transfer_months: Annotated[int, Field(strict=True, ge=0, le=LONGEST_RETENTION * 12)] | None = None
    buffer_days: _Count = 0
    correction_days: _Count = 0
    lock_mode: LockMode = LockMode.GOVERNANCE
    protection: ProtectionNeed = ProtectionNeed.NORMAL
    valid_from: _Day = None
    valid_until: _Day = None
    example: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _fits_together(self) -> "_Rule":
        if (self.event in (Event.ENTERED, Event.BUSINESS_DATA)) != (self.event_key is not None):
            raise ValueError("„event_key“ gehört zu „entered“ und „business_data“, und nur dazu.")
        if self.valid_from is not None and self.valid_until is not None and self.valid_from > self.valid_until:
            raise ValueError("„valid_from“ darf nicht nach „valid_until“ liegen.")
        return self

    def as_rule(self) -> CatalogueRule:
        return CatalogueRule(
            key=self.key,
            name=self.name,
            source=self.source,
            event=self.event,
            event_key=self.event_key,
            length=None if self.period is None else self.period.length,
            unit=None if self.period is None else self.period.unit,
            rounding=self.rounding,
            fiscal_month=self.fiscal_year_ends[0],
            fiscal_day=self.fiscal_year_ends[1],
            disposal=self.disposal,
            transfer_months=self.transfer_months,
            buffer_days=self.buffer_days,
            correction_days=self.correction_days,
            lock_mode=self.lock_mode,
            protection=self.protection.value,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            example=self.example,
        )


class _File(_Strict):
    catalogue: _Key
    name: _Text
    rules: Annotated[list[_Rule], Field(min_length=1, max_length=5000)]


# --- YAML and its lines -----------------------------------------------------------------------------------


def _composed(content: bytes) -> yaml.Node:
    if len(content) > MAX_BYTES:
        raise CatalogueInvalid(findings=[_finding("too-large", "Der Katalog ist zu groß.", 1)])
    try:
        text = content.decode("utf-8-sig")
        # Aliases could make a small file a huge one, and no catalogue needs them.
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken):
                line = token.start_mark.line + 1
                raise CatalogueInvalid(findings=[_finding("alias", "Verweise (*) sind nicht erlaubt.", line)])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise CatalogueInvalid(findings=[_finding("not-utf8", "Der Katalog ist kein UTF-8-Text.", 1)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise CatalogueInvalid(findings=[_finding("not-yaml", "Der Katalog ist kein gültiges YAML.", line)]) from error
    if node is None:
        raise CatalogueInvalid(findings=[_finding("empty", "Der Katalog ist leer.", 1)])
    return node


def _plain(node: yaml.Node, findings: list[Finding]) -> Any:
    """The plain value of a node; what a mapping names twice is told, since YAML would keep the last silently."""
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for name, value in node.value:
            if str(name.value) in values:
                findings.append(_finding("named-twice", f"„{name.value}“ steht zweimal da.", _line_of(name)))
            values[str(name.value)] = _plain(value, findings)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, findings) for one in node.value]
    # 07-31 and the like stay text, whatever YAML 1.1 makes of numbers with colons and dates.
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError):
        return node.value


def _told(error: ValidationError, node: yaml.Node) -> Iterator[Finding]:
    for item in error.errors():
        line, field = _line_at(node, item["loc"])
        code = str(item["type"]).replace("_", "-")
        sentence = in_german(item)
        yield _finding(code, f"{field}: {sentence}" if field else sentence, line)


def _repeated(file: _File, node: yaml.Node) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, rule in enumerate(file.rules):
        if rule.key in seen:
            line, _ = _line_at(node, ("rules", number, "key"))
            yield _finding("key-twice", f"Der Schlüssel „{rule.key}“ kommt mehrfach vor.", line)
        seen.add(rule.key)


def _line_at(node: yaml.Node, path: tuple[int | str, ...]) -> tuple[int, str]:
    """The line of what a path leads to, as far as it leads, and the name of the field."""
    line, field = _line_of(node), ""
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            field = str(step)
            found = [value for name, value in node.value if name.value == step]
            if not found:
                break
            node = found[-1]
        else:
            break
        line = _line_of(node)
    return line, field


def _line_of(node: yaml.Node) -> _Line:
    mark = node.start_mark
    return mark.line + 1 if mark is not None else 1


def _finding(code: str, message: str, line: _Line) -> Finding:
    return Finding(code, f"Zeile {line}: {message}", f"/lines/{line}")


def _in_order(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: int(one.pointer.rpartition("/")[2]))
