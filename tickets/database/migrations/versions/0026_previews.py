"""How the others would read a mail that waits is a row of its own, found by the mail's Message-ID"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

PROPOSALS = sa.table(
    "proposals", sa.column("id", sa.Integer), sa.column("kind", sa.String), sa.column("findings", sa.JSON)
)


def upgrade() -> None:
    previews = op.create_table(
        "previews",
        sa.Column("proposal_key", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("kept_back", sa.JSON(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("files_before", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_key"], ["proposals.id"], name=op.f("previews_proposal_key_lives")),
        sa.PrimaryKeyConstraint("proposal_key", name=op.f("previews_pk")),
    )
    op.create_index(op.f("previews_message_id"), "previews", ["message_id"])
    connection = op.get_bind()
    shown = connection.execute(sa.select(PROPOSALS).where(PROPOSALS.c.kind == "anonymous")).all()
    for key, _, findings in shown:
        if isinstance(findings, list) and findings:
            connection.execute(previews.insert().values(proposal_key=key, **_preview(findings[0])))
            connection.execute(PROPOSALS.update().where(PROPOSALS.c.id == key).values(findings=[]))


def _preview(found: dict[str, Any]) -> dict[str, Any]:
    """What a finding told of how the others would read it; older ones lack some of it."""
    usual = {
        "message_id": "", "body_digest": "", "number": 0, "subject": "", "text": "", "files": [], "left_out": 0,
        "kept_back": [], "doubts": [], "is_answer": False, "corrects": False, "files_before": 0,
    }  # fmt: skip
    return {
        **{name: found.get(name, value) for name, value in usual.items()},
        "sent_at": datetime.fromisoformat(found["sent_at"]),
    }


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
