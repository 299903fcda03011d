"""A pause of letters is called by the day before which nothing is mailed, also where it was called otherwise first"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Some programs between 0036 and 0038 made the column under its first name."""
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("subscriptions")}
    if "rests_until" in columns:
        op.alter_column("subscriptions", "rests_until", new_column_name="rests_before")


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
