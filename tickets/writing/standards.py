"""Standards: what the lawyers of a list answer again and again, with places that are filled in for each ticket."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from tickets.database.models import Person, StandardAnswer
from tickets.errors import NotFound

LONGEST_TITLE, LONGEST_TEXT, MOST = 120, 20_000, 200
PLACE = re.compile(r"\{([^\W\d_]{1,20})\}")
PLACES = {  # what may stand in braces, in Danish and in English
    "spørger": "asker", "asker": "asker", "sag": "case", "case": "case", "emne": "subject", "subject": "subject",
    "jurist": "lawyer", "lawyer": "lawyer", "dato": "date", "date": "date",
}  # fmt: skip


def find(session: Session, list_key: int, words: str = "") -> list[StandardAnswer]:
    """The standard answers of a list in which all these words stand, by their titles."""
    found = session.exec(select(StandardAnswer).where(StandardAnswer.mailing_list_key == list_key))
    wanted = words.casefold().split()
    holding = [one for one in found if all(word in f"{one.title}\n{one.text}".casefold() for word in wanted)]
    return sorted(holding, key=lambda one: one.title.casefold())


def named(session: Session, list_key: int, key: int) -> StandardAnswer:
    """The standard answer with this key. Raises NotFound, also for another list's."""
    found = session.get(StandardAnswer, key)
    if found is None or found.mailing_list_key != list_key:
        raise NotFound(f"standard {key}")
    return found


def save(
    session: Session, list_key: int, title: str, text: str, person: Person, now: datetime, key: int = 0
) -> StandardAnswer:
    """Keep a standard answer, a new one or in the place of the one with this key. Raises NotFound."""
    new = StandardAnswer(mailing_list_key=list_key, title="", changed_by_key=person.key, changed_at=now)
    row = named(session, list_key, key) if key else new
    row.title, row.text = title[:LONGEST_TITLE], text[:LONGEST_TEXT]
    row.changed_by_key, row.changed_at = person.key, now
    session.add(row)
    session.flush()
    return row


def remove(session: Session, list_key: int, key: int) -> None:
    """Keep a standard answer no longer. Raises NotFound."""
    session.delete(named(session, list_key, key))
    session.flush()


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its places filled in; what is no place, or has no value, stays for its writer to see."""
    return PLACE.sub(lambda found: values.get(PLACES.get(found[1].casefold(), ""), "") or found[0], text)
