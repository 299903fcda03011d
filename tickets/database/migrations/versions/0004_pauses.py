"""Letters to an address that sends them back are paused; a bounce says of which kind it was."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("people") as batch_op:
        batch_op.add_column(sa.Column("bounce_score", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("bounces") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="hard"))
    op.execute("UPDATE bounces SET kind = 'transient' WHERE NOT is_permanent")
    with op.batch_alter_table("bounces") as batch_op:
        batch_op.drop_column("is_permanent")
        batch_op.alter_column("kind", server_default=None)
    with op.batch_alter_table("people") as batch_op:
        batch_op.alter_column("bounce_score", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
