"""Batches: scan profiles, stacks with their images and documents, proof, and people who stand in for others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What a city begins with; it makes its own profiles from these.
STANDARD = {
    "id": "01900000-0000-7000-8000-000000000001",
    "key": "standard",
    "name": "Kopie: das Papier bleibt",
    "purpose": "copy",
    "procedure": "Scannen ohne Ersetzen",
    "procedure_version": "1",
    "separate_by": "auto",
    "duplex": "auto",
    "page_collation": "none",
    "confidentiality": "restricted",
    "sample_share": 0.0,
    "sample_minimum": 0,
    "second_person": False,
    "buffer_days": 0,
    "revision": 1,
}
REPLACEMENT = {
    "id": "01900000-0000-7000-8000-000000000002",
    "key": "ersetzend",
    "name": "Ersetzendes Scannen, Schutzbedarf normal",
    "purpose": "replacement",
    "procedure": "Ersetzendes Scannen",
    "sample_share": 0.1,
    "sample_minimum": 3,
    "buffer_days": 180,
}
HIGH = {
    "id": "01900000-0000-7000-8000-000000000003",
    "key": "ersetzend-hoch",
    "name": "Ersetzendes Scannen, Schutzbedarf hoch",
    "confidentiality": "confidential",
    "sample_share": 1.0,
    "second_person": True,
}


def _allow_rendition_kinds(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_renditions_renditionkind"), "renditions", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_renditions_renditionkind"), "renditions", f"kind IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "backup_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_runs")),
    )
    op.create_table(
        "scan_profiles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("copy", "replacement", name="purpose", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("procedure_version", sa.Text(), nullable=False),
        sa.Column(
            "separate_by",
            sa.Enum(
                "auto",
                "codes",
                "blank",
                "file",
                "none",
                name="separateby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "duplex",
            sa.Enum("auto", "yes", "no", name="duplex", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "page_collation",
            sa.Enum(
                "none",
                "odd-even-same-order",
                "odd-even-reversed",
                name="collation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "confidentiality",
            sa.Enum(
                "open",
                "restricted",
                "confidential",
                "secret",
                "top_secret",
                name="confidentiality",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sample_share", sa.Double(), nullable=False),
        sa.Column("sample_minimum", sa.Integer(), nullable=False),
        sa.Column("second_person", sa.Boolean(), nullable=False),
        sa.Column("buffer_days", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("buffer_days >= 0", name=op.f("ck_scan_profiles_buffer_days")),
        sa.CheckConstraint("sample_minimum >= 0", name=op.f("ck_scan_profiles_sample_minimum")),
        sa.CheckConstraint("sample_share between 0 and 1", name=op.f("ck_scan_profiles_sample_share")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_profiles")),
        sa.UniqueConstraint("key", name=op.f("uq_scan_profiles_key")),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "splitting",
                "split",
                "accepted",
                "released",
                "destroyed",
                "rejected",
                name="batchstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column(
            "source",
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
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("into", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("device_inventory", sa.Text(), nullable=True),
        sa.Column("workstation", sa.Text(), nullable=True),
        sa.Column("workstation_inventory", sa.Text(), nullable=True),
        sa.Column("box", sa.Text(), nullable=True),
        sa.Column("shelf", sa.Text(), nullable=True),
        sa.Column("expected_sheets", sa.Integer(), nullable=True),
        sa.Column("expected_images", sa.Integer(), nullable=True),
        sa.Column("expected_documents", sa.Integer(), nullable=True),
        sa.Column("sample_seed", sa.BigInteger(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("remarks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("destroyable_on", sa.Date(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destroyed_by", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'destroyed') = (destroyed_by is not null)", name=op.f("ck_batches_destroyed")),
        sa.CheckConstraint(
            "(state in ('released', 'destroyed')) = (released_at is not null)", name=op.f("ck_batches_released")
        ),
        sa.ForeignKeyConstraint(["profile_id"], ["scan_profiles.id"], name=op.f("fk_batches_profile_id_scan_profiles")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisational_units.id"], name=op.f("fk_batches_unit_id_organisational_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_batches_number")),
    )
    op.create_index(op.f("ix_batches_created_by"), "batches", ["created_by"], unique=False)
    op.create_index(op.f("ix_batches_state_id"), "batches", ["state", "id"], unique=False)
    op.create_table(
        "deputyships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("appointed_by", sa.Uuid(), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("principal_id <> deputy_id", name=op.f("ck_deputyships_two_persons")),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_deputyships_period")),
        sa.ForeignKeyConstraint(["deputy_id"], ["identities.id"], name=op.f("fk_deputyships_deputy_id_identities")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["identities.id"], name=op.f("fk_deputyships_principal_id_identities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputyships")),
    )
    op.create_index(op.f("ix_deputyships_deputy_id"), "deputyships", ["deputy_id"], unique=False)
    op.create_index(op.f("ix_deputyships_principal_id"), "deputyships", ["principal_id"], unique=False)
    op.create_table(
        "batch_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "seen",
                "unreadable",
                "duplicate",
                name="filestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.Column("look", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rescan_of", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_files_batch_id_batches")),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["batch_files.id"], name=op.f("fk_batch_files_duplicate_of_batch_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_files")),
        sa.UniqueConstraint("object_id", name=op.f("uq_batch_files_object_id")),
    )
    op.create_index(op.f("ix_batch_files_batch_id_id"), "batch_files", ["batch_id", "id"], unique=False)
    op.create_index(
        "uq_batch_files_batch_id_sha256",
        "batch_files",
        ["batch_id", "sha256"],
        unique=True,
        postgresql_where="duplicate_of is null and object_id is not null",
    )
    op.create_table(
        "scan_products",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_as", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_scan_products_batch_id_batches")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_scan_products_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_scan_products")),
    )
    op.create_index(op.f("ix_scan_products_batch_id"), "scan_products", ["batch_id"], unique=False)
    op.create_table(
        "batch_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("references", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document_class", sa.Text(), nullable=True),
        sa.Column("obstacle", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("assembled", sa.Integer(), nullable=False),
        sa.Column(
            "drawn",
            sa.Enum("sample", "every", name="drawn", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column(
            "verdict",
            sa.Enum("good", "bad", name="verdict", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dissolved", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(verdict is null) = (checked_by is null)", name=op.f("ck_batch_documents_checked")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_documents_batch_id_batches")),
        sa.ForeignKeyConstraint(["file_id"], ["batch_files.id"], name=op.f("fk_batch_documents_file_id_batch_files")),
        sa.ForeignKeyConstraint(["item_id"], ["ingest_items.id"], name=op.f("fk_batch_documents_item_id_ingest_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_documents")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_batch_documents_batch_id_number")),
    )
    op.create_index(op.f("ix_batch_documents_item_id"), "batch_documents", ["item_id"], unique=False)
    op.create_table(
        "batch_images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "page",
                "separator",
                "blank",
                "rejected",
                name="pagekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("seen_turned", sa.Integer(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("rescanned_as", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(kind = 'page') = (document_id is not null)", name=op.f("ck_batch_images_document")),
        sa.CheckConstraint("(document_id is null) = (page is null)", name=op.f("ck_batch_images_page")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_images_batch_id_batches")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["batch_documents.id"], name=op.f("fk_batch_images_document_id_batch_documents")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["batch_files.id"], name=op.f("fk_batch_images_file_id_batch_files")),
        sa.ForeignKeyConstraint(
            ["rescanned_as"], ["batch_images.id"], name=op.f("fk_batch_images_rescanned_as_batch_images")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_images")),
        sa.UniqueConstraint("batch_id", "n", name=op.f("uq_batch_images_batch_id_n")),
    )
    op.create_index(op.f("ix_batch_images_document_id"), "batch_images", ["document_id"], unique=False)
    op.add_column("ingest_items", sa.Column("becomes", sa.Uuid(), nullable=True))
    op.add_column("ingest_items", sa.Column("document_type", sa.Text(), nullable=True))
    op.add_column(
        "ingest_items",
        sa.Column("announced", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"),
    )
    op.alter_column("ingest_items", "announced", server_default=None)
    op.add_column("ingest_items", sa.Column("obstacle", sa.Text(), nullable=True))
    op.add_column("ingest_items", sa.Column("proposed_reference", sa.Text(), nullable=True))
    op.add_column(
        "ingest_items", sa.Column("turns", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}")
    )
    op.alter_column("ingest_items", "turns", server_default=None)
    op.create_index(op.f("ix_ingest_items_becomes"), "ingest_items", ["becomes"], unique=False)
    op.add_column("ingests", sa.Column("origin_id", sa.Uuid(), nullable=True))
    op.add_column("ingests", sa.Column("review", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("ingests", "review", server_default=None)
    op.create_index(op.f("ix_ingests_origin_id"), "ingests", ["origin_id"], unique=False)
    _allow_rendition_kinds("original", "archival", "text", "preview", "layout", "transfer_note")
    profiles = sa.table("scan_profiles", *(sa.column(name) for name in STANDARD))
    op.bulk_insert(profiles, [STANDARD, {**STANDARD, **REPLACEMENT}, {**STANDARD, **REPLACEMENT, **HIGH}])


def downgrade() -> None:
    _allow_rendition_kinds("original", "archival", "text", "preview")
    op.drop_index(op.f("ix_ingests_origin_id"), table_name="ingests")
    op.drop_column("ingests", "review")
    op.drop_column("ingests", "origin_id")
    op.drop_index(op.f("ix_ingest_items_becomes"), table_name="ingest_items")
    op.drop_column("ingest_items", "turns")
    op.drop_column("ingest_items", "proposed_reference")
    op.drop_column("ingest_items", "obstacle")
    op.drop_column("ingest_items", "announced")
    op.drop_column("ingest_items", "document_type")
    op.drop_column("ingest_items", "becomes")
    op.drop_index(op.f("ix_batch_images_document_id"), table_name="batch_images")
    op.drop_table("batch_images")
    op.drop_index(op.f("ix_batch_documents_item_id"), table_name="batch_documents")
    op.drop_table("batch_documents")
    op.drop_index(op.f("ix_scan_products_batch_id"), table_name="scan_products")
    op.drop_table("scan_products")
    op.drop_index(
        "uq_batch_files_batch_id_sha256",
        table_name="batch_files",
        postgresql_where="duplicate_of is null and object_id is not null",
    )
    op.drop_index(op.f("ix_batch_files_batch_id_id"), table_name="batch_files")
    op.drop_table("batch_files")
    op.drop_index(op.f("ix_deputyships_principal_id"), table_name="deputyships")
    op.drop_index(op.f("ix_deputyships_deputy_id"), table_name="deputyships")
    op.drop_table("deputyships")
    op.drop_index(op.f("ix_batches_state_id"), table_name="batches")
    op.drop_index(op.f("ix_batches_created_by"), table_name="batches")
    op.drop_table("batches")
    op.drop_table("scan_profiles")
    op.drop_table("backup_runs")
