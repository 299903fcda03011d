"""A person may have other addresses, and two may be merged; an address has one spelling, its domain in A-labels"""

import sqlalchemy as sa
from alembic import op

from tickets.alignment import normal_address

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PEOPLE = sa.table("people", sa.column("id", sa.Integer), sa.column("email", sa.String))


def upgrade() -> None:
    op.create_table(
        "other_addresses",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("other_addresses_person_key_lives")),
        sa.PrimaryKeyConstraint("email", name=op.f("other_addresses_pk")),
    )
    op.create_index("other_addresses_person_key", "other_addresses", ["person_key"])
    op.create_table(
        "merged_people",
        sa.Column("former_key", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["former_key"], ["people.id"], name=op.f("merged_people_former_key_lives")),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("merged_people_person_key_lives")),
        sa.PrimaryKeyConstraint("former_key", name=op.f("merged_people_pk")),
    )
    op.create_index("merged_people_person_key", "merged_people", ["person_key"])
    _spell_alike()


def _spell_alike() -> None:
    """Write addresses anew whose one spelling nobody has; of two spellings of one, the other stays for a merge."""
    connection = op.get_bind()
    people = list(connection.execute(sa.select(PEOPLE.c.id, PEOPLE.c.email).order_by(PEOPLE.c.id)))
    taken = {email for _, email in people}
    for key, email in people:
        normal = normal_address(email)
        if not email.rpartition("@")[2].isascii() and "@" in email and normal not in taken:
            connection.execute(PEOPLE.update().where(PEOPLE.c.id == key).values(email=normal))
            taken.add(normal)


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
