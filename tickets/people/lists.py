"""Lists: how one is found by what people call it."""

from sqlmodel import Session, select

from tickets.database.models import MailingList
from tickets.errors import NotFound

LONGEST_NAME = 29  # leaves room for a token: a local part has 64 octets (RFC 5321 4.5.3.1.1)


def list_called(session: Session, text: str) -> MailingList | None:
    """The list of this name, address or prefix, in upper or lower case; None if there is none."""
    wanted = text.strip().casefold()
    for mailing_list in session.exec(select(MailingList)):
        if wanted in (mailing_list.name.casefold(), mailing_list.address, mailing_list.prefix.casefold()):
            return mailing_list
    return None


def find_list(session: Session, text: str) -> MailingList:
    """The list of this name, address or prefix, for whoever types it. Raises NotFound."""
    if mailing_list := list_called(session, text):
        return mailing_list
    raise NotFound(f"No list is called {text!r}; `dialogportal list list` shows them")
