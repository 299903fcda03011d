"""Lists: their settings, changed by an administrator."""

from typing import Any

from sqlmodel import Session

from tickets.acts.acting import Hand
from tickets.administration.changes import note
from tickets.administration.people import known_language
from tickets.database.models import ChangeKind, MailingList
from tickets.people import registry


def add(session: Session, hand: Hand, mailing_list: MailingList) -> MailingList:
    """Enter a list whose address was checked. Raises Conflict if name, address or prefix are taken."""
    registry.add_list(session, mailing_list)
    note(session, hand, ChangeKind.LIST_ADDED, name=mailing_list.name)
    return mailing_list


def change(session: Session, hand: Hand, mailing_list: MailingList, **settings: Any) -> dict[str, list[Any]]:
    """Give a list's settings these values, named as their columns; what each was and is, of those that changed.

    Raises Conflict for a name that is another's, and BadInput.
    """
    before = {name: getattr(mailing_list, name) for name in settings}
    if "name" in settings and settings["name"] != mailing_list.name:
        registry.rename_list(session, mailing_list, settings["name"])
    if "language" in settings:
        known_language(settings["language"])
    for name, value in settings.items():
        if name != "name":
            setattr(mailing_list, name, value)
    session.add(mailing_list)
    session.flush()
    after = {name: getattr(mailing_list, name) for name in settings}
    changed = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if changed:
        note(session, hand, ChangeKind.LIST_CHANGED, name=mailing_list.name, changed=changed)
    return changed


def remove(session: Session, hand: Hand, mailing_list: MailingList) -> None:
    """Take a list out that has no tickets. Raises Conflict."""
    name = mailing_list.name
    registry.remove_list(session, mailing_list, hand.at)
    note(session, hand, ChangeKind.LIST_REMOVED, name=name)
