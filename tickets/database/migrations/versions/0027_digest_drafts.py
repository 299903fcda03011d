"""Digests are put together before they are sent, and their editors may change them meanwhile"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ADDED: tuple[sa.Column[Any], ...] = (
    sa.Column("contents", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("introduction", sa.Text(), nullable=False, server_default=sa.text("''")),
    sa.Column("featured", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    sa.Column("left_out", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    sa.Column("is_stopped", sa.Boolean(), nullable=False, server_default=sa.false()),
)


def upgrade() -> None:
    for column in ADDED:
        op.add_column("digests", column)
    op.add_column("digests", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE digests SET sent_at = due_at")


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
