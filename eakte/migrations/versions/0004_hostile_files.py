"""Hostile files: quarantine, contents that are withheld, and what signatures were worth at their arrival."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "document_versions",
        sa.Column("signatures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.add_column(
        "document_versions",
        sa.Column(
            "withheld",
            sa.Enum(
                "unscanned", "malware", name="withheld", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
    )
    op.add_column("ingest_items", sa.Column("malware", sa.Text(), nullable=True))
    op.add_column("ingest_items", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_ingest_items_waiting_for_conversion",
        "ingest_items",
        ["id"],
        unique=False,
        postgresql_where=sa.text("warnings @> '[{\"code\": \"conversion-waiting\"}]'::jsonb"),
    )


def downgrade() -> None:
    op.drop_index("ix_ingest_items_waiting_for_conversion", table_name="ingest_items")
    op.drop_column("ingest_items", "released_at")
    op.drop_column("ingest_items", "malware")
    op.drop_column("document_versions", "withheld")
    op.drop_column("document_versions", "signatures")
