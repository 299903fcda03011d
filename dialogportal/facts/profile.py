"""The profile: what an operator sees of one person, to find out why they get no letters, or too many.

Nothing in it tells what the person asked anonymously.
"""

from typing import Any

from rich.console import Console
from sqlmodel import Session, col, select

from dialogportal.facts.tracing import letters_to, local, print_letters, tells_of_no_asker, told_time
from dialogportal.printing import plain
from tickets.database.models import Bounce, Delivery, MailingList, Organisation, Person, Role, Subscription
from tickets.people import appointments, merging, subscriptions
from tickets.portal import Portal

MOST = 10  # letters, and bounces; the newest


def describe(session: Session, person: Person) -> dict[str, Any]:
    """What `person --json` prints of a person."""
    organisation = session.get(Organisation, person.organisation_key) if person.organisation_key else None
    return {
        "email": person.email,
        "name": person.name,
        "other_addresses": merging.addresses_of(session, person),
        "organisation": organisation.name if organisation else None,
        "standing": _standing(person, organisation),
        "language": person.language,
        "joined_at": told_time(person.joined_at),
        "administrator": appointments.is_administrator(session, person),
        "lists": [_describe_list(session, person, one) for one in session.exec(_all_lists())],
        "letters": letters_to(session, person.email, MOST),
        "bounces": _bounces_of(session, person),
    }


def _standing(person: Person, organisation: Organisation | None) -> str:
    """Why this person is let in, or why not."""
    if person.is_guest:
        return "guest"
    if organisation is None:
        return "stranger"
    return "member" if organisation.is_approved else "of an organisation that is closed"


def _all_lists() -> Any:
    return select(MailingList).order_by(MailingList.name)


def _describe_list(session: Session, person: Person, mailing_list: MailingList) -> dict[str, Any]:
    """The person's role, subscription and score on one list."""
    subscription = session.get(Subscription, (person.id, mailing_list.id))
    roles = appointments.roles_of(session, person, mailing_list) - {Role.MEMBER}
    return {
        "list": mailing_list.name,
        "member": subscriptions.is_member(session, person, mailing_list),
        "roles": sorted(roles),
        "mode": subscriptions.mode_of(session, person, mailing_list),
        "since": told_time(subscription.since) if subscription else None,
        "bounce_score": subscription.bounce_score if subscription else 0.0,
        "bounced_at": told_time(subscription.bounced_at) if subscription else None,
        "warned_at": told_time(subscription.warned_at) if subscription else None,
        "paused_at": told_time(subscription.paused_at) if subscription else None,
    }


def _bounces_of(session: Session, person: Person) -> list[dict[str, Any]]:
    query = (
        select(Bounce, Delivery)
        .join(Delivery, col(Delivery.id) == col(Bounce.delivery_key))
        .where(Bounce.person_key == person.id, tells_of_no_asker(person))
        .order_by(col(Bounce.id).desc())
        .limit(MOST)
    )
    return [
        {
            "received_at": told_time(bounce.received_at),
            "kind": bounce.kind,
            "status": bounce.status,
            "letter": delivery.kind,
            "recipient": delivery.recipient,
        }
        for bounce, delivery in session.exec(query)
    ]


# -- printing --------------------------------------------------------------------------


def print_profile(console: Console, facts: dict[str, Any], portal: Portal) -> None:
    """Print the facts of `describe` for people."""
    console.print(f"[bold]{plain(facts['name'] or facts['email'])}[/]", highlight=False, soft_wrap=True)
    rows = {
        "address": facts["email"],
        "other addresses": ", ".join(facts["other_addresses"]),
        "organisation": facts["organisation"],
        "standing": facts["standing"],
        "language": facts["language"],
        "here since": local(portal, facts["joined_at"]),
        "administrator": "yes" if facts["administrator"] else "",
    }
    for name, value in rows.items():
        if value:
            _print(console, f"  {name}: {value}")
    for one in facts["lists"]:
        _print(console, f"  {one['list']}: {_told_of_list(one, portal)}")
    if facts["letters"]:
        console.print("[bold]last letters[/]")
        print_letters(console, facts["letters"], portal)
    if facts["bounces"]:
        console.print("[bold]what came back[/]")
    for one in facts["bounces"]:
        told = f"{local(portal, one['received_at'])} {one['letter']} to {one['recipient']}: {one['kind']}"
        _print(console, f"  {told} {one['status']}".rstrip())


def _told_of_list(one: dict[str, Any], portal: Portal) -> str:
    words = ["a member" if one["member"] else "no member", *one["roles"], f"mode {one['mode']}"]
    if one["paused_at"]:
        words.append(f"letters are paused since {local(portal, one['paused_at'])}")
    elif one["warned_at"]:
        words.append(f"warned of a pause {local(portal, one['warned_at'])}")
    elif one["bounced_at"]:
        words.append(f"a letter came back {local(portal, one['bounced_at'])}")
    return ", ".join(words)


def _print(console: Console, line: str) -> None:
    console.print(plain(line), highlight=False, soft_wrap=True)
