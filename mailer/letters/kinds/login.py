"""The login link and its code: ways into the archive, to be spent once by their reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import AT, Sample
from tickets import links
from tickets.database.models import Event, EventKind, LetterKind, Person, Urgency
from tickets.people import logins


@dataclass(frozen=True)
class LoginView(View):
    """What its template reads."""

    link: str
    expires_at: datetime
    code: str = ""  # for the browser in which it was asked for


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """A link to the page that was wanted, for whoever asked, and a code where a browser waits for one."""
    person = session.get(Person, event.person_key)
    if person is None:
        return
    path = logins.take_aim(session, person, event.happened_at)
    link = links.login_url(means.portal, logins.make_login_link(session, person, now, path))
    code = logins.make_code(session, person, event.happened_at, now)
    view = LoginView(link, now + logins.LINK_LIFETIME, code)
    yield for_one(draft_notice(means, LetterKind.LOGIN, None, view), person)


LETTERS = (
    Declaration(
        LetterKind.LOGIN,
        (Sample(LoginView("https://portal.example.dk/login/7gq2", AT + logins.LINK_LIFETIME, "082641")),),
        (EventKind.LOGIN_ASKED,),
        write,
        Urgency.LOGIN,
        is_secret=True,
    ),
)
