"""Tickets: the commands that do to a ticket what a lawyer does by mail; the same acts, told by the same letters."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from sqlmodel import Session

from dialogportal.entrance import AsJson, Config
from dialogportal.facts import showing
from dialogportal.opening import house_to_write
from dialogportal.printing import print_facts, say
from tickets import links
from tickets.acts import assigning, correcting, describing, joining, noting, opening, parting, statuses
from tickets.acts.acting import Hand
from tickets.conversations import lookup
from tickets.database.models import MailingList, Person, Ticket, Visibility, Way
from tickets.database.store import system_clock
from tickets.errors import BadInput
from tickets.people import lists, persons
from tickets.portal import Portal
from tickets.undoing import inverses

Name = Annotated[str, typer.Argument(metavar="TICKET", help="As in DB-42.")]
By = Annotated[str | None, typer.Option("--by", metavar="EMAIL", help="Who does it; nobody: the operator.")]


@dataclass(frozen=True)
class Grip:
    """A ticket in whoever's hand, within a transaction."""

    session: Session
    portal: Portal
    mailing_list: MailingList
    ticket: Ticket
    hand: Hand


@contextmanager
def grip(config: Any, name: str, by: str | None) -> Iterator[Grip]:
    """Raises BadInput and NotFound where there is no such ticket, or nobody with that address."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        mailing_list, ticket = showing.find_ticket(session, name)
        person = persons.get_person(session, by) if by else None
        hand = Hand(person, system_clock(), Way.SHELL)
        yield Grip(session, opened.settings.portal, mailing_list, ticket, hand)


def _act_on(config: Any, name: str, by: str | None, json_: bool, act: Callable[[Grip], object]) -> None:
    """Do something to a ticket, and tell how it stands then."""
    with grip(config, name, by) as gripped:
        done = act(gripped)
        is_asked = isinstance(done, list)
        facts = _describe(gripped.session, gripped.ticket) | {"waits_for_askers": is_asked, "changed": done is not None}
    if json_:
        print_facts(facts)
    elif is_asked:
        say(f"{facts['number']}: those who asked it are asked first, for others would see it")
    else:
        topics = f", about {', '.join(facts['topics'])}" if facts["topics"] else ""
        whose = f", {facts['assignee']} has it" if facts["assignee"] else ""
        say(f"{facts['number']} is {facts['status']}, {facts['visibility']}{whose}{topics}")


def _describe(session: Session, ticket: Ticket) -> dict[str, Any]:
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    assignee = session.get(Person, ticket.assignee_key) if ticket.assignee_key else None
    return {
        "number": links.ticket_name(mailing_list, ticket),
        "status": ticket.status,
        "visibility": ticket.visibility,
        "assignee": assignee.email if assignee else None,
        "pending_until": ticket.pending_until.isoformat() if ticket.pending_until else None,
        "topics": ticket.topics,
    }


def take(name: Name, by: By = None, config: Config = None, json_: AsJson = False) -> None:
    """Make a ticket that of the lawyer who is named by --by."""
    if by is None:
        raise BadInput("Say who takes it: --by EMAIL")
    _act_on(config, name, by, json_, lambda gripped: assigning.take(gripped.session, gripped.ticket, gripped.hand))


def assign(name: Name, lawyer: str, by: By = None, config: Config = None, json_: AsJson = False) -> None:
    """Make a ticket that of a lawyer of its list, who gets it by letter."""

    def act(gripped: Grip) -> object:
        person = assigning.lawyer_called(gripped.session, gripped.ticket, lawyer)
        return assigning.assign(gripped.session, gripped.ticket, person, gripped.hand)

    _act_on(config, name, by, json_, act)


def note(
    name: Name,
    text: Annotated[str, typer.Argument(help="The words, or - to read them.")] = "-",
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Write a note for the list's lawyers alone."""
    said = sys.stdin.read() if text == "-" else text
    _act_on(
        config,
        name,
        by,
        json_,
        lambda gripped: noting.add_note(gripped.session, gripped.portal, gripped.ticket, said, gripped.hand),
    )


