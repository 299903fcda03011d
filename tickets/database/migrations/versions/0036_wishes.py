"""A reader may want some topics of a list's digest alone, and nothing until a day"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("topics", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("subscriptions", sa.Column("rests_before", sa.Date(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
