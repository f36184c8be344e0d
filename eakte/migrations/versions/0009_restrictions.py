"""Restriction of processing (Art. 18 DSGVO) and the logged reading of protected records."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROLES = (
    "records_manager",
    "clerk",
    "subject_admin",
    "registry",
    "secretary",
    "head",
    "archivist",
    "auditor",
    "administrator",
    "accounting",
    "finance_system",
)
_FLAGS = (("records", "restricted"), ("filing_plan_entries", "log_reading"), ("filing_plan_entries", "reading_logged"))


def _allow_roles(*roles: str) -> None:
    op.drop_constraint(op.f("ck_grants_role"), "grants", type_="check")
    listed = ", ".join(f"'{role}'" for role in roles)
    op.create_check_constraint(op.f("ck_grants_role"), "grants", f"role IN ({listed})")


def upgrade() -> None:
    for table, flag in _FLAGS:
        op.add_column(table, sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "restrictions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "accuracy",
                "unlawful",
                "claims",
                "objection",
                "retention",
                name="restrictionground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(lifted_by is null) = (lifted_at is null) and (lifted_by is null) = (lift_reason is null)",
            name=op.f("ck_restrictions_lifted"),
        ),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_restrictions_record_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restrictions")),
    )
    op.create_index(op.f("ix_restrictions_record_id"), "restrictions", ["record_id"], unique=False)
    op.create_index(
        "uq_restrictions_in_force",
        "restrictions",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )
    _allow_roles(*ROLES, "data_protection_officer")


def downgrade() -> None:
    op.execute("DELETE FROM grants WHERE role = 'data_protection_officer'")
    _allow_roles(*ROLES)
    op.drop_index("uq_restrictions_in_force", table_name="restrictions", postgresql_where=sa.text("lifted_at is null"))
    op.drop_index(op.f("ix_restrictions_record_id"), table_name="restrictions")
    op.drop_table("restrictions")
    for table, flag in reversed(_FLAGS):
        op.drop_column(table, flag)
