"""Asked openly: word to an author who asks unseen what they asked openly before: what others have seen of that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import find_case, find_put_aside
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import AT, LATER, OWNER, PAGE, SUBJECT, Sample
from tickets import links
from tickets.database.models import Event, EventKind, LetterKind
from tickets.numbers.cpr import mask_cpr
from tickets.people.sight import is_closed


@dataclass(frozen=True)
class AskedOpenlyView(View):
    """What its template reads: of the mail, and of the ticket that was open."""

    subject: str
    at: datetime
    name: str
    url: str
    asked_at: datetime
    is_closed: bool  # now: nobody else had been sent it
    owner: str


def _write(session: Session, means: Means, event: Event, _now: datetime) -> Iterator[Owed]:
    aside, case = find_put_aside(session, event), find_case(session, event)
    if aside is None or case is None:
        return
    view = AskedOpenlyView(
        subject=mask_cpr(aside.arrival.subject),
        at=aside.arrival.received_at,
        name=links.ticket_name(aside.mailing_list, case.ticket),
        url=links.message_url(means.portal, case.message),
        asked_at=case.message.sent_at,
        is_closed=is_closed(case.ticket.visibility),
        owner=links.owner_address(aside.mailing_list),
    )
    yield for_one(draft_notice(means, LetterKind.ASKED_OPENLY, aside.mailing_list, view), aside.person)


LETTERS = (
    Declaration(
        LetterKind.ASKED_OPENLY,
        (
            Sample(AskedOpenlyView(SUBJECT, LATER, "DB-42", PAGE, AT, is_closed=True, owner=OWNER), "closed"),
            Sample(AskedOpenlyView(SUBJECT, LATER, "DB-42", PAGE, AT, is_closed=False, owner=OWNER), "known"),
        ),
        (EventKind.ASKED_OPENLY,),
        _write,
    ),
)
