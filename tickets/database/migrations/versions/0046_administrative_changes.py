"""Who changed what of organisations, people and lists is noted"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "administrative_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=True),
        sa.Column("subject_key", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("administrative_changes_person_key_lives")),
        sa.ForeignKeyConstraint(["subject_key"], ["people.id"], name=op.f("administrative_changes_subject_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("administrative_changes_pk")),
    )
    op.create_index("administrative_changes_at", "administrative_changes", ["at"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
