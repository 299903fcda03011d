"""Whether an author was told that their message waits: of many on one day, one letter tells of several"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposals", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE proposals SET told_at = made_at")
