"""What the search filters by stays in its row: read for every candidate, it is dear to fetch from beside."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("entry_path", "readers")


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE MAIN")


def downgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE EXTENDED")
