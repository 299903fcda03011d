"""Mail in which CPR numbers stand waits for its author's word, and goes on without the numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("arrival_key", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["arrival_key"], ["arrivals.id"], name=op.f("proposals_arrival_key_lives")),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("proposals_person_key_lives")),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("proposals_mailing_list_key_lives")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("proposals_pk")),
        sa.UniqueConstraint("arrival_key", "kind", name=op.f("proposals_arrival_key_kind_once")),
    )
    op.create_index(op.f("proposals_person_key"), "proposals", ["person_key"])
    op.create_index(op.f("proposals_expires_at"), "proposals", ["expires_at"])
    op.create_table(
        "redactions",
        sa.Column("original_key", sa.String(length=64), nullable=False),
        sa.Column("redacted_key", sa.String(length=64), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["original_key"], ["contents.sha256"], name=op.f("redactions_original_key_lives")),
        sa.ForeignKeyConstraint(["redacted_key"], ["contents.sha256"], name=op.f("redactions_redacted_key_lives")),
        sa.PrimaryKeyConstraint("original_key", name=op.f("redactions_pk")),
    )
    op.create_index(op.f("redactions_found_at"), "redactions", ["found_at"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
