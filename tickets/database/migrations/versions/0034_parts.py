"""Where the files of a message lie is noted once, so that no page has to take the message apart

What was filed before is filled in while the portal runs, by a child process; nothing is parsed here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

WAITING = {
    "attachments": ("attachments_to_lay_out", sa.text("NOT is_ready")),
    "unmasked_files": ("clean_copies_to_lay_out", sa.text("NOT is_ready AND clean_key IS NOT NULL")),
}


def upgrade() -> None:
    op.create_table(
        "parts",
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kept_key", sa.String(length=64), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("is_base64", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["content_key"], ["contents.sha256"], name=op.f("parts_content_key_lives")),
        sa.ForeignKeyConstraint(["kept_key"], ["contents.sha256"], name=op.f("parts_kept_key_lives")),
        sa.PrimaryKeyConstraint("content_key", "number", name=op.f("parts_pk")),
    )
    op.create_index(op.f("parts_kept_key"), "parts", ["kept_key"])
    for name, (index, waiting) in WAITING.items():
        op.add_column(name, sa.Column("is_ready", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.create_index(index, name, ["message_key"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
