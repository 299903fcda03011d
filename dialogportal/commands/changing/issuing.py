"""Issuing: the commands that make a digest or a link to log in when somebody wants it now."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from dialogportal.commands.changing.people import somebody_known
from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.opening import house_to_write
from dialogportal.printing import counted, print_facts, say, warn
from mailer.letters.digests.timetable import last_due, make_digest, preview
from tickets import links
from tickets.database.store import system_clock
from tickets.errors import BadInput
from tickets.people import lists, logins


def digest(
    list_: Annotated[str, typer.Argument(metavar="LIST")],
    now: Annotated[str | None, typer.Option(help="As if it were this time (ISO 8601).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the letter; send nothing.")] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make and send the digest that is due."""
    at = read_moment(now)
    if dry_run:
        with house_to_read(config, json_) as opened, opened.store.reading() as session:
            say(preview(session, opened.settings.portal, lists.find_list(session, list_), at))
        return
    with house_to_write(config) as opened:
        portal, signer = opened.settings.portal, opened.signer
        with opened.store.transaction() as session:
            mailing_list = lists.find_list(session, list_)
            due = last_due(portal, mailing_list, at)
            made = make_digest(session, portal, signer, mailing_list, due, system_clock())
        is_early = made is not None and due > system_clock()
        told = f"{portal.local(due):%Y-%m-%d %H:%M}"
    if is_early:
        warn(f"That digest is due in the future: its week is used up, and on {told} there will be none.")
    if json_:
        print_facts({"due": due.isoformat(), "made": made is not None, "items": made.items if made else 0})
    elif made is None:
        say(f"The digest of {told} was made before.")
    elif not made.items:
        say(f"The digest of {told} has nothing to tell, and is not sent.")
    else:
        say(f"The digest of {told} tells of {counted(made.items, 'item')}; the portal sends it.")


def login_link(email: str, config: Config = None, json_: AsJson = False) -> None:
    """Print a link that logs this person in, once, within 15 minutes."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        secret = logins.make_login_link(session, somebody_known(session, email), system_clock())
    link = links.login_url(opened.settings.portal, secret)
    if json_:
        print_facts({"email": email, "link": link, "minutes": int(logins.LINK_LIFETIME.total_seconds() // 60)})
    else:
        say(link)


def read_moment(text: str | None) -> datetime:
    """A moment as it was typed, aware; now, if none was."""
    if text is None:
        return system_clock()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no time; write it as 2026-11-23T08:00+01:00") from error
    return (at if at.tzinfo else at.astimezone()).astimezone(UTC)
