"""Asking whether there is money left for an account (Mittelprüfung): the port, and the finance system behind HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import httpx
from pydantic import BaseModel, ValidationError

from eakte.foundation.errors import Unavailable
from xrechnung.approval.rules.accounts import Account
from xrechnung.approval.rules.payment import BudgetState


class BudgetsUnavailable(Unavailable):
    """Die Mittelprüfung antwortet nicht."""


@dataclass(frozen=True, slots=True)
class BudgetItem:
    """An amount in euros that is to be booked to an account."""

    account: Account
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BudgetAnswer:
    """Whether there is enough for an item, and what is left before it, where that is told."""

    state: BudgetState
    left: Decimal | None


class Budgets(Protocol):
    """Knows what is left; judges all items of an invoice together, since they may share a budget (Deckungskreis)."""

    def check(self, fiscal_year: int, items: Sequence[BudgetItem]) -> list[BudgetAnswer]:
        """One answer for each item, in their order. Raises BudgetsUnavailable."""
        ...


class _AnswerShape(BaseModel):
    state: BudgetState
    left: Decimal | None = None


class _AnswersShape(BaseModel):
    items: list[_AnswerShape]


class BudgetsOverHttp:
    """The finance system's own check, as docs/handover.md asks for it."""

    def __init__(self, url: str, token: str, *, timeout_s: float) -> None:
        self._url, self._token, self._timeout_s = url, token, timeout_s

    def check(self, fiscal_year: int, items: Sequence[BudgetItem]) -> list[BudgetAnswer]:
        question = {"fiscalYear": fiscal_year, "items": [_described(item) for item in items]}
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            response = httpx.post(self._url, json=question, headers=headers, timeout=self._timeout_s)
            response.raise_for_status()
            answers = _AnswersShape.model_validate_json(response.content).items
        except (httpx.HTTPError, ValidationError) as error:
            raise BudgetsUnavailable from error
        if len(answers) != len(items):
            raise BudgetsUnavailable
        return [BudgetAnswer(one.state, one.left) for one in answers]


def _described(item: BudgetItem) -> dict[str, str | None]:
    account = item.account
    return {
        "product": account.product,
        "ledgerAccount": account.ledger_account,
        "costCentre": account.cost_centre,
        "investment": account.investment,
        "amount": format(item.amount, "f"),
    }
