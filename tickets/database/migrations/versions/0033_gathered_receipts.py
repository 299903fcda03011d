"""Questions beyond three an hour have no receipt of their own, and stand in one letter together"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
TABLE = "gathered_receipts"
LIVING = {"message_key": "messages", "event_key": "events", "mailing_list_key": "mailing_lists", "person_key": "people"}


def upgrade() -> None:
    op.create_table(
        TABLE,
        *(sa.Column(column, sa.Integer(), nullable=False) for column in LIVING),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"{TABLE}_{column}_lives"))
            for column, table in LIVING.items()
        ),
        sa.PrimaryKeyConstraint("message_key", name=op.f(f"{TABLE}_pk")),
    )
    op.create_index(op.f(f"{TABLE}_told_at"), TABLE, ["told_at"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
