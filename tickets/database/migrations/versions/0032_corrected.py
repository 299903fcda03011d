"""An answer may take the place of an earlier one, which is kept"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("replaced_by_key", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
