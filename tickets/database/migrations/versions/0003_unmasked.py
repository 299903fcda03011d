"""What messages of anonymous tickets said before they were masked is kept beside them, for those who may know"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmasked",
        sa.Column("message_key", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("replacements", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("unmasked_message_key_lives")),
        sa.PrimaryKeyConstraint("message_key", name=op.f("unmasked_pk")),
    )
    op.create_table(
        "unmasked_files",
        sa.Column("message_key", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("clean_key", sa.String(length=64), nullable=True),
        sa.Column("clean_size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clean_key"], ["contents.sha256"], name=op.f("unmasked_files_clean_key_lives")),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("unmasked_files_message_key_lives")),
        sa.PrimaryKeyConstraint("message_key", "part", name=op.f("unmasked_files_pk")),
    )


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
