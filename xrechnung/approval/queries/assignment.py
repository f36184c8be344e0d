"""Assignment rules (Zuweisungsregeln): those of the house, and those an invoice may obey."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Date, Text, and_, any_, bindparam, or_, select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import AssignmentRuleNotFound
from xrechnung.approval.models.assignment import AssignmentRule
from xrechnung.approval.rules.assignment import Criterion, Said, leitweg_beginnings


def assignment_rules(work: UnitOfWork, *, cursor: str | None, limit: int) -> Page[AssignmentRule]:
    """Every rule, the first to be asked first. Raises ActionForbidden."""
    require_unlimited(work, Permission.HANDLE_INVOICES)
    order = (AssignmentRule.position, AssignmentRule.criterion, AssignmentRule.pattern, AssignmentRule.id)
    return page_of(work.session, select(AssignmentRule), order, cursor=cursor, limit=limit)


def get_assignment_rule(work: UnitOfWork, rule_id: UUID) -> AssignmentRule:
    """Raises ActionForbidden, AssignmentRuleNotFound."""
    require_unlimited(work, Permission.HANDLE_INVOICES)
    rule = work.session.get(AssignmentRule, rule_id)
    if rule is None:
        raise AssignmentRuleNotFound
    return rule


def rule_of_pattern(session: Session, criterion: Criterion, pattern: str) -> AssignmentRule | None:
    return session.scalar(
        select(AssignmentRule).where(AssignmentRule.criterion == criterion, AssignmentRule.pattern == pattern)
    )


def rules_for(session: Session, said: Said, day: date) -> list[AssignmentRule]:
    """The rules in force that may apply; those that compare whole words are narrowed by them."""
    words = {"beginnings": list(leitweg_beginnings(said.leitweg_id)), "suppliers": list(said.suppliers)}
    return list(session.scalars(_MAY_APPLY, words | {"day": day}))


def reads_texts(session: Session, day: date) -> bool:
    """Whether any rule in force looks for words, so that the whole invoice has to be read."""
    statement = select(AssignmentRule.id).where(AssignmentRule.criterion == Criterion.TEXT, *_in_force(day))
    return session.scalar(statement.limit(1)) is not None


def _in_force(day: date | BindParameter[date]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        or_(AssignmentRule.valid_from.is_(None), AssignmentRule.valid_from <= day),
        or_(AssignmentRule.valid_until.is_(None), AssignmentRule.valid_until >= day),
    )


_WORDS = ARRAY(Text)
# Made once: making it takes a millisecond, and every invoice asks.
_MAY_APPLY = (
    select(AssignmentRule)
    .where(
        or_(
            and_(
                AssignmentRule.criterion == Criterion.LEITWEG_ID,
                AssignmentRule.pattern == any_(bindparam("beginnings", type_=_WORDS)),
            ),
            and_(
                AssignmentRule.criterion == Criterion.SUPPLIER,
                AssignmentRule.pattern == any_(bindparam("suppliers", type_=_WORDS)),
            ),
            AssignmentRule.criterion.in_((Criterion.ORDER_NUMBER, Criterion.CONTRACT, Criterion.TEXT)),
        ),
        *_in_force(bindparam("day", type_=Date)),
    )
    .order_by(AssignmentRule.position, AssignmentRule.id)
)
