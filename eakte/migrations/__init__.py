"""One line of migrations for all packages (Alembic)."""
