"""A document that changes after the checks of its batch is looked at again, and says that this is why."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NAME, _TABLE = "ck_batch_documents_drawn", "batch_documents"


def upgrade() -> None:
    op.drop_constraint(op.f(_NAME), _TABLE, type_="check")
    op.create_check_constraint(op.f(_NAME), _TABLE, "drawn in ('sample', 'every', 'changed')")


def downgrade() -> None:
    op.execute("UPDATE batch_documents SET drawn = NULL WHERE drawn = 'changed'")
    op.drop_constraint(op.f(_NAME), _TABLE, type_="check")
    op.create_check_constraint(op.f(_NAME), _TABLE, "drawn in ('sample', 'every')")
