"""Images that are in no document can be looked at: their previews, and how much ink is on each image."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "batch_files",
        sa.Column("previews", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.add_column("batch_images", sa.Column("ink_share", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("batch_images", "ink_share")
    op.drop_column("batch_files", "previews")
