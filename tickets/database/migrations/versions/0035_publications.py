"""A question and its answer can be published without names, on a page of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

OTHERS = {"ticket_key": "tickets", "mailing_list_key": "mailing_lists", "wanted_by_key": "people"}


def upgrade() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("question", "answer", "short_answer")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("topics", "removed", "doubts", "insisted")),
        sa.Column("fault", sa.String(16), nullable=True),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("wanted_by_key", sa.Integer(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("agreed_at", "due_at", "published_at", "withdrawn_at")
        ),
        sa.Column("corrections", sa.JSON(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"publications_{column}_lives"))
            for column, table in OTHERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("publications_pk")),
    )
    for column in ("ticket_key", "mailing_list_key", "path"):
        op.create_index(op.f(f"publications_{column}"), "publications", [column])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
