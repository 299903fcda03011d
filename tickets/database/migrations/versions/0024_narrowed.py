"""A message may be for fewer people than its ticket is: notes for the lawyers, robots' mail for its author and them"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("visibility", sa.String(length=16), nullable=True))
    op.execute("UPDATE messages SET visibility = 'internal' WHERE kind = 'note'")
    op.execute("UPDATE messages SET visibility = 'personal' WHERE kind = 'automatic'")


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
