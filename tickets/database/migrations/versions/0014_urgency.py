"""Letters have an urgency and take turns by domain; what does not work around the portal rests in a table"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What has been sent needs neither; its rows keep what every new column says, and no table is written anew.
JUDGE = """
    UPDATE deliveries SET
        urgency = CASE
            WHEN kind = 'login' THEN 0
            WHEN kind IN ('question', 'answer', 'follow_up', 'reply', 'note', 'cpr_held') THEN 2
            WHEN kind IN ('digest', 'news') THEN 3
            ELSE 1
        END,
        domain = substr(recipient, {position} + 1)
    WHERE state = 'waiting'
"""
POSITION = {"sqlite": "instr(recipient, '@')", "postgresql": "position('@' in recipient)"}


def upgrade() -> None:
    op.create_table(
        "troubles",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("troubles_pk")),
    )
    op.add_column("deliveries", sa.Column("urgency", sa.SmallInteger(), nullable=False, server_default="3"))
    op.add_column("deliveries", sa.Column("domain", sa.String(), nullable=False, server_default=""))
    op.execute(JUDGE.format(position=POSITION[op.get_bind().dialect.name]))
    op.drop_index("deliveries_by_state", table_name="deliveries")
    op.create_index("deliveries_by_state", "deliveries", ["state", "urgency", "domain", "next_attempt_at"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
