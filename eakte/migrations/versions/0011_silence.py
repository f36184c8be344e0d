"""Why a message to an archive is not written, how often its silence was told, and who was told of it by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TYPES = ("0501", "0502", "0503", "0504", "0505", "0506", "0507")
_STATES = ("waiting", "sending", "sent", "refused", "doubtful")


def upgrade() -> None:
    unwritten = sa.Enum(*_TYPES, name="unwritten", native_enum=False, create_constraint=True, length=40)
    op.add_column("disposal_lists", sa.Column("unwritten", unwritten, nullable=True))
    op.add_column("disposal_lists", sa.Column("unwritten_why", sa.Text(), nullable=True))
    op.add_column("disposal_messages", sa.Column("reminders", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE disposal_messages SET reminders = 1 WHERE reminded_at IS NOT NULL")
    op.create_table(
        "silence_notices",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="digeststate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("compiled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["identities.id"], name=op.f("fk_silence_notices_person_id_identities")),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_silence_notices")),
    )


def downgrade() -> None:
    op.drop_table("silence_notices")
    op.drop_column("disposal_messages", "reminders")
    op.drop_column("disposal_lists", "unwritten_why")
    op.drop_column("disposal_lists", "unwritten")
