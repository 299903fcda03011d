"""All that is said of an article stands on one page: which messages name it is followed from the journal's beginning"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "law_places",
        sa.Column("message_key", sa.Integer(), nullable=False),
        sa.Column("law", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("law_places_message_key_lives")),
        sa.PrimaryKeyConstraint("message_key", "law", "number", name=op.f("law_places_pk")),
    )
    op.create_index("law_places_named", "law_places", ["law", "number"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
