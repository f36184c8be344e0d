"""What comes out of looking into an invoice, be it here or in a child process."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from xrechnung.judging.verdict import Verdict


@dataclass(frozen=True, slots=True)
class SkontoTerm:
    """An offer of Skonto as the terms of payment (BT-20) state it: what to pay by when.

    `until` counts from the invoice's own date.
    """

    days: int
    percent: Decimal
    until: date | None
    amount: Decimal | None
    pay: Decimal | None


@dataclass(frozen=True, slots=True)
class PayAccount:
    """An account the supplier wants to be paid to (BG-17); `iban` may be the number of an account without one."""

    iban: str
    name: str | None
    bic: str | None


@dataclass(frozen=True, slots=True)
class VatShare:
    """The VAT of one category and rate (BG-23)."""

    category: str | None
    rate: Decimal | None
    net: Decimal | None
    tax: Decimal | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What an invoice says that lists, work lists and comparisons need; None where it does not say it readably."""

    number: str | None = None
    type_code: str | None = None
    issue_date: date | None = None
    due_date: date | None = None
    currency: str | None = None
    gross: Decimal | None = None
    payable: Decimal | None = None
    seller_name: str | None = None
    seller_vat_id: str | None = None
    seller_tax_number: str | None = None
    seller_email: str | None = None
    buyer_name: str | None = None
    buyer_reference: str | None = None
    order_number: str | None = None
    contract_number: str | None = None
    ibans: tuple[str, ...] = ()
    skonto: tuple[SkontoTerm, ...] = ()
    payment_means: str | None = None
    remittance: str | None = None
    payee_name: str | None = None
    mandate: str | None = None
    creditor_id: str | None = None
    accounts: tuple[PayAccount, ...] = ()
    vat: tuple[VatShare, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A document inside the invoice (BG-24), taken out; `file_name` is the supplier's."""

    path: Path
    file_name: str
    title: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in one invoice; `facts` are empty where nothing of it can be read."""

    verdict: Verdict
    facts: Facts


@dataclass(frozen=True, slots=True)
class Products:
    """What is made of one invoice for people, programs and the archive; paths lie in the work directory.

    `data` is None when it cannot be read at all, `view_pdf` where the archival rendition shows it already.
    """

    verdict: Path
    view: Path
    data: Path | None
    view_pdf: Path | None
    attached: tuple[AttachedFile, ...]
    left_out: tuple[str, ...]
    """Attachments that could not be taken out, with the reason, in German."""
