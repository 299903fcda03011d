"""Indexes by which a page of an archive costs the same however large it is"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("tickets_by_change", "tickets", ["kind", "changed_at", "id"])
    op.create_index("tickets_by_change_in_list", "tickets", ["mailing_list_key", "kind", "changed_at", "id"])
    op.create_index("tickets_by_answer", "tickets", ["kind", "answered_at", "id"])
    op.create_index("tickets_counted", "tickets", ["mailing_list_key", "kind", "status", "visibility", "asker_key"])


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
