"""What earlier migrations left unlike the models, and octets kept as they are where PostgreSQL would compress them

Two indexes of the first days remained in databases of that time, and `arrivals`, made anew on SQLite, had lost the
promise that no number is given twice. Base64 hardly shrinks, and trying costs a fifth of a minute for each gigabyte.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("arrivals_waiting", "deliveries_waiting"):
        op.execute(f"DROP INDEX IF EXISTS {name}")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("arrivals", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
    else:
        op.execute("ALTER TABLE contents ALTER COLUMN octets SET STORAGE EXTERNAL")


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
