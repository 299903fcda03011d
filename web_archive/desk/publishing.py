"""Publishing: the draft of a published answer beside what it was made of, to be changed, published or dropped."""

from dataclasses import replace

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from templates.grounds import tell_refusal
from tickets.conversations import conversation
from tickets.database.models import MailingList, MessageKind, Person, Publication, Ticket
from tickets.errors import BadInput, PortalError
from tickets.people.sight import Sight
from tickets.publishing import agreeing, drafting
from tickets.publishing.wording import LONGEST_SHORT, LONGEST_SUBJECT, Wording, wording_of
from web_archive.desk.sitting import case_path, hand_of, on_the_desk
from web_archive.rendering import language, page, reading, the_means

blueprint = Blueprint("publishing", __name__)

LABEL = "/desk/<prefix>-<int(max=999999999):number>/publication"
LONGEST = 60_000  # characters of a question or an answer
MADE_OF = (MessageKind.QUESTION, MessageKind.FOLLOW_UP, MessageKind.ANSWER)


@blueprint.get(LABEL)
def show(prefix: str, number: int) -> str:
    """The draft of a ticket that waits for a word, beside what was written; or that there is none."""
    with reading() as (session, sight):
        _, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
        return _page(session, sight, mailing_list, ticket)


@blueprint.post(LABEL)
def decide(prefix: str, number: int) -> Response | tuple[str, int]:
    """Publish the draft as it was changed, or drop it; where names stand in it again, it is shown once more."""
    means, do = the_means(), request.form.get("do", "")
    with reading() as (session, sight):
        person, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
    if do not in ("publish", "drop"):
        raise BadInput(do)
    try:
        with means.store.transaction() as session:
            is_done = _do(session, session.get_one(Ticket, ticket.key), person, do)
    except PortalError as error:
        return _again(prefix, number, refusal=tell_refusal(language().code, error)), 409
    if not is_done:
        return _again(prefix, number, is_named=True), 422
    return redirect(f"{case_path(mailing_list, ticket)}?done={do}")


def _do(session: Session, ticket: Ticket, person: Person, do: str) -> bool:
    """Whether that was all; False where the draft has to be looked at once more. Raises PortalError."""
    publication, hand = _waiting(session, ticket), hand_of(person)
    if do == "drop":
        drafting.keep(session, publication, hand)
        return True
    edited = _edited(publication)
    if edited != wording_of(publication) and not drafting.change(session, publication, edited, hand.at):
        return False
    agreeing.agree(session, the_means().portal, publication, hand)
    return True


def _waiting(session: Session, ticket: Ticket) -> Publication:
    """The newest draft that waits. Raises BadInput where there is none any more."""
    found = drafting.waiting(session, ticket)
    if not found:
        raise BadInput("publication")
    return found[0]


def _edited(publication: Publication) -> Wording:
    """What the form says, where it says anything else than the draft."""
    form = request.form
    return replace(
        wording_of(publication),
        subject=" ".join(form.get("subject", "").split())[:LONGEST_SUBJECT] or publication.subject,
        question=_text("question") or publication.question,
        answer=_text("answer") or publication.answer,
        short_answer=" ".join(form.get("short", "").split())[:LONGEST_SHORT],
    )


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").replace("\0", "").strip()[:LONGEST]


def _again(prefix: str, number: int, *, is_named: bool = False, refusal: str = "") -> str:
    with reading() as (session, sight):
        _, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
        return _page(session, sight, mailing_list, ticket, is_named=is_named, refusal=refusal)


def _page(
    session: Session,
    sight: Sight,
    mailing_list: MailingList,
    ticket: Ticket,
    *,
    is_named: bool = False,
    refusal: str = "",
) -> str:
    thread = conversation.lay_out(conversation.thread_of(session, sight, ticket))
    drafted = drafting.waiting(session, ticket)
    return page(
        "desk/publication.html", mailing_list=mailing_list, ticket=ticket, case_path=case_path,
        drafted=drafted[0] if drafted else None, is_named=is_named, refusal=refusal,
        nodes=[placed.node for placed in thread if placed.node.message.kind in MADE_OF],
        longest_subject=LONGEST_SUBJECT, longest_short=LONGEST_SHORT, longest=LONGEST,
    )  # fmt: skip
