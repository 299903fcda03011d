"""What people write on the pages is kept until it is sent"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("token", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=True),
        sa.Column("ticket_key", sa.Integer(), nullable=True),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrival_key", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("drafts_person_key_lives")),
        sa.ForeignKeyConstraint(["ticket_key"], ["tickets.id"], name=op.f("drafts_ticket_key_lives")),
        sa.ForeignKeyConstraint(["arrival_key"], ["arrivals.id"], name=op.f("drafts_arrival_key_lives")),
        sa.PrimaryKeyConstraint("token", name=op.f("drafts_pk")),
    )
    for column in ("person_key", "ticket_key", "saved_at"):
        op.create_index(op.f(f"drafts_{column}"), "drafts", [column])
    op.create_table(
        "draft_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_token", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=127), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft_token"], ["drafts.token"], name=op.f("draft_files_draft_token_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("draft_files_pk")),
    )
    op.create_index(op.f("draft_files_draft_token"), "draft_files", ["draft_token"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
