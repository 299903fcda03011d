"""Deliveries refer to what they are owed about, and kinds may be called by longer words"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WIDENED = (
    "acts", "bounces", "consents", "events", "letters", "messages", "organisations", "proposals", "tickets",
)  # fmt: skip
NUMBERED_ONCE = {"acts", "events", "deliveries"}
CAUSES: Mapping[str, tuple[str, sa.Integer | sa.String]] = {
    "event_key": ("events.id", sa.Integer()),
    "digest_key": ("digests.id", sa.Integer()),
    "proposal_key": ("proposals.id", sa.Integer()),
    "report_day": ("daily_reports.day", sa.String(10)),
}
# Of what a round told lawyers of several lists only the author's own letter is named after one proposal
NAMED = (
    "UPDATE deliveries SET event_key = CAST(substr(cause, 7) AS INTEGER) WHERE cause LIKE 'event-%'",
    "UPDATE deliveries SET digest_key = CAST(substr(cause, 8) AS INTEGER) WHERE cause LIKE 'digest-%'",
    "UPDATE deliveries SET proposal_key = CAST(substr(cause, 9) AS INTEGER) WHERE cause LIKE 'several-%' "
    "AND cause NOT LIKE 'several-%-%'",
    "UPDATE deliveries SET report_day = substr(cause, 7) WHERE cause LIKE 'daily-%'",
)


def upgrade() -> None:
    for column, (_, kind) in CAUSES.items():
        op.add_column("deliveries", sa.Column(column, kind, nullable=True))
    for statement in NAMED:
        op.execute(statement)
    for column, (place, _) in CAUSES.items():
        table, _, key = place.partition(".")
        op.execute(f"UPDATE deliveries SET {column} = NULL WHERE {column} NOT IN (SELECT {key} FROM {table})")
    _refer()
    for column in CAUSES:
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"deliveries_{column}_once", "deliveries", [column, "kind", "person_key"],
            unique=True, sqlite_where=known, postgresql_where=known,
        )  # fmt: skip
    for name in WIDENED:
        with op.batch_alter_table(name, table_kwargs=_kept(name)) as batch:
            _widen(batch)


def _refer() -> None:
    with op.batch_alter_table("deliveries", table_kwargs=_kept("deliveries")) as batch:
        for column, (place, _) in CAUSES.items():
            table, _, key = place.partition(".")
            batch.create_foreign_key(op.f(f"deliveries_{column}_lives"), table, [column], [key])
        batch.drop_constraint(op.f("deliveries_cause_kind_person_key_once"), type_="unique")
        batch.drop_column("cause")
        _widen(batch)


def _widen(batch: BatchOperations) -> None:
    batch.alter_column("kind", type_=sa.String(32), existing_type=sa.String(16), existing_nullable=False)


def _kept(name: str) -> dict[str, bool]:
    """What SQLite would forget of a table that is made anew."""
    return {"sqlite_autoincrement": True} if name in NUMBERED_ONCE else {}


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
