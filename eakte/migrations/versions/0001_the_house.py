"""The house: records, documents, access, audit, ingest, search and the queue."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A trigger on the statement also refuses what would touch no row, and TRUNCATE.
APPEND_ONLY = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER keeps_lanes BEFORE DELETE OR TRUNCATE ON audit_lanes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_lanes ENABLE ALWAYS TRIGGER keeps_lanes;
CREATE TRIGGER only_grows BEFORE UPDATE ON audit_lanes
    FOR EACH ROW WHEN (NEW.lane <> OLD.lane OR NEW.length < OLD.length)
    EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_lanes ENABLE ALWAYS TRIGGER only_grows;
"""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("audit_lane_numbers", start=1)))
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("lane", "position", name=op.f("uq_audit_entries_lane_position")),
    )
    op.create_index(op.f("ix_audit_entries_record_id_id"), "audit_entries", ["record_id", "id"], unique=False)
    op.create_table(
        "audit_lanes",
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_audit_lanes")),
    )
    op.create_table(
        "filing_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("dossier_pattern", sa.Text(), nullable=False),
        sa.Column("case_pattern", sa.Text(), nullable=False),
        sa.Column("document_pattern", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_plans")),
        sa.UniqueConstraint("key", name=op.f("uq_filing_plans_key")),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("person", "client", name="identitykind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("login", name=op.f("uq_identities_login")),
    )
    op.create_table(
        "index_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("subtree", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_requests")),
    )
    op.create_table(
        "kept_answers",
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("identity_id", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_created_at"), "kept_answers", ["created_at"], unique=False)
    op.create_table(
        "organisational_units",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["organisational_units.id"],
            name=op.f("fk_organisational_units_parent_id_organisational_units"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisational_units")),
        sa.UniqueConstraint("key", name=op.f("uq_organisational_units_key")),
    )
    op.create_index(op.f("ix_organisational_units_parent_id"), "organisational_units", ["parent_id"], unique=False)
    op.create_table(
        "reference_counters",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_reference_counters")),
    )
    op.create_table(
        "search_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_changes")),
    )
    op.create_table(
        "search_documents",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("entry_path", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("readers", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("names", postgresql.TSVECTOR(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("suggestions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("name_stems", sa.Text(), nullable=False),
        sa.Column("text_stems", sa.Text(), nullable=False),
        sa.Column("stored_metadata", sa.LargeBinary(), nullable=False),
        sa.Column("stored_pages", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("stored_signatures", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.PrimaryKeyConstraint("generation", "id", name=op.f("pk_search_documents")),
        postgresql_with={"toast_tuple_target": 1024},
    )
    # Ranks many hits; from outside the row that takes five times as long.
    op.execute("ALTER TABLE search_documents ALTER COLUMN names SET STORAGE MAIN")
    op.create_index("ix_search_documents_names", "search_documents", ["names"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_search_documents_newest",
        "search_documents",
        ["generation", sa.literal_column("date DESC"), "id"],
        unique=False,
    )
    op.create_index("ix_search_documents_words", "search_documents", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "search_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_state")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("session", sa.Boolean(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_api_tokens_identity_id_identities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_tokens_secret_hash")),
    )
    op.create_index(op.f("ix_api_tokens_identity_id"), "api_tokens", ["identity_id"], unique=False)
    op.create_table(
        "filing_plan_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "main_group",
                "group",
                "sub_group",
                "subject_unit",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_sort", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("short_title", sa.Text(), nullable=True),
        sa.Column("retention_years", sa.Integer(), nullable=True),
        sa.Column("retention_unlimited", sa.Boolean(), nullable=False),
        sa.Column(
            "disposal",
            sa.Enum("A", "V", "B", name="disposalcode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("closed_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("retention_years between 0 and 110", name=op.f("ck_filing_plan_entries_retention_years")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["filing_plan_entries.id"], name=op.f("fk_filing_plan_entries_parent_id_filing_plan_entries")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["filing_plans.id"], name=op.f("fk_filing_plan_entries_plan_id_filing_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_plan_entries")),
        sa.UniqueConstraint("plan_id", "code", name=op.f("uq_filing_plan_entries_plan_id_code")),
    )
    op.create_index(op.f("ix_filing_plan_entries_parent_id"), "filing_plan_entries", ["parent_id"], unique=False)
    op.create_index(
        op.f("ix_filing_plan_entries_path"), "filing_plan_entries", ["path"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        op.f("ix_filing_plan_entries_plan_id_code_sort"), "filing_plan_entries", ["plan_id", "code_sort"], unique=False
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "records_manager",
                "clerk",
                "subject_admin",
                "registry",
                "secretary",
                "head",
                "archivist",
                "auditor",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column(
            "max_confidentiality",
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
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_grants_identity_id_identities")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisational_units.id"], name=op.f("fk_grants_unit_id_organisational_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_identity_id"), "grants", ["identity_id"], unique=False)
    op.create_table(
        "records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "record_kind",
            sa.Enum(
                "dossier", "case", "document", name="recordkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reference_sort", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "closed", "cancelled", name="recordstate", native_enum=False, create_constraint=True, length=40
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
        sa.Column(
            "medium",
            sa.Enum(
                "electronic", "hybrid", "paper", name="medium", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_at is not null)", name=op.f("ck_records_cancelled_at")),
        sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name=op.f("ck_records_closed_at")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisational_units.id"], name=op.f("fk_records_unit_id_organisational_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("reference", name=op.f("uq_records_reference")),
    )
    op.create_index(op.f("ix_records_modified_at"), "records", ["modified_at"], unique=False)
    op.create_index(op.f("ix_records_reference_sort"), "records", ["reference_sort"], unique=False)
    op.create_index(op.f("ix_records_unit_id"), "records", ["unit_id"], unique=False)
    op.create_table(
        "business_data",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_business_data_record_id_records")),
        sa.PrimaryKeyConstraint("record_id", "name", name=op.f("pk_business_data")),
    )
    op.create_index(op.f("ix_business_data_value"), "business_data", ["value"], unique=False, postgresql_using="hash")
    op.create_table(
        "dossiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("keeping_unit_id", sa.Uuid(), nullable=True),
        sa.Column("dossier_type", sa.Text(), nullable=True),
        sa.Column("runs_from", sa.Date(), nullable=True),
        sa.Column("runs_until", sa.Date(), nullable=True),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["filing_plan_entries.id"], name=op.f("fk_dossiers_entry_id_filing_plan_entries")
        ),
        sa.ForeignKeyConstraint(["id"], ["records.id"], name=op.f("fk_dossiers_id_records")),
        sa.ForeignKeyConstraint(
            ["keeping_unit_id"],
            ["organisational_units.id"],
            name=op.f("fk_dossiers_keeping_unit_id_organisational_units"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
    )
    op.create_index(op.f("ix_dossiers_entry_id"), "dossiers", ["entry_id"], unique=False)
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "sender",
                "recipient",
                "applicant",
                "participant",
                name="partyrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_parties_record_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    op.create_index(op.f("ix_parties_external_id"), "parties", ["external_id"], unique=False)
    op.create_index(op.f("ix_parties_record_id"), "parties", ["record_id"], unique=False)
    op.create_table(
        "record_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["records.id"], name=op.f("fk_record_links_source_id_records")),
        sa.ForeignKeyConstraint(["target_id"], ["records.id"], name=op.f("fk_record_links_target_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_links")),
        sa.UniqueConstraint("source_id", "target_id", name=op.f("uq_record_links_source_id_target_id")),
    )
    op.create_index(op.f("ix_record_links_target_id"), "record_links", ["target_id"], unique=False)
    op.create_table(
        "reference_aliases",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_reference_aliases_record_id_records")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_reference_aliases")),
    )
    op.create_index(op.f("ix_reference_aliases_record_id"), "reference_aliases", ["record_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("runs_from", sa.Date(), nullable=True),
        sa.Column("runs_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_cases_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["id"], ["records.id"], name=op.f("fk_cases_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_dossier_id"), "cases", ["dossier_id"], unique=False)
    op.create_table(
        "readers",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_readers_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_readers_identity_id_identities")),
        sa.PrimaryKeyConstraint("dossier_id", "identity_id", name=op.f("pk_readers")),
    )
    op.create_index(op.f("ix_readers_identity_id"), "readers", ["identity_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "document_kind",
            sa.Enum(
                "incoming",
                "outgoing",
                "internal",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("document_type", sa.Text(), nullable=True),
        sa.Column("foreign_reference", sa.Text(), nullable=True),
        sa.Column("our_reference", sa.Text(), nullable=True),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
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
        sa.Column("external_client", sa.Uuid(), nullable=True),
        sa.Column("external_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_documents_case_id_cases")),
        sa.ForeignKeyConstraint(["id"], ["records.id"], name=op.f("fk_documents_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("external_client", "external_key", name=op.f("uq_documents_external_client_external_key")),
    )
    op.create_index(op.f("ix_documents_case_id"), "documents", ["case_id"], unique=False)
    op.create_table(
        "ingests",
        sa.Column("id", sa.Uuid(), nullable=False),
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
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_ingests_case_id_cases")),
        sa.ForeignKeyConstraint(["target_id"], ["records.id"], name=op.f("fk_ingests_target_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingests")),
    )
    op.create_index(op.f("ix_ingests_created_by"), "ingests", ["created_by"], unique=False)
    op.create_index(op.f("ix_ingests_target_id"), "ingests", ["target_id"], unique=False)
    op.create_table(
        "document_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_versions_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_versions")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_document_versions_document_id_number")),
    )
    op.create_table(
        "ingest_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ingest_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "checked",
                "split",
                "recognised",
                "verified",
                "reviewed",
                "filed",
                "failed",
                "discarded",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "failed_in",
            sa.Enum(
                "received",
                "checked",
                "split",
                "recognised",
                "verified",
                "reviewed",
                "filed",
                "failed",
                "discarded",
                name="failed_in",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("products", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state in ('failed', 'discarded')) = (failure_code is not null)", name=op.f("ck_ingest_items_failure")),
        sa.CheckConstraint("state <> 'filed' or document_id is not null", name=op.f("ck_ingest_items_filed")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_ingest_items_document_id_documents")),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingests.id"], name=op.f("fk_ingest_items_ingest_id_ingests")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_versions.id"], name=op.f("fk_ingest_items_version_id_document_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_items")),
        sa.UniqueConstraint("object_id", name=op.f("uq_ingest_items_object_id")),
    )
    op.create_index(op.f("ix_ingest_items_document_id"), "ingest_items", ["document_id"], unique=False)
    op.create_index(op.f("ix_ingest_items_ingest_id_id"), "ingest_items", ["ingest_id", "id"], unique=False)
    op.create_index(op.f("ix_ingest_items_state_id"), "ingest_items", ["state", "id"], unique=False)
    op.create_table(
        "page_texts",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_versions.id"], name=op.f("fk_page_texts_version_id_document_versions")
        ),
        sa.PrimaryKeyConstraint("version_id", "page", name=op.f("pk_page_texts")),
    )
    op.create_table(
        "renditions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "original",
                "archival",
                "text",
                "preview",
                name="renditionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("pdfa_level", sa.Text(), nullable=True),
        sa.Column("check_report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'preview') = (page is not null)", name=op.f("ck_renditions_page")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_versions.id"], name=op.f("fk_renditions_version_id_document_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
    )
    op.create_index(op.f("ix_renditions_object_id"), "renditions", ["object_id"], unique=False)
    op.create_index(
        op.f("ix_renditions_version_id_kind_page"),
        "renditions",
        ["version_id", "kind", "page"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    _run(APPEND_ONLY)
    _run(SchemaManager.get_schema())


def _run(script: str) -> None:
    """Run several statements, with no placeholders looked for in them."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(script)
