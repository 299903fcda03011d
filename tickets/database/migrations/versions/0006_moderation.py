"""Who looks after what is held: what was odd about it, who opened it, and a word a day about what waits"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("arrivals", sa.Column("defects", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("arrival_key", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["arrival_key"], ["arrivals.id"], name=op.f("openings_arrival_key_lives")),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("openings_person_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("openings_pk")),
    )
    op.create_index(op.f("openings_arrival_key"), "openings", ["arrival_key"])
    op.create_table(
        "daily_reports",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("daily_reports_pk")),
    )
