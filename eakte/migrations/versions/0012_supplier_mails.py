"""Where a seller can be written to, and the e-mail that tells a supplier of a refusal."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATES = ("waiting", "sending", "sent", "doubtful", "refused")


def upgrade() -> None:
    op.add_column("invoices", sa.Column("seller_email", sa.Text(), nullable=True))
    op.create_table(
        "supplier_mails",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="digeststate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["invoice_acts.id"],
            name=op.f("fk_supplier_mails_act_id_invoice_acts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_supplier_mails")),
    )


def downgrade() -> None:
    op.drop_table("supplier_mails")
    op.drop_column("invoices", "seller_email")
