"""Who reads mail on another device logs in by six digits; and sees in which browsers they are logged in"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("login_codes_person_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("login_codes_pk")),
    )
    op.create_index(op.f("login_codes_person_key"), "login_codes", ["person_key"])
    op.create_index(op.f("login_codes_browser_hash"), "login_codes", ["browser_hash"])
    with op.batch_alter_table("web_sessions") as batch:
        batch.add_column(sa.Column("browser", sa.String(length=60), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
