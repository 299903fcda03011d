"""What a mailbox does not hand out rests in a table; of its messages it is known how old those are that were seen"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COME = "(SELECT {which}(received_at) FROM arrivals WHERE door = 'imap')"


def upgrade() -> None:
    op.create_table(
        "leftovers",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column(
            "why",
            sa.Enum("unreadable", "too_large", "known", name="why", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("octets", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "uid", name=op.f("leftovers_pk")),
    )
    for name in ("began_at", "newest_at", "known_until"):
        op.add_column("mailbox_marks", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("mailbox_marks", sa.Column("renumbered_to", sa.Integer(), nullable=True))
    op.execute(
        f"UPDATE mailbox_marks SET began_at = {COME.format(which='min')}, newest_at = {COME.format(which='max')}"
    )


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
