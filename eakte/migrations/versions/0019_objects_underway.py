"""Objects that jobs store before a row speaks of them, so that nothing of a job that came to nothing stays for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "objects_underway",
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_objects_underway")),
    )
    op.create_index(op.f("ix_objects_underway_noted_at"), "objects_underway", ["noted_at"])


def downgrade() -> None:
    op.drop_table("objects_underway")
