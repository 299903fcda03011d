"""What lawyers answer again and again is kept beside the answers that they write"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standard_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by_key", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("standard_answers_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["changed_by_key"], ["people.id"], name=op.f("standard_answers_changed_by_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("standard_answers_pk")),
    )
    op.create_index(op.f("standard_answers_mailing_list_key"), "standard_answers", ["mailing_list_key"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
