"""What tells for whom a message came: its envelope, its fields, or nothing"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("known_by", sa.String(length=16), nullable=False, server_default="envelope")
    op.add_column("arrivals", column)
    with op.batch_alter_table("arrivals") as batch:
        batch.alter_column("known_by", server_default=None)