def correct(
    name: Name,
    text: Annotated[str, typer.Argument(help="The whole answer as it should read, or - to read it.")] = "-",
    short: Annotated[str, typer.Option("--short", metavar="ANSWER", help="The same in one line.")] = "",
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Let a new answer hold in place of the newest."""
    if by is None:
        raise BadInput("Say who answers: --by EMAIL")
    said = sys.stdin.read() if text == "-" else text

    def act(gripped: Grip) -> object:
        return correcting.add_correction(gripped.session, gripped.portal, gripped.ticket, said, short, gripped.hand)

    _act_on(config, name, by, json_, act)


def close(name: Name, by: By = None, config: Config = None, json_: AsJson = False) -> None:
    """Close a ticket, answered or not."""
    _act_on(config, name, by, json_, lambda gripped: statuses.close(gripped.session, gripped.ticket, gripped.hand))


def reopen(name: Name, by: By = None, config: Config = None, json_: AsJson = False) -> None:
    """Let a ticket wait for an answer again."""
    _act_on(config, name, by, json_, lambda gripped: statuses.reopen(gripped.session, gripped.ticket, gripped.hand))


def pending(
    name: Name,
    days: Annotated[int | None, typer.Option(min=1, max=400, help="For so many days.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Until that day (2026-12-01).")] = None,
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Lay a ticket aside for some days, until a day, or until somebody writes."""

    def act(gripped: Grip) -> object:
        day = _read_day(until) if until else None
        if days is not None:
            day = gripped.portal.local(gripped.hand.at).date() + timedelta(days=days)
        at = statuses.morning_of(gripped.portal, day) if day else None
        return statuses.put_off(gripped.session, gripped.ticket, at, gripped.hand)

    _act_on(config, name, by, json_, act)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no day; write it as 2026-12-01") from error


def topics(
    name: Name,
    words: Annotated[list[str] | None, typer.Argument(help="None takes all away.")] = None,
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Say what a ticket is about."""
    _act_on(
        config,
        name,
        by,
        json_,
        lambda gripped: describing.set_topics(gripped.session, gripped.ticket, words or [], gripped.hand),
    )


def short(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="ANSWER", help="In one line; nothing takes it away.")] = "",
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Tell the answer to a ticket in one line."""
    _act_on(
        config, name, by, json_, lambda gripped: describing.shorten(gripped.session, gripped.ticket, text, gripped.hand)
    )


def merge(
    name: Name,
    into: Annotated[str, typer.Argument(metavar="TICKET", help="What it becomes part of.")],
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make a ticket part of another; its number leads there."""
    with grip(config, name, by) as gripped:
        _, target = showing.find_ticket(gripped.session, into)
        joining.merge(gripped.session, gripped.portal, gripped.ticket, target, gripped.hand)
        facts = _describe(gripped.session, target)
    _print_outcome(facts, json_, f"{name.strip().upper()} is part of {facts['number']} now")


def split(
    name: Name,
    message: Annotated[str, typer.Argument(help="A message of it: the end of its page's address, or its Message-ID.")],
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make a message a ticket of its own, with all that answers it."""
    with grip(config, name, by) as gripped:
        found = lookup.message_of(gripped.session, gripped.ticket, message)
        ticket, _ = parting.split(gripped.session, gripped.portal, found, gripped.hand)
        facts = _describe(gripped.session, ticket)
    _print_outcome(facts, json_, f"It is {facts['number']} now")


def move(
    name: Name,
    list_: Annotated[str, typer.Argument(metavar="LIST")],
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Move a ticket to another list; if others would see it there, those who asked it are asked first."""

    def act(gripped: Grip) -> object:
        target = lists.find_list(gripped.session, list_)
        return opening.move(gripped.session, gripped.portal, gripped.ticket, target, gripped.hand)

    _act_on(config, name, by, json_, act)


def visibility(name: Name, wanted: Visibility, by: By = None, config: Config = None, json_: AsJson = False) -> None:
    """Let fewer see a ticket at once, or more when those who asked it allow it."""
    _act_on(
        config, name, by, json_,
        lambda gripped: opening.change_visibility(gripped.session, gripped.ticket, wanted, gripped.hand),
    )  # fmt: skip


def undo(name: Name, by: By = None, config: Config = None, json_: AsJson = False) -> None:
    """Undo what was done last; with --by, what that person did."""
    _act_on(
        config,
        name,
        by,
        json_,
        lambda gripped: inverses.undo_last(gripped.session, gripped.portal, gripped.ticket, gripped.hand),
    )


def _print_outcome(facts: dict[str, Any], json_: bool, sentence: str) -> None:
    if json_:
        print_facts(facts)
    else:
        say(sentence)
