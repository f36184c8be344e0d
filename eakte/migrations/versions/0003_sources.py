"""Sources: what they brought and how far it is; uploads that come in parts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "taking",
                "stored",
                "refused",
                "settled",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("refusal_code", sa.Text(), nullable=True),
        sa.Column("refusal_message", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'settled') = (settled_at is not null)", name=op.f("ck_source_deliveries_settled")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_source_deliveries_batch_id_batches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_deliveries")),
    )
    op.create_index(op.f("ix_source_deliveries_batch_id"), "source_deliveries", ["batch_id"], unique=False)
    op.create_index(
        op.f("ix_source_deliveries_source_content"), "source_deliveries", ["source", "content"], unique=False
    )
    op.create_index(op.f("ix_source_deliveries_source_origin"), "source_deliveries", ["source", "origin"], unique=False)
    op.create_index(
        "uq_source_deliveries_source_origin_open",
        "source_deliveries",
        ["source", "origin"],
        unique=True,
        postgresql_where="state <> 'settled'",
    )
    op.create_table(
        "source_arrivals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "expected",
                "note",
                "stored",
                "duplicate",
                "refused",
                "left",
                name="arrivalstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refusal_code", sa.Text(), nullable=True),
        sa.Column("refusal_message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["source_deliveries.id"], name=op.f("fk_source_arrivals_delivery_id_source_deliveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_arrivals")),
        sa.UniqueConstraint("delivery_id", "n", name=op.f("uq_source_arrivals_delivery_id_n")),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("taken_as", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("received between 0 and size", name=op.f("ck_uploads_received")),
        sa.ForeignKeyConstraint(["taken_as"], ["batch_files.id"], name=op.f("fk_uploads_taken_as_batch_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_expires_at"), "uploads", ["expires_at"], unique=False)
    op.create_index(op.f("ix_uploads_owner_id"), "uploads", ["owner_id"], unique=False)
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_upload_parts_upload_id_uploads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "start", name=op.f("pk_upload_parts")),
    )


def downgrade() -> None:
    op.drop_table("upload_parts")
    op.drop_index(op.f("ix_uploads_owner_id"), table_name="uploads")
    op.drop_index(op.f("ix_uploads_expires_at"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_table("source_arrivals")
    op.drop_index(
        "uq_source_deliveries_source_origin_open", table_name="source_deliveries", postgresql_where="state <> 'settled'"
    )
    op.drop_index(op.f("ix_source_deliveries_source_origin"), table_name="source_deliveries")
    op.drop_index(op.f("ix_source_deliveries_source_content"), table_name="source_deliveries")
    op.drop_index(op.f("ix_source_deliveries_batch_id"), table_name="source_deliveries")
    op.drop_table("source_deliveries")
