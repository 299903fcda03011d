"""Searching: the command that finds what was written."""

from typing import Annotated, Any

import typer
from sqlmodel import Session, select

from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.house import house_behind
from dialogportal.printing import counted, print_facts, print_table, say, warn
from tickets import links
from tickets.database.models import MailingList
from tickets.errors import BadInput
from tickets.people import persons
from tickets.people.sight import LAWYER, Sight, sight_of
from tickets.search.searching import Results


def search(
    words: list[str],
    as_: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="As this person sees it.")] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Search the archive, as one person or as the lists' lawyers see it."""
    if not "".join(words).strip():
        raise BadInput("Say what to search for, as in `dialogportal search aktindsigt`")
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        index = house_behind(opened).search
        sight = sight_of(session, persons.get_person(session, as_)) if as_ else all_seeing(session)
        facts = describe_hits(session, index.find(session, sight, " ".join(words)))
        behind = index.lag(session)
    if behind:
        warn(f"The index has yet to take {counted(behind, 'event')}: the portal does, or `dialogportal reindex`")
    if json_:
        print_facts(facts)
    elif not facts:
        say("Nothing is found.")
    else:
        print_table("Ticket", "Subject", "", rows=[(one["ticket"], one["subject"], one["excerpt"]) for one in facts])


def describe_hits(session: Session, results: Results) -> list[dict[str, Any]]:
    """What `search --json` prints of each hit, best first: published answers have a page and no ticket."""
    published = [
        {
            "ticket": "",
            "page": links.publication_path(hit.publication),
            "subject": hit.publication.subject,
            "excerpt": str(hit.excerpt),
        }
        for hit in results.published
    ]
    return published + [
        {
            "ticket": links.ticket_name(session.get_one(MailingList, hit.ticket.mailing_list_key), hit.ticket),
            "message_id": hit.message.own_id,
            "subject": hit.ticket.subject,
            "excerpt": str(hit.excerpt),
            "score": round(hit.score, 3),
        }
        for hit in results.hits
    ]


def all_seeing(session: Session) -> Sight:
    """What the operator sees, who has the database anyway: everything."""
    keys = frozenset(row.key for row in session.exec(select(MailingList)))
    return Sight(None, {LAWYER: keys})
