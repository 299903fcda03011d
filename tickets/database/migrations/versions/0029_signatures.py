"""A message has its signature and its quoted history apart, and the lines of its text in which its author takes leave

What was filed before is parted by its own words, not read anew: up to the first line that is surely older mail, what was
folded away is the signature.
"""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

from tickets.text.greetings import GREETING, begins_closing

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

PAGE = 500
MOST_LINES = 40  # of a signature or a sign-off
OLDER = re.compile(
    r"\s*>|[\s>*_]{0,10}(?:fra|til|cc|kopi|bcc|sendt|from|to|sent|afsender|modtager)\s?\*{0,2}:"
    r"|.{0,200}\b(?:skrev|skriver|wrote|writes|schrieb)\b.{0,200}:\s*$|-{3,}|_{5,}",
    re.IGNORECASE,
)
INITIALS = re.compile(r"\s*[-/]{0,2}[A-ZÆØÅ]{1,4}\.?\s*$")
BESIDE = re.compile(r"[|·•●]")
REACHED = re.compile(r"@|\d\d[ .]?\d\d[ .]?\d\d[ .]?\d\d|www\.")


def upgrade() -> None:
    for name, key in (("messages", "id"), ("unmasked", "message_key")):
        for column in ("signature", "sign_off"):
            op.add_column(name, sa.Column(column, sa.Text(), nullable=False, server_default=sa.text("''")))
        columns = [sa.column(one, sa.Text) for one in ("text", "quoted", "signature", "sign_off")]
        _part(sa.table(name, sa.column(key, sa.Integer), *columns), key)


def _part(table: sa.TableClause, key: str) -> None:
    connection = op.get_bind()
    query = sa.select(table.c[key], table.c.text, table.c.quoted).order_by(table.c[key]).limit(PAGE)
    rows = connection.execute(query).all()
    while rows:
        for number, text, quoted in rows:
            if parted := _parts(text, quoted):
                connection.execute(table.update().where(table.c[key] == number).values(**parted))
        rows = connection.execute(query.where(table.c[key] > rows[-1][0])).all()


def _parts(text: str, quoted: str) -> dict[str, Any]:
    """What of a message changes."""
    changed = {}
    if sign_off := _sign_off(text[:100_000]):
        changed["sign_off"] = sign_off
    lines = quoted.split("\n")
    end = next((number for number, line in enumerate(lines[:MOST_LINES]) if OLDER.match(line)), MOST_LINES)
    if signature := "\n".join(lines[:end]).strip("\n"):
        changed |= {"signature": signature, "quoted": "\n".join(lines[end:]).strip("\n")}
    return changed


def _sign_off(text: str) -> str:
    whole = text.strip("\n").split("\n")
    if GREETING.match(whole[0]) and len(whole[0].split()) <= 6 and any(map(str.strip, whole[1:])):
        whole = "\n".join(whole[1:]).lstrip("\n").split("\n")
    lines = whole
    for number in range(len(lines) - 1, max(0, len(lines) - MOST_LINES - 1), -1):
        is_leave = begins_closing(lines[number]) or lines[number].strip() == "--"
        if is_leave and any(map(str.strip, lines[:number])):
            lines = lines[:number]
    kept = len(lines)
    while kept > 1 and (not lines[kept - 1].strip() or _is_signed(lines[kept - 1])):
        kept -= 1
    return "\n".join(whole[kept:]).strip("\n")


def _is_signed(line: str) -> bool:
    return INITIALS.match(line) is not None or (
        len(BESIDE.findall(line[:300])) >= 3 and REACHED.search(line) is not None
    )


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
