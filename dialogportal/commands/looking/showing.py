"""Showing: the commands that show a ticket, a mail, a person, and what is held."""

import sys
from typing import Annotated, Any

import typer
from sqlmodel import Session

from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.facts import profile, showing, tracing
from dialogportal.printing import console, print_facts
from tickets import links
from tickets.conversations import conversation
from tickets.conversations.conversation import Byline
from tickets.database.models import MailingList, Organisation, Person, Ticket
from tickets.errors import NotFound
from tickets.moderation import holding
from tickets.people import persons
from tickets.people.sight import sight_of


def show(
    what: Annotated[
        str, typer.Argument(metavar="TICKET|NUMBER", help="A ticket (DB-42), or the number of a mail (17).")
    ],
    raw: Annotated[
        bool, typer.Option("--raw", help="Of a mail, the whole message: to a file or a program as it came.")
    ] = False,
    as_: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="A ticket as this person reads it.")] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Show a ticket with its thread, people and deliveries; or a mail: what became of it, and what is odd about it."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        portal = opened.settings.portal
        is_arrival = what.strip().isdecimal()
        if raw and not json_ and is_arrival and not sys.stdout.isatty():
            sys.stdout.buffer.write(tracing.octets_of(session, int(what)))
            return
        if as_:
            facts = describe_ticket_as(session, *showing.find_ticket(session, what), persons.get_person(session, as_))
        elif is_arrival:
            facts = tracing.describe_whole(session, int(what), portal, with_raw=raw)
        else:
            facts = showing.describe_ticket(session, *showing.find_ticket(session, what))
    if json_:
        print_facts(facts)
    elif is_arrival:
        tracing.print_whole(console, facts, portal)
    else:
        showing.print_ticket(console, facts, portal)


def person_show(email: str, config: Config = None, json_: AsJson = False) -> None:
    """Show a person: organisation, roles, what they get or why not, their last letters and what came back."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts = profile.describe(session, persons.get_person(session, email))
    if json_:
        print_facts(facts)
    else:
        profile.print_profile(console, facts, opened.settings.portal)


def trace(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="An address, a Message-ID, a ticket (DB-42) or a number (17).")
    ],
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """What became of a mail: when it came, what was decided and why, its ticket, and how its letters fared."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts = tracing.follow(session, what)
        if json_:
            print_facts(facts)
        else:
            tracing.print_trace(console, facts, opened.settings.portal)


def held(config: Config = None, json_: AsJson = False) -> None:
    """Show what is held or quarantined, and why."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        asked = holding.all_that_wait_for_authors(session)
        facts = [
            showing.describe_arrival(one) | {"waits_for_sender": one.id in asked}
            for one in (*holding.held(session), *holding.quarantined(session))
        ]
    if json_:
        print_facts(facts)
    else:
        showing.print_held(console, facts, opened.settings.portal)


def describe_ticket_as(session: Session, mailing_list: MailingList, ticket: Ticket, person: Person) -> dict[str, Any]:
    """The ticket as this person reads it. Raises NotFound if they do not."""
    sight = sight_of(session, person)
    if not sight.of_ticket(ticket):
        raise NotFound(f"{person.email} sees nothing of {links.ticket_name(mailing_list, ticket)}")
    asker = session.get_one(Person, ticket.asker_key)
    organisation = session.get(Organisation, asker.organisation_key) if asker.organisation_key else None
    nodes = [placed.node for placed in conversation.lay_out(conversation.thread_of(session, sight, ticket))]
    return {
        "number": links.ticket_name(mailing_list, ticket),
        "status": ticket.status,
        "subject": ticket.subject,
        "visibility": ticket.visibility,
        "asker": _told(conversation.byline_of_asker(sight, ticket, asker, organisation)),
        "paused": [],
        "messages": [
            {
                "message_id": node.message.own_id,
                "author": _told(node.author),
                "kind": node.message.kind,
                "sent_at": node.message.sent_at.isoformat(),
                "text": node.shown.text,
                "files": [file.name for file in node.shown.files],
            }
            for node in nodes
        ],
        "history": [],
        "deliveries": [],
    }


def _told(byline: Byline) -> str:
    return ", ".join(filter(None, (byline.name, byline.organisation))) or "somebody who is not named"
