"""An arrival knows its Message-ID, so that one that was not filed is found by what its sender's server noted"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("arrivals", sa.Column("message_id", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
