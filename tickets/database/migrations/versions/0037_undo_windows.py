"""Others get a question or an answer only when its author has had time to take it back"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "undo_windows",
        sa.Column("message_key", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("undo_windows_message_key_lives")),
        sa.PrimaryKeyConstraint("message_key", name=op.f("undo_windows_pk")),
    )
    op.create_index("undo_windows_open", "undo_windows", ["ended_at", "until"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
