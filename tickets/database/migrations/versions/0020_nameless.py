"""Who is hidden in an anonymous ticket, and by which names, is kept as it was when they wrote"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UNMASKED = sa.table("unmasked", sa.column("message_key", sa.Integer), sa.column("names", sa.JSON))
# The asker's messages, and those of colleagues that are no answers, by where they belong today: it is all that is known
NAMELESS = """
UPDATE messages SET is_nameless = true WHERE id IN (
    SELECT messages.id FROM messages
    JOIN tickets ON tickets.id = messages.ticket_key
    JOIN people AS authors ON authors.id = messages.author_key
    JOIN people AS askers ON askers.id = tickets.asker_key
    WHERE tickets.visibility = 'anonymous' AND (
        authors.id = askers.id OR (messages.kind <> 'answer' AND authors.organisation_key = askers.organisation_key)
    )
)
"""
AUTHORS = """
SELECT unmasked.message_key, people.name, people.email, organisations.id, organisations.name
FROM unmasked
JOIN messages ON messages.id = unmasked.message_key
JOIN people ON people.id = messages.author_key
LEFT JOIN organisations ON organisations.id = people.organisation_key
WHERE messages.is_nameless
"""


def upgrade() -> None:
    connection = op.get_bind()
    op.add_column("messages", sa.Column("is_nameless", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("unmasked", sa.Column("names", sa.JSON(), nullable=True))
    connection.execute(sa.text(NAMELESS))
    domains: dict[int, list[str]] = {}
    for organisation_key, domain in connection.execute(sa.text("SELECT organisation_key, domain FROM mail_domains")):
        domains.setdefault(organisation_key, []).append(domain)
    for key, name, email, organisation_key, organisation in connection.execute(sa.text(AUTHORS)).all():
        told = [["organisation", organisation], ["person", name], ["email", email]]
        told += [["domain", domain] for domain in domains.get(organisation_key, ())]
        names = [pair for pair in told if pair[1]]
        connection.execute(UNMASKED.update().where(UNMASKED.c.message_key == key).values(names=names))


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
