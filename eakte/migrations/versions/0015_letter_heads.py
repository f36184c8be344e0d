"""What the head of a letter says (Unterbetreff, Bezug, Bearbeiter, Anlagen), and a case's type and keeping unit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXTS = ("subtitle", "refers_to", "clerk")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("documents", sa.Column(name, sa.Text(), nullable=True))
    op.add_column(
        "documents",
        sa.Column("enclosures", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    op.add_column("cases", sa.Column("case_type", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("keeping_unit_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_cases_keeping_unit_id_organisational_units"),
        "cases",
        "organisational_units",
        ["keeping_unit_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_column("cases", "keeping_unit_id")
    op.drop_column("cases", "case_type")
    for name in ("enclosures", *reversed(_TEXTS)):
        op.drop_column("documents", name)
