"""Messages know their place in a conversation of Outlook's, so that letters about them stand there too

What was filed before has none: letters about it begin a conversation of the portal's own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("thread_index", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
