"""A merged ticket's key leads to what it is part of, so that the journal need not be written anew, and is given once

What older releases merged, they wrote anew in the journal: nothing is to be carried over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merged_tickets",
        sa.Column("former_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("former_key", name=op.f("merged_tickets_pk")),
    )
    op.create_index("merged_tickets_ticket_key", "merged_tickets", ["ticket_key"])
    if op.get_bind().dialect.name == "sqlite":  # sequences of PostgreSQL give no number twice
        with op.batch_alter_table("tickets", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
