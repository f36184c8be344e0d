"""What the pages of invoices have in common: findings in order and in words, and where things are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eakte.access import Permission
from eakte.documents.models import Document
from eakte.documents.queries import SeenDocument, visible_among
from eakte.foundation.work import Actor, UnitOfWork
from eakte.records.queries import links_of
from xrechnung.judging.texts import term_name
from xrechnung.judging.verdict import Severity

_ORDER = (Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFORMATION, Severity.HINT)


def works_with_invoices(actor: Actor) -> bool:
    """Whether somebody may see records at all, and so invoices among them."""
    return actor.may(Permission.READ)


def invoice_path(invoice_id: UUID) -> str:
    return f"/rechnungen/{invoice_id}"


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as a page tells it."""

    severity: Severity
    rule: str
    term: str | None
    """As "BT-106 Summe der Nettobeträge aller Positionen"."""
    message: str
    remedy: str
    location: str
    line: int | None

    @property
    def grave(self) -> bool:
        return self.severity.refuses


def findings_view(findings: Sequence[Mapping[str, Any]]) -> list[FindingView]:
    """Findings as a verdict tells them (`judging.telling`), what refuses the invoice first."""
    views = [
        FindingView(
            severity=Severity(one["severity"]),
            rule=one["rule"],
            term=f"{one['term']} {term_name(one['term'])}" if one["term"] else None,
            message=one["message"],
            remedy=one["remedy"],
            location=one["location"],
            line=one["line"],
        )
        for one in findings
    ]
    return sorted(views, key=lambda view: _ORDER.index(view.severity))


def attachments_of(work: UnitOfWork, document: Document) -> list[SeenDocument]:
    """The documents that came inside an invoice, as far as one may see them."""
    linked = [link.source_id for link in links_of(work.session, document.id) if link.target_id == document.id]
    found = visible_among(work, linked)
    return [found[one] for one in linked if one in found]
