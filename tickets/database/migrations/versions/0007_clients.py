"""Which server handed a message over: what an author's domain says of it is asked later (SPF, RFC 7208)"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("arrivals", sa.Column("client", sa.String(length=64), nullable=True))
    op.add_column("arrivals", sa.Column("helo", sa.String(length=255), nullable=True))
