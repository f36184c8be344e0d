"""Why the paper of a document in a batch is kept, and who said so when."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch_documents", sa.Column("paper_kept", sa.Text(), nullable=True))
    op.add_column("batch_documents", sa.Column("paper_kept_by", sa.Uuid(), nullable=True))
    op.add_column("batch_documents", sa.Column("paper_kept_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_batch_documents_paper_kept"),
        "batch_documents",
        "num_nulls(paper_kept, paper_kept_by, paper_kept_at) in (0, 3)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_batch_documents_paper_kept"), "batch_documents", type_="check")
    for name in ("paper_kept_at", "paper_kept_by", "paper_kept"):
        op.drop_column("batch_documents", name)
