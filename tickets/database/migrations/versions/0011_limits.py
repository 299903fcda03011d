"""Bounces are counted for each list; what is over a limit waits; links are counted by who asked for them"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TAKE_OVER = """
    UPDATE subscriptions SET
        bounce_score = (SELECT people.bounce_score FROM people WHERE people.id = subscriptions.person_key),
        bounced_at = (SELECT people.bounced_at FROM people WHERE people.id = subscriptions.person_key)
    WHERE mode <> 'none'
"""


def upgrade() -> None:
    _count_by_list()
    op.create_table(
        "postponements",
        sa.Column("message_key", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("postponements_message_key_lives")),
        sa.PrimaryKeyConstraint("message_key", name=op.f("postponements_pk")),
    )
    op.create_table(
        "login_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("login_requests_person_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("login_requests_pk")),
    )
    op.create_index(op.f("login_requests_person_key"), "login_requests", ["person_key"])
    op.create_index(op.f("login_requests_asked_at"), "login_requests", ["asked_at"])


def _count_by_list() -> None:
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.add_column(sa.Column("bounce_score", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(TAKE_OVER)
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.alter_column("bounce_score", server_default=None)
    with op.batch_alter_table("people") as batch_op:
        batch_op.drop_column("bounce_score")
        batch_op.drop_column("bounced_at")


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
