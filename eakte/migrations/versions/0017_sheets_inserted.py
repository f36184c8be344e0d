"""Where the pages of a sheet go that was overlooked and is given in while its batch is checked."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch_files", sa.Column("insert_into", sa.Uuid(), nullable=True))
    op.add_column("batch_files", sa.Column("insert_page", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_batch_files_insert"), "batch_files", "num_nulls(insert_into, insert_page) in (0, 2)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_batch_files_insert"), "batch_files", type_="check")
    for name in ("insert_page", "insert_into"):
        op.drop_column("batch_files", name)
