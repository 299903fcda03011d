"""Messages of editors and lawyers keep their form: headings, lists, links, tables, as blocks of our own

What was filed before has none, and is shown as the plain text that it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("messages", "unmasked"):
        op.add_column(table, sa.Column("form", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
