"""Where in the view a finding stands: at the term it is about, in the line or group it is about."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from re import compile
from typing import NamedTuple, get_args, get_type_hints

from xrechnung.judging.verdict import Finding, Severity
from xrechnung.model import Invoice, InvoiceLine
from xrechnung.model.terms import groups_of, terms_of
from xrechnung.model.walking import SUB_LINE, Step

LINE = "BG-25"
Key = tuple[tuple[str, int], ...]

_STEP = compile(r"([A-Za-z]+:[A-Za-z]+)(?:\[(\d+)\])?")
_LIKEWISE = compile(r" \(Ebenso an \d+ weiteren Stellen\.\)$")
_UBL_LINES = frozenset({"cac:InvoiceLine", "cac:CreditNoteLine"})
_UBL_SUB_LINES = frozenset({"cac:SubInvoiceLine", "cac:SubCreditNoteLine"})
_CII_LINE = "ram:IncludedSupplyChainTradeLineItem"
# Groups of which an invoice may have several, and the elements that are counted in a path; mixed ones hold others too.
_COUNTED = {
    "BG-1": ("cbc:Note", "ram:IncludedNote"),
    "BG-3": ("cac:BillingReference", "ram:InvoiceReferencedDocument"),
    "BG-20": ("cac:AllowanceCharge", "ram:SpecifiedTradeAllowanceCharge"),
    "BG-21": ("cac:AllowanceCharge", "ram:SpecifiedTradeAllowanceCharge"),
    "BG-23": ("cac:TaxSubtotal", "ram:ApplicableTradeTax"),
}
_FIELDS = {
    "BG-1": "notes",
    "BG-3": "preceding_invoices",
    "BG-20": "allowances",
    "BG-21": "charges",
    "BG-23": "vat_breakdown",
}
_MIXED = {"BG-20": "charges", "BG-21": "allowances"}
_KEYED = frozenset({LINE, SUB_LINE, *_COUNTED})
_ORDER = {severity: number for number, severity in enumerate(Severity)}


class Standing(NamedTuple):
    """Findings that stand at one place: their numbers, and a name for links to that place."""

    numbers: tuple[int, ...]
    place: str


NOTHING = Standing((), "")


class Marks:
    """The findings of a verdict, the heaviest first, and where they may be shown.

    What is found alike in several places has one number.
    """

    def __init__(self, findings: Sequence[Finding], invoice: Invoice) -> None:
        self.findings = sorted(findings, key=lambda finding: _ORDER[finding.severity])
        self._numbers: dict[Finding, int] = {}
        self._number_of = [self._numbers.setdefault(_alike(each), len(self._numbers) + 1) for each in self.findings]
        self._invoice = invoice
        self._lines = list(_line_keys(invoice.lines, LINE, ()))
        self._waiting: dict[Key, dict[str, list[int]]] = defaultdict(dict)
        self._places: dict[int, str] = {}
        self._count = 0
        for index, finding in enumerate(self.findings):
            for term in finding.terms:
                key = self._key_of(finding, term)
                if key is not None:
                    self._waiting[key].setdefault(term, []).append(index)

    def at(self, path: tuple[Step, ...], *terms: str) -> "Standing":
        """The findings that stand at these terms of a group; now they have been shown."""
        waiting = self._waiting.get(key_of(path), {})
        return self._settled({index for term in terms for index in waiting.get(term, ())})

    def left_in(self, path: tuple[Step, ...]) -> "Standing":
        """Findings about something in this line or group that were shown nowhere yet."""
        waiting = self._waiting.get(key_of(path), {})
        return self._settled({index for found in waiting.values() for index in found if index not in self._places})

    def left_about(self, homes: Collection[str]) -> "Standing":
        """Findings about something in these groups below the invoice that were shown nowhere yet."""
        left = ((index, each) for index, each in enumerate(self.findings) if index not in self._places)
        return self._settled({index for index, each in left if any(home_of(term) in homes for term in each.terms)})

    def numbered(self) -> Iterator[tuple[int, list[tuple[Finding, str]]]]:
        """Each number with its findings and the first place where each is shown, if it is."""
        alike: dict[int, list[tuple[Finding, str]]] = defaultdict(list)
        for index, finding in enumerate(self.findings):
            alike[self._number_of[index]].append((finding, self._places.get(index, "")))
        yield from alike.items()

    def _settled(self, indices: set[int]) -> "Standing":
        if not indices:
            return NOTHING
        self._count += 1
        place = f"stelle-{self._count}"
        for index in indices:
            self._places.setdefault(index, place)
        return Standing(tuple(sorted({self._number_of[index] for index in indices})), place)

    def _key_of(self, finding: Finding, term: str) -> Key | None:
        """The line or numbered group a finding is about with one of its terms; None where that cannot be told."""
        steps = [(name, int(number or 1)) for name, number in _STEP.findall(finding.location)]
        group = home_of(term)
        if group == LINE:
            return self._line_at(steps)
        if group not in _COUNTED:
            return ()
        count = len(getattr(self._invoice, _FIELDS[group]))
        if count == 1:
            return ((group, 1),)
        if group in _MIXED and getattr(self._invoice, _MIXED[group]):
            return None
        found = [number for name, number in steps if name in _COUNTED[group]]
        return ((group, found[-1]),) if found else None

    def _line_at(self, steps: list[tuple[str, int]]) -> Key | None:
        key: Key = ()
        for name, number in steps:
            if name in _UBL_LINES:
                key = ((LINE, number),)
            elif name in _UBL_SUB_LINES:
                key = (*key, (SUB_LINE, number))
            elif name == _CII_LINE:
                return self._lines[number - 1] if number <= len(self._lines) else None
        return key or None


def _alike(finding: Finding) -> Finding:
    """A finding apart from where, and at how many places beyond those that are listed, it was found."""
    return replace(finding, message=_LIKEWISE.sub("", finding.message), location="", line=None)


def key_of(path: tuple[Step, ...]) -> Key:
    """What tells a path from its like: the line, sub-line or numbered group it leads through."""
    return tuple((step.group, step.number) for step in path if step.number is not None and step.group in _KEYED)


def home_of(term: str) -> str:
    """The group right below the invoice in which a term or group lies; empty for terms of the invoice itself."""
    return _homes().get(term, "")


@cache
def _homes() -> Mapping[str, str]:
    homes: dict[str, str] = {}
    for field in groups_of(Invoice):
        held = _held_by(Invoice, field.name)
        for known in _known_in(held, field.group, frozenset()):
            homes.setdefault(known, field.group)
    return homes


def _known_in(cls: type, group: str, seen: frozenset[type]) -> Iterator[str]:
    """All terms and groups in a group, also as sub-lines call them."""
    yield group
    yield from (term.term for term in terms_of(cls, group))
    if cls in seen:
        return
    for inner in groups_of(cls):
        if inner.of_sub_line:
            yield inner.of_sub_line
        yield from _known_in(_held_by(cls, inner.name), inner.group, seen | {cls})


def _held_by(cls: type, name: str) -> type:
    """The class of the group in a field: of `Period | None` and `tuple[Note, ...]` the first that is one."""
    found: type = next(each for each in get_args(get_type_hints(cls)[name]) if isinstance(each, type))
    return found


def _line_keys(lines: tuple[InvoiceLine, ...], group: str, above: Key) -> Iterator[Key]:
    """Keys of all lines with their sub-lines, in the order in which CII lists them."""
    for number, line in enumerate(lines, 1):
        key = (*above, (group, number))
        yield key
        yield from _line_keys(line.sub_lines, SUB_LINE, key)
