"""What is done to a ticket is noted and can be undone; a ticket has topics, a short answer, several askers, watchers"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("topics", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("tickets", sa.Column("short_answer", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("events", sa.Column("act_key", sa.Integer(), nullable=True))
    _make_acts()
    _make_consents()
    _make_pair("splits", "from_key", "tickets")
    _make_pair("co_askers", "person_key", "people")
    _make_pair(
        "watchers", "person_key", "people",
        sa.Column("watch", sa.String(16), nullable=False),
        sa.Column("has_same", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )  # fmt: skip


def _make_acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("message_key", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undoes_key", sa.Integer(), nullable=True),
        *_living("acts", ticket_key="tickets", mailing_list_key="mailing_lists", person_key="people"),
        *_living("acts", message_key="messages", undoes_key="acts"),
        sa.PrimaryKeyConstraint("id", name=op.f("acts_pk")),
        sqlite_autoincrement=True,
    )
    for column in ("ticket_key", "person_key", "undoes_key"):
        op.create_index(op.f(f"acts_{column}"), "acts", [column])
    op.create_index("acts_by_mail", "acts", ["mailing_list_key", "message_id"])


def _make_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("argument", sa.String(), nullable=False),
        sa.Column("wanted_by_key", sa.Integer(), nullable=True),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        *_living("consents", ticket_key="tickets", wanted_by_key="people", person_key="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("consents_pk")),
    )
    for column in ("ticket_key", "person_key", "expires_at"):
        op.create_index(op.f(f"consents_{column}"), "consents", [column])


def _make_pair(name: str, other: str, others: str, *more: "sa.Column[object]") -> None:
    """A table of pairs of a ticket and somebody or something."""
    op.create_table(
        name,
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.Column(other, sa.Integer(), nullable=False),
        *more,
        *_living(name, **{"ticket_key": "tickets", other: others}),
        sa.PrimaryKeyConstraint("ticket_key", other, name=op.f(f"{name}_pk")),
    )
    op.create_index(op.f(f"{name}_{other}"), name, [other])


def _living(name: str, **references: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"{name}_{column}_lives"))
        for column, table in references.items()
    ]


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
