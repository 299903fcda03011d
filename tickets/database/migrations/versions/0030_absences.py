"""Somebody may stand in for a lawyer who is away, and lawyers are told once of a week that begins"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("stand_in_key", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("absences_person_key_lives")),
        sa.ForeignKeyConstraint(["stand_in_key"], ["people.id"], name=op.f("absences_stand_in_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("absences_pk")),
    )
    op.create_index(op.f("absences_person_key"), "absences", ["person_key"])
    op.create_table(
        "desk_weeks",
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("desk_weeks_pk")),
    )


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
