"""Who gave each raw scan in, whether another checked it, and no replacing of paper that nobody looks at."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch_files", sa.Column("received_by", sa.Uuid(), nullable=True))
    op.add_column("batches", sa.Column("decided_independently", sa.Boolean(), nullable=True))
    op.add_column("batch_documents", sa.Column("checked_independently", sa.Boolean(), nullable=True))
    # Batches that run are held to what their profile says on this day.
    op.add_column("batches", sa.Column("second_person", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE batches SET second_person = true FROM scan_profiles"
        " WHERE scan_profiles.id = batches.profile_id AND scan_profiles.second_person"
    )
    op.alter_column("batches", "second_person", server_default=None)
    # A profile that had paper replaced unseen draws from now on what the profile we deliver draws.
    op.execute(
        "UPDATE scan_profiles SET sample_share = 0.1, sample_minimum = 3"
        " WHERE purpose = 'replacement' AND sample_share = 0 AND sample_minimum = 0"
    )
    op.create_check_constraint(
        op.f("ck_scan_profiles_checked"),
        "scan_profiles",
        "purpose <> 'replacement' or sample_share > 0 or sample_minimum > 0",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_scan_profiles_checked"), "scan_profiles", type_="check")
    op.drop_column("batches", "second_person")
    op.drop_column("batch_documents", "checked_independently")
    op.drop_column("batches", "decided_independently")
    op.drop_column("batch_files", "received_by")
