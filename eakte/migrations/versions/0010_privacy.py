"""Requests of data subjects (Art. 15 and 17 DSGVO) and what was found about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PLACES = ("party", "metadata", "business_data", "text", "account", "audit", "invoice", "intake", "retention")
_MATCHES = ("external_id", "email", "name_and_birth", "name_and_address", "name")


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _of_request(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_request_id_subject_requests")
    return sa.ForeignKeyConstraint(["request_id"], ["subject_requests.id"], name=name)


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "subject_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", _words("requestkind", "access", "erasure"), nullable=False),
        sa.Column(
            "state",
            _words("requeststate", "received", "searched", "decided", "answered", "closed"),
            nullable=False,
        ),
        sa.Column("person", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("identity_check", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended_for", sa.Text(), nullable=True),
        sa.Column("extended_at", instant, nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("searched_at", instant, nullable=True),
        sa.Column("found_more", sa.Boolean(), nullable=False),
        sa.Column("decided_at", instant, nullable=True),
        sa.Column("answered_at", instant, nullable=True),
        sa.Column("closed_at", instant, nullable=True),
        sa.Column("forgotten_at", instant, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name=op.f("ck_subject_requests_closed_at")),
        sa.CheckConstraint(
            "(person is null) = (forgotten_at is not null)", name=op.f("ck_subject_requests_forgotten")
        ),
        sa.CheckConstraint(
            "(extended_for is null) = (extended_at is null)", name=op.f("ck_subject_requests_extended")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_requests")),
        sa.UniqueConstraint("reference", name=op.f("uq_subject_requests_reference")),
    )
    op.create_index(
        "ix_subject_requests_running",
        "subject_requests",
        ["due_on"],
        postgresql_where=sa.text("state not in ('answered', 'closed')"),
    )
    op.create_table(
        "subject_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("place", _words("place", *_PLACES), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("match", _words("match", *_MATCHES), nullable=False),
        sa.Column("judgement", _words("judgement", "open", "confirmed", "dismissed"), nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", instant, nullable=True),
        sa.Column("found_at", instant, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.CheckConstraint("(judgement = 'open') = (judged_at is null)", name=op.f("ck_subject_findings_judged")),
        _of_request("subject_findings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_findings")),
        sa.UniqueConstraint("request_id", "mark", name=op.f("uq_subject_findings_request_id_mark")),
    )
    op.create_index(op.f("ix_subject_findings_record_id"), "subject_findings", ["record_id"])
    op.create_index(op.f("ix_subject_findings_request_id_label_id"), "subject_findings", ["request_id", "label", "id"])
    op.create_table(
        "erasure_answers",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "outcome", _words("outcome", "erasable", "offer", "later", "unknown", "kept", "gone"), nullable=False
        ),
        sa.Column("possible_from", sa.Date(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("listed_on", sa.Text(), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("computed_at", instant, nullable=False),
        _of_request("erasure_answers"),
        sa.PrimaryKeyConstraint("request_id", "record_id", name=op.f("pk_erasure_answers")),
    )
    op.create_index(op.f("ix_erasure_answers_possible_from"), "erasure_answers", ["possible_from"])
    op.create_table(
        "subject_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("with_copies", sa.Boolean(), nullable=False),
        sa.Column("all_matches", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("made_at", instant, nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("erase_on", sa.Date(), nullable=True),
        sa.Column("erased_at", instant, nullable=True),
        sa.CheckConstraint("(made_at is null) = (sha256 is null)", name=op.f("ck_subject_reports_made")),
        sa.CheckConstraint("erased_at is null or made_at is not null", name=op.f("ck_subject_reports_erased")),
        _of_request("subject_reports"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_reports")),
    )
    op.create_index(op.f("ix_subject_reports_request_id"), "subject_reports", ["request_id"])


def downgrade() -> None:
    for table in ("subject_reports", "erasure_answers", "subject_findings", "subject_requests"):
        op.drop_table(table)
