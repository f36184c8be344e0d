"""Which unit an invoice belongs to, by what it says (Zuweisung)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from re import IGNORECASE, compile, escape
from uuid import UUID

from xrechnung.approval.rules.workflow import InvoiceClass

MOST_LETTERS = 200
"""Letters of a pattern; more than that is no number, and no words that stand together."""


class Criterion(StrEnum):
    """What of an invoice a rule looks at."""

    LEITWEG_ID = "leitweg_id"
    """Leitweg-ID (BT-10), whole or up to a hyphen."""
    ORDER_NUMBER = "order_number"
    """Bestellnummer (BT-13); `*` stands for anything."""
    CONTRACT = "contract"
    """Vertragsnummer (BT-12); `*` stands for anything."""
    SUPPLIER = "supplier"
    """USt-IdNr. oder Steuernummer des Verkäufers."""
    TEXT = "text"
    """Words that stand together somewhere in the invoice."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What says this goes to that unit; `kind` is the class such invoices are of, where the rule knows it."""

    position: int
    criterion: Criterion
    pattern: str
    unit: UUID
    kind: InvoiceClass | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What an invoice says that rules look at."""

    leitweg_id: str | None = None
    order_number: str | None = None
    contract: str | None = None
    suppliers: tuple[str, ...] = ()
    """Every word the seller goes by, see `supplier_key`."""
    texts: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """The unit of an invoice, and why in German."""

    unit: UUID
    because: str
    kind: InvoiceClass | None = None


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Why an invoice stays with central accounting, in German."""

    because: str


NO_RULE = "Keine Zuweisungsregel passt; bitte von Hand zuweisen."
SUSPECTED_TWIN = "Verdacht auf Dublette: Bitte zuerst klären, ob die Rechnung schon bearbeitet wird."


@dataclass(frozen=True, slots=True)
class _Match:
    rule: Rule
    strength: int
    because: str


def decide(rules: Sequence[Rule], said: Said) -> Assigned | Unassigned:
    """The unit the strongest rule names.

    The lowest position goes before all others. Among rules of one position and one criterion the one that matches
    more letters is stronger: a whole Leitweg-ID before its beginning. Where those that are left name several units,
    a person has to decide.
    """
    matches = [match for rule in rules if (match := _match(rule, said)) is not None]
    if not matches:
        return Unassigned(NO_RULE)
    first = min(match.rule.position for match in matches)
    strongest = list(_strongest([match for match in matches if match.rule.position == first]))
    if len({match.rule.unit for match in strongest}) > 1:
        reasons = "; ".join(dict.fromkeys(match.because for match in strongest))
        return Unassigned(f"Mehrere Stellen kommen gleichermaßen in Frage: {reasons}.")
    kinds = {match.rule.kind for match in strongest if match.rule.kind is not None}
    return Assigned(strongest[0].rule.unit, strongest[0].because, kinds.pop() if len(kinds) == 1 else None)


def _strongest(matches: Sequence[_Match]) -> Iterator[_Match]:
    for criterion in Criterion:
        alike = [match for match in matches if match.rule.criterion is criterion]
        most = max((match.strength for match in alike), default=0)
        yield from (match for match in alike if match.strength == most)


def _match(rule: Rule, said: Said) -> _Match | None:
    pattern = rule.pattern
    match rule.criterion:
        case Criterion.LEITWEG_ID:
            beginnings = leitweg_beginnings(said.leitweg_id)
            found = said.leitweg_id if pattern in beginnings else None
            because = f"Leitweg-ID {found}" if beginnings[:1] == (pattern,) else f"Leitweg-ID {found} ({pattern}-…)"
        case Criterion.ORDER_NUMBER:
            found, because = _like(pattern, said.order_number), f"Bestellnummer {said.order_number}"
        case Criterion.CONTRACT:
            found, because = _like(pattern, said.contract), f"Vertragsnummer {said.contract}"
        case Criterion.SUPPLIER:
            found = pattern if pattern in said.suppliers else None
            because = f"Lieferant {pattern.partition(':')[2]}"
        case Criterion.TEXT:
            found = pattern if _stand_together(pattern, said.texts) else None
            because = f"Text „{pattern}“"
    return None if found is None else _Match(rule, len(pattern.replace("*", "")), because)


def leitweg_beginnings(leitweg_id: str | None) -> tuple[str, ...]:
    """A Leitweg-ID as rules are compared with it: whole first, then shorter and shorter, each up to a hyphen.

    >>> leitweg_beginnings("04011000-1234512345-06")
    ('04011000-1234512345-06', '04011000-1234512345', '04011000')
    """
    parts = "".join((leitweg_id or "").upper().split()).split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1) if parts[count - 1])


def _like(pattern: str, value: str | None) -> str | None:
    if value is None:
        return None
    text = _plain(value).casefold()
    first, *others = _plain(pattern).casefold().split("*")
    if not others:
        return value if text == first else None
    if not text.startswith(first):
        return None
    place = len(first)
    for part in others[:-1]:
        found = text.find(part, place)
        if found < 0:
            return None
        place = found + len(part)
    return value if text.endswith(others[-1]) and len(text) - len(others[-1]) >= place else None


def _stand_together(pattern: str, texts: Collection[str]) -> bool:
    together = r"\s+".join(map(escape, pattern.split()))
    words = compile(rf"(?<!\w){together}(?!\w)", IGNORECASE)
    return any(words.search(text) for text in texts)


def _plain(text: str) -> str:
    return " ".join(text.split())


def kept_pattern(criterion: Criterion, written: str) -> str | None:
    """A pattern as it is kept, so that none stands twice; None where it would match nothing or everything.

    A supplier is written as VAT id or tax number.
    """
    plain = _plain(written)
    if len(plain) > MOST_LETTERS:
        return None
    match criterion:
        case Criterion.LEITWEG_ID:
            plain = "".join(plain.upper().split()).strip("-")
        case Criterion.SUPPLIER:
            return _kept_supplier(plain)
        case Criterion.ORDER_NUMBER | Criterion.CONTRACT:
            while "**" in plain:
                plain = plain.replace("**", "*")
    return plain if any(sign.isalnum() for sign in plain) else None


def _kept_supplier(plain: str) -> str | None:
    kind, colon, value = plain.partition(":")
    if colon and kind in ("vat", "tax", "name"):
        return plain if value else None
    signs = "".join(sign for sign in plain.upper() if sign.isalnum())
    if not signs:
        return None
    return f"vat:{signs}" if signs[:2].isalpha() else f"tax:{signs}"
