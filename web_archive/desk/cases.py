"""Cases: the page of a ticket at the desk, with everything that a lawyer does about it, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from templates.grounds import tell_refusal
from tickets import links
from tickets.acts import consents
from tickets.acts.acting import history_of
from tickets.acts.following import count_same
from tickets.archive import queues
from tickets.conversations import conversation
from tickets.conversations.conversation import PlacedMessage
from tickets.database.models import Act, DraftFile, DraftKind, MailingList, MessageKind, Person, Ticket, Visibility
from tickets.errors import PortalError
from tickets.people.appointments import lawyers
from tickets.people.sight import OF_TICKETS, Sight, is_for_all, visibility_of
from tickets.publishing import drafting
from tickets.search.published import PublishedAnswer
from tickets.search.similar import Answered
from tickets.writing import drafts, standards
from web_archive.desk import deeds
from web_archive.desk.deeds import Deed
from web_archive.desk.sitting import case_path, hand_of, on_the_desk
from web_archive.forms import sending
from web_archive.forms.composing import most_octets_of_files
from web_archive.forms.typed import LONGEST_SHORT, LONGEST_TEXT, FormFault, Typed
from web_archive.rendering import language, page, reading, the_means, ticket_path

blueprint = Blueprint("cases", __name__)

ANSWERABLE = (MessageKind.ANSWER,)
MOST_STANDARDS = 8  # on a page; looking for words finds the others
OPENING = (MessageKind.QUESTION, MessageKind.NEWS)


@blueprint.get("/desk/<prefix>-<int(max=999999999):number>")
def show(prefix: str, number: int) -> str | Response:
    """A ticket at the desk: what was written, what the lawyer began to write, and what can be done."""
    with reading() as (session, sight):
        person, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
        if links.ticket_name(mailing_list, ticket) != f"{prefix}-{number}":
            return redirect(case_path(mailing_list, ticket))
        return case_page(session, sight, person, mailing_list, ticket, begun(session, person, ticket))


@blueprint.post("/desk/<prefix>-<int(max=999999999):number>")
def act(prefix: str, number: int) -> Response | tuple[str, int]:
    """Do as the button says; what cannot be done is told on the page of the ticket."""
    means, name = the_means(), request.form.get("do", "")
    with reading() as (session, sight):
        person, _, ticket = on_the_desk(session, sight, prefix, number)
    try:
        with means.store.transaction() as session:
            here = session.get_one(Ticket, ticket.key)
            done = deeds.do(name, Deed(session, means.portal, sight, here, hand_of(person), request.form))
            leads_to = done if isinstance(done, Ticket) else here
            path = case_path(session.get_one(MailingList, leads_to.mailing_list_key), leads_to)
            is_asked = isinstance(done, list)
    except PortalError as error:
        with reading() as (session, sight):
            person, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
            why = tell_refusal(language().code, error)
            return case_page(session, sight, person, mailing_list, ticket, begun(session, person, ticket), why), 409
    if name == "publish":
        return redirect(f"{path}/publication")
    return redirect(f"{path}?done={'asked' if is_asked else name}")


@dataclass(frozen=True)
class Writing:
    """What a lawyer writes in a ticket: as typed, with its files, and why it was not sent."""

    typed: Typed
    files: Sequence[DraftFile] = ()
    fault: FormFault | None = None
    is_begun: bool = True  # and told to the others
    note: str = ""  # for the lawyers alone: it never stands in the form for an answer


@dataclass(frozen=True)
class PastAct:
    """An act in the history of a ticket: who did it, and whether it can be undone here."""

    act: Act
    by: str
    may_be_undone: bool
    is_undone: bool


def begun(session: Session, person: Person, ticket: Ticket) -> Writing:
    """What a lawyer has begun to answer in a ticket."""
    found = drafts.draft_on(session, person, ticket, DraftKind.ANSWER)
    if found is None:
        return Writing(Typed(drafts.new_token()), is_begun=False)
    return Writing(Typed.of(found.token, found.fields), drafts.files_of(session, found))


def case_page(
    session: Session,
    sight: Sight,
    person: Person,
    mailing_list: MailingList,
    ticket: Ticket,
    writing: Writing,
    refusal: str = "",
) -> str:
    """The page of a ticket at the desk, with what is being written on it."""
    means, now = the_means(), the_means().clock()
    thread = list(conversation.lay_out(conversation.thread_of(session, sight, ticket)))
    assignee = session.get(Person, ticket.assignee_key) if ticket.assignee_key else None
    return page(
        "desk/case.html", mailing_list=mailing_list, ticket=ticket, thread=thread, writing=writing, refusal=refusal,
        note_token=drafts.new_token(),
        assignee=assignee, colleagues=lawyers(session, ticket.mailing_list_key), lists=queues.lists_of(session, sight),
        case_path=case_path, people=conversation.people_of(thread), same=count_same(session, ticket),
        others=drafts.others_at(session, ticket, person, now), newest=sending.newest_key(session, ticket),
        standards=standards.find(session, ticket.mailing_list_key, words_for_standards())[:MOST_STANDARDS],
        standard_words=words_for_standards(),
        near=near(session, sight, thread, ticket), history=history(session, ticket),
        visibilities=[one for one in Visibility if one in OF_TICKETS],
        asked_askers=consents.waiting(session, ticket, now),
        drafted=drafting.waiting(session, ticket), published=drafting.standing(session, ticket),
        answers=[one.node.message for one in thread if one.node.message.kind in ANSWERABLE],
        longest_text=LONGEST_TEXT, longest_short=LONGEST_SHORT, now=now, today=means.portal.local(now).date(),
        most_octets=most_octets_of_files(sending.reception().max_size),
    )  # fmt: skip


def words_for_standards() -> str:
    """What somebody looks for among the standard answers."""
    return " ".join(request.form.get("words", "").split())[:100]


@dataclass(frozen=True)
class NearAnswer:
    """An earlier answer to a question like this one: what it is called, its page, and its text."""

    name: str
    subject: str
    path: str
    text: str


def near(session: Session, sight: Sight, thread: Sequence[PlacedMessage], ticket: Ticket) -> list[NearAnswer]:
    """The answers nearest to the question of a ticket, published ones first, as those who ask may read them."""
    first = next((one.node.message for one in thread if one.node.message.kind in OPENING), None)
    if first is None:
        return []
    found = the_means().search.find_like(session, sight, first.subject, first.text, ticket.key)
    return [_near(session, one) for one in found if _is_for_all(session, one, ticket)]


def _is_for_all(session: Session, one: Answered | PublishedAnswer, asked: Ticket) -> bool:
    """Whether an answer may be told to whoever reads the ticket that asks something like it.

    Of a restricted list it may on that list alone: the lawyer sees more lists than those who are answered.
    """
    if isinstance(one, PublishedAnswer):
        list_key, is_open = one.publication.mailing_list_key, True
    else:
        list_key, is_open = one.ticket.mailing_list_key, is_for_all(visibility_of(one.ticket, one.answer))
    is_here = list_key == asked.mailing_list_key
    return is_open and (is_here or not session.get_one(MailingList, list_key).is_restricted)


def _near(session: Session, one: Answered | PublishedAnswer) -> NearAnswer:
    if isinstance(one, PublishedAnswer):
        told = one.publication
        return NearAnswer(links.publication_path(told), told.subject, links.publication_path(told), told.answer)
    mailing_list = session.get_one(MailingList, one.ticket.mailing_list_key)
    name = links.ticket_name(mailing_list, one.ticket)
    return NearAnswer(name, one.ticket.subject, ticket_path(mailing_list, one.ticket), one.answer.text)


def history(session: Session, ticket: Ticket) -> list[PastAct]:
    """What was done to a ticket, the newest first, and what of it can be undone here."""
    acts = history_of(session, ticket)
    undone, may = {act.undoes_key for act in acts}, {act.id for act in deeds.undoable(session, ticket, acts)}
    keys = {act.person_key for act in acts if act.person_key is not None}
    names = {key: found.name or found.email for key in keys if (found := session.get(Person, key))}
    return [PastAct(act, names.get(act.person_key or 0, ""), act.id in may, act.id in undone) for act in reversed(acts)]
