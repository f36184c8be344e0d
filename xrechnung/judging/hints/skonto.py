"""Skonto in the payment terms (BT-20), in the one form that machines may rely on.

    #SKONTO#TAGE=14#PROZENT=2.00#
    #SKONTO#TAGE=30#PROZENT=1.00#BASISBETRAG=1000.00#

One statement a line, capitals, a dot before two decimals, and a line break after the last one. Every line that starts
with `#` must be such a statement (BR-DE-18); other lines are free text. Source: XRechnung 3.0, BT-20.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from re import ASCII, compile

from xrechnung.judging.hints.hint import remembered

CENT = Decimal("0.01")
MOST_PERCENT = Decimal(100)
MOST_BASE_AMOUNT = Decimal(10**15)
MOST_DAYS = 10**7
"""What is written beyond these makes no offer, or none that ends; so absurd numbers cost nothing."""

_BREAK = compile(r"\r?\n")
_BLANKS = compile(r"[ \t\r\n]+")
_SKONTO = compile(
    r"#SKONTO#TAGE=(?P<days>[0-9]+)#PROZENT=(?P<percent>[0-9]+\.[0-9]{2})(?:#BASISBETRAG=(?P<base>-?[0-9]+\.[0-9]{2}))?#"
)
_STATEMENT = compile(r"#[^#\r\n]+(?:#[^\r\n]*)?#")
_LOOSE_FIELD = compile(r"(TAGE|PROZENT|BASISBETRAG)\s*=\s*(-?\d+(?:[.,]\d+)?)\s*%?", ASCII)
_BETWEEN_HASHES = compile(r"#[^\r\n]+#")
_ENDS_LINE = compile(r"[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Skonto:
    """One step of discount for early payment (Skontostufe)."""

    days: int
    """Days from the invoice date."""
    percent: Decimal
    base_amount: Decimal | None = None
    """What the percentage is taken of, where it is not the gross total."""

    def __str__(self) -> str:
        base = "" if self.base_amount is None else f"BASISBETRAG={self.base_amount:.2f}#"
        return f"#SKONTO#TAGE={self.days}#PROZENT={self.percent:.2f}#{base}"


@dataclass(frozen=True, slots=True)
class Statement:
    """A line in the form of a statement that is no Skonto, as `#VERZUG#ZINSSATZ=5.00#`."""

    keyword: str
    fields: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class TermFault:
    """A line of the payment terms that breaks the form."""

    line: int
    """Within the payment terms, from 1."""
    text: str
    reason: str
    meant: Skonto | None = None
    """What the supplier probably meant."""


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """Payment terms (Zahlungsbedingungen, BT-20), read."""

    skonto: tuple[Skonto, ...]
    other: tuple[Statement, ...]
    faults: tuple[TermFault, ...]
    """Empty exactly if the payment terms obey BR-DE-18."""
    free_text: str


@dataclass(frozen=True, slots=True)
class SkontoOffer:
    """What a Skonto means for one invoice."""

    until: date
    """Last day on which it may be taken."""
    percent: Decimal
    amount: Decimal
    """What is saved."""
    pay: Decimal
    """What remains to be paid."""


@remembered
def parse_terms(text: str) -> PaymentTerms:
    """Read payment terms; white space must be as received, a line break at the end counts."""
    skonto: list[Skonto] = []
    other: list[Statement] = []
    faults: list[TermFault] = []
    free: list[str] = []
    for number, raw in enumerate(_BREAK.split(text), 1):
        line = _BLANKS.sub(" ", raw).strip(" ")
        if not line.startswith("#"):
            free.append(line)
        elif found := _SKONTO.fullmatch(line):
            base = found["base"]
            skonto.append(Skonto(_days(found["days"]), Decimal(found["percent"]), Decimal(base) if base else None))
        else:
            if _STATEMENT.fullmatch(line) and not line.upper().startswith("#SKONTO"):
                other.append(_statement(line, number))
            faults.append(_fault(line, number))
    if skonto and (missing := _missing_line_break(text)):
        faults.append(missing)
    return PaymentTerms(tuple(skonto), tuple(other), tuple(faults), "\n".join(line for line in free if line))


def skonto_offers(terms: PaymentTerms, issue_date: date, gross: Decimal) -> tuple[SkontoOffer, ...]:
    """What may be saved until when, earliest day first; days count from the invoice date (BT-2).

    A step of zero percent only names the net term and offers nothing. Amounts are rounded to cents, a half away from
    zero. For a credit note `gross` is negative, and so are the amounts.
    """
    offers = (_offer(skonto, issue_date, gross) for skonto in terms.skonto if _offers_something(skonto))
    return tuple(sorted(offers, key=lambda offer: (offer.until, -offer.percent)))


def last_day(start: date, days: int) -> date:
    """The day so many days later; the last day there is, where suppliers write absurd numbers."""
    return start + timedelta(days) if days <= (date.max - start).days else date.max


def _offers_something(skonto: Skonto) -> bool:
    base = skonto.base_amount
    return 0 < skonto.percent <= MOST_PERCENT and (base is None or abs(base) <= MOST_BASE_AMOUNT)


def _days(digits: str) -> int:
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= len(str(MOST_DAYS)) else MOST_DAYS


def _offer(skonto: Skonto, issue_date: date, gross: Decimal) -> SkontoOffer:
    base = gross if skonto.base_amount is None else skonto.base_amount.copy_sign(gross)
    amount = (base * skonto.percent / 100).quantize(CENT, ROUND_HALF_UP)
    return SkontoOffer(last_day(issue_date, skonto.days), skonto.percent, amount, gross - amount)


def _missing_line_break(text: str) -> TermFault | None:
    """A line break must follow the last `#…#`, even where that stands within free text."""
    last = list(_BETWEEN_HASHES.finditer(text))[-1]
    if _ENDS_LINE.match(text, last.end()):
        return None
    line = text.count("\n", 0, last.start()) + 1
    return TermFault(line, last.group(), "danach muss ein Zeilenumbruch folgen")


def _statement(line: str, number: int) -> Statement:
    keyword, *fields = line.strip("#").split("#")
    return Statement(keyword, tuple(fields), number)


def _fault(line: str, number: int) -> TermFault:
    """Name what is wrong with a line that starts with `#` and is no Skonto."""
    keyword = line.lstrip("#").partition("#")[0].strip()
    if keyword.upper() != "SKONTO":
        known = f"„{keyword}“ ist keine bekannte Angabe, " if keyword else ""
        return TermFault(number, line, f"{known}nur #SKONTO#… darf am Zeilenanfang stehen")
    return TermFault(number, line, _fault_of_skonto(line), _meant(line))


def _fault_of_skonto(line: str) -> str:
    fields = dict(_LOOSE_FIELD.findall(line.upper()))
    after_last_hash = line.rpartition("#")[2]
    if after_last_hash and "=" not in after_last_hash:
        return "nach dem letzten # darf nichts mehr stehen"
    if line != line.upper():
        return "verlangt sind Großbuchstaben"
    if " " in line:
        return "Leerzeichen sind nicht erlaubt"
    if "TAGE" not in fields:
        return "die Zahl der Tage (TAGE=14) fehlt"
    if "PROZENT" not in fields:
        return "der Prozentsatz (PROZENT=2.00) fehlt"
    if line.count("SKONTO") > 1:
        return "jede Skontostufe braucht eine eigene Zeile"
    if after_last_hash:
        return "die Zeile muss mit # enden"
    if any("," in value for value in fields.values()):
        return "das Dezimalzeichen ist der Punkt"
    if any(len(fields.get(name, "0.00").partition(".")[2]) != 2 for name in ("PROZENT", "BASISBETRAG")):
        return "Prozentsatz und Basisbetrag brauchen zwei Nachkommastellen"
    return "verlangt ist #SKONTO#TAGE=14#PROZENT=2.00# oder #SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=1000.00#"


def _meant(line: str) -> Skonto | None:
    """Read a faulty Skonto as its supplier probably meant it, if that is plain."""
    fields = _LOOSE_FIELD.findall(line.upper())
    values = {name: value.replace(",", ".") for name, value in fields}
    days, percent = values.get("TAGE", ""), values.get("PROZENT")
    if len(values) != len(fields) or not days.isdecimal() or percent is None or Decimal(percent) < 0:
        return None
    base = values.get("BASISBETRAG")
    return Skonto(_days(days), Decimal(percent), Decimal(base) if base else None)
