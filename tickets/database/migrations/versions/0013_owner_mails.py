"""What members write to those who run a list goes to them as mail: kept until the letter is owed"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "owner_mails",
        sa.Column("arrival_key", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["arrival_key"], ["arrivals.id"], name=op.f("owner_mails_arrival_key_lives")),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("owner_mails_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("owner_mails_person_key_lives")),
        sa.PrimaryKeyConstraint("arrival_key", name=op.f("owner_mails_pk")),
    )
