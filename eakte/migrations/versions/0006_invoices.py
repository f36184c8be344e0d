"""Invoices and which are alike; when an original reached the house, and from which source it was fetched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


KINDS = ("original", "archival", "text", "preview", "layout", "transfer_note")


def _allow_rendition_kinds(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_renditions_renditionkind"), "renditions", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_renditions_renditionkind"), "renditions", f"kind IN ({listed})")


def _add_received_at(table: str) -> None:
    """What is there already arrived when it was taken in."""
    op.add_column(table, sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"UPDATE {table} SET received_at = created_at")
    op.alter_column(table, "received_at", nullable=False)


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "checked",
                "refused",
                "manual_check",
                name="invoicestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "upload",
                "scan",
                "specialist_system",
                "email",
                "invoice",
                name="documentsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_case", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release", sa.Text(), nullable=True),
        sa.Column(
            "syntax",
            sa.Enum(
                "ubl-invoice",
                "ubl-creditnote",
                "cii",
                name="syntax",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("specification", sa.Text(), nullable=True),
        sa.Column("scenario", sa.Text(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column(
            "refusal",
            sa.Enum(
                "xml",
                "no-xml",
                "no-scenario",
                "xsd",
                "engine",
                "rules",
                name="refusal",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("embedded", sa.Text(), nullable=True),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.Column("remarks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("second_release", sa.Text(), nullable=True),
        sa.Column("disagreement", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("number_keys", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=True),
        sa.Column("issue_date", sa.Date(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("gross", sa.Numeric(), nullable=True),
        sa.Column("payable", sa.Numeric(), nullable=True),
        sa.Column("seller_name", sa.Text(), nullable=True),
        sa.Column("seller_vat_id", sa.Text(), nullable=True),
        sa.Column("seller_tax_number", sa.Text(), nullable=True),
        sa.Column("buyer_name", sa.Text(), nullable=True),
        sa.Column("buyer_reference", sa.Text(), nullable=True),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("contract_number", sa.Text(), nullable=True),
        sa.Column("ibans", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("skonto", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("twins", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'received') = (judged_at is null)", name=op.f("ck_invoices_judged")),
        sa.CheckConstraint("(accepted is null) = (release is null)", name=op.f("ck_invoices_accepted")),
        sa.CheckConstraint("accepted is null or accepted = (refusal is null)", name=op.f("ck_invoices_refused")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_invoices_document_id_documents")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_versions.id"], name=op.f("fk_invoices_version_id_document_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("version_id", name=op.f("uq_invoices_version_id")),
    )
    op.create_index(op.f("ix_invoices_document_id"), "invoices", ["document_id"], unique=False)
    op.create_index(op.f("ix_invoices_due_date_id"), "invoices", ["due_date", "id"], unique=False)
    op.create_index(op.f("ix_invoices_issue_date"), "invoices", ["issue_date"], unique=False)
    op.create_index(op.f("ix_invoices_number_keys"), "invoices", ["number_keys"], unique=False, postgresql_using="gin")
    op.create_index("ix_invoices_disputed", "invoices", ["id"], unique=False, postgresql_where="disagreement is not null")
    op.create_index(op.f("ix_invoices_state_id"), "invoices", ["state", "id"], unique=False)
    op.create_table(
        "invoice_twins",
        sa.Column("earlier_id", sa.Uuid(), nullable=False),
        sa.Column("later_id", sa.Uuid(), nullable=False),
        sa.Column("same_file", sa.Boolean(), nullable=False),
        sa.Column("differences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("earlier_id <> later_id", name=op.f("ck_invoice_twins_two")),
        sa.ForeignKeyConstraint(["earlier_id"], ["invoices.id"], name=op.f("fk_invoice_twins_earlier_id_invoices")),
        sa.ForeignKeyConstraint(["later_id"], ["invoices.id"], name=op.f("fk_invoice_twins_later_id_invoices")),
        sa.PrimaryKeyConstraint("earlier_id", "later_id", name=op.f("pk_invoice_twins")),
    )
    op.create_index(op.f("ix_invoice_twins_later_id"), "invoice_twins", ["later_id"], unique=False)
    op.add_column("batches", sa.Column("source_key", sa.Text(), nullable=True))
    _add_received_at("document_versions")
    op.add_column("document_versions", sa.Column("source_key", sa.Text(), nullable=True))
    _add_received_at("ingest_items")
    op.add_column("ingests", sa.Column("source_key", sa.Text(), nullable=True))
    op.add_column("source_arrivals", sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
    _allow_rendition_kinds(*KINDS, "verdict", "data", "view", "view_pdf")


def downgrade() -> None:
    op.execute("DELETE FROM renditions WHERE kind IN ('verdict', 'data', 'view', 'view_pdf')")
    _allow_rendition_kinds(*KINDS)
    op.drop_column("source_arrivals", "received_at")
    op.drop_column("ingests", "source_key")
    op.drop_column("ingest_items", "received_at")
    op.drop_column("document_versions", "source_key")
    op.drop_column("document_versions", "received_at")
    op.drop_column("batches", "source_key")
    op.drop_index(op.f("ix_invoice_twins_later_id"), table_name="invoice_twins")
    op.drop_table("invoice_twins")
    op.drop_index(op.f("ix_invoices_state_id"), table_name="invoices")
    op.drop_index("ix_invoices_disputed", table_name="invoices", postgresql_where="disagreement is not null")
    op.drop_index(op.f("ix_invoices_number_keys"), table_name="invoices", postgresql_using="gin")
    op.drop_index(op.f("ix_invoices_issue_date"), table_name="invoices")
    op.drop_index(op.f("ix_invoices_due_date_id"), table_name="invoices")
    op.drop_index(op.f("ix_invoices_document_id"), table_name="invoices")
    op.drop_table("invoices")
