"""A way in leads to the page that was wanted, in whatever browser it is opened"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login_links", sa.Column("path", sa.String(length=300), nullable=True))
    op.create_table(
        "login_aims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("login_aims_person_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("login_aims_pk")),
    )
    op.create_index(op.f("login_aims_person_key"), "login_aims", ["person_key"])
