"""Arrivals wait in lanes, so that what is costly or by strangers holds up nobody else"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("arrivals", sa.Column("lane", sa.String(length=16), nullable=False, server_default="quick"))
    op.add_column("arrivals", sa.Column("party", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
