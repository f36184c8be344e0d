"""Account lines (Kontierung) as a form with numbered rows: what stands in it, and what somebody wrote into it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import Finding
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import AccountLine
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.payment import TaxTreatment
from xrechnung.approval.service.accounting import PaymentTerms, WantedLine
from xrechnung.approval.service.proposals import Proposal

_FIELDS = (
    *("product", "ledger_account", "cost_centre", "investment", "amount", "percent"),
    *("tax", "tax_rate", "deductible_percent", "text"),
)
_PRESET = {"tax", "tax_rate", "deductible_percent"}
"""Fields that make no line by themselves."""
_AT_LEAST, _MORE, _MOST = 3, 5, 200
_WHOLE = Decimal(100)
_GERMAN = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")


@dataclass(frozen=True, slots=True)
class Blank:
    """How many rows a form has."""

    count: int

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self.count + 1))

    def longer(self) -> "Blank":
        return Blank(min(self.count + _MORE, _MOST))


def blank_of(texts: Mapping[str, str]) -> Blank:
    """Rows for what is written, and one to write on."""
    numbers = [int(name.rpartition("-")[2]) for name, text in texts.items() if re.fullmatch(r"product-\d{1,3}", name)]
    written = max((number for number in numbers if texts[f"product-{number}"]), default=0)
    return Blank(min(max(_AT_LEAST, written + 1, *numbers, 0), _MOST))


def written_lines(lines: Sequence[AccountLine]) -> dict[str, str]:
    """Lines as they stand in the form."""
    texts = {f"{name}-{line.position}": _written(getattr(line, name)) for line in lines for name in _FIELDS}
    whole = {f"deductible_percent-{line.position}" for line in lines if line.deductible_percent == _WHOLE}
    return {name: "" if name in whole else text for name, text in texts.items()}


def proposed_lines(proposal: Proposal) -> dict[str, str]:
    """The lines of a proposal as they stand in the form; nothing is booked by it."""
    texts: dict[str, str] = {}
    for number, line in enumerate(proposal.lines, 1):
        account = line.share.account
        row = {
            "product": account.product,
            "ledger_account": account.ledger_account,
            "cost_centre": account.cost_centre,
            "investment": account.investment,
            "percent": line.share.percent,
            "tax": line.tax.value,
            "tax_rate": line.tax_rate,
            "deductible_percent": line.deductible_percent if line.deductible_percent != _WHOLE else None,
            "text": line.text,
        }
        texts |= {f"{name}-{number}": _written(value) for name, value in row.items()}
    return texts


def written_terms(approval: Approval) -> dict[str, str]:
    """What was decided about paying, as it stands in the form."""
    return {
        "pay_to": approval.pay_to or "",
        "takes_skonto": "true" if approval.takes_skonto else "",
        "retained_percent": _written(approval.retained_percent or None),
        "retained_until": approval.retained_until.isoformat() if approval.retained_until else "",
    }


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return "" if value is None else str(value)


def read_lines(texts: Mapping[str, str]) -> list[WantedLine]:
    """The rows somebody wrote something into. Raises RequestInvalid, which names the row."""
    findings: list[Finding] = []
    lines = []
    for number in blank_of(texts):
        row = {name: texts.get(f"{name}-{number}", "") for name in _FIELDS}
        if not any(text for name, text in row.items() if name not in _PRESET):
            continue
        try:
            lines.append(_line(row))
        except ValueError as error:
            findings.append(Finding("invalid", f"Zeile {number}: {error}", "lines"))
    if findings:
        raise RequestInvalid(findings=findings)
    return lines


def _line(row: Mapping[str, str]) -> WantedLine:
    """Raises ValueError, in German."""
    if not row["product"] or not row["ledger_account"]:
        raise ValueError("Produkt und Sachkonto sind nötig.")
    account = Account(row["product"], row["ledger_account"], row["cost_centre"] or None, row["investment"] or None)
    share = Share(account, read_number(row["amount"]), read_number(row["percent"]))
    tax = TaxTreatment(row["tax"]) if row["tax"] in set(TaxTreatment) else TaxTreatment.INCLUDED
    deductible = read_number(row["deductible_percent"])
    return WantedLine(
        share, tax, row["text"] or None, read_number(row["tax_rate"]), _WHOLE if deductible is None else deductible
    )


def read_terms(texts: Mapping[str, str]) -> PaymentTerms:
    """What is decided about paying. Raises RequestInvalid."""
    try:
        until = date.fromisoformat(texts["retained_until"]) if texts.get("retained_until") else None
        percent = read_number(texts.get("retained_percent", "")) or Decimal(0)
    except ValueError as error:
        raise RequestInvalid(findings=[Finding("invalid", f"Sicherheitseinbehalt: {error}", "lines")]) from None
    return PaymentTerms(texts.get("pay_to") or None, texts.get("takes_skonto") == "true", percent, until)


def read_number(text: str) -> Decimal | None:
    """A number as people write it: "1.234,50". Raises ValueError, in German."""
    if not text:
        return None
    if not _GERMAN.fullmatch(text):
        raise ValueError(f"„{text}“ ist keine Zahl wie 1.234,50.")
    try:
        return Decimal(text.replace(".", "").replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"„{text}“ ist keine Zahl wie 1.234,50.") from None
