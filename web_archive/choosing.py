"""Choosing: the page where an author decides on a message of theirs that waits; its address is the proof of them."""

from flask import Blueprint, Response, request
from sqlmodel import Session

from tickets.conversations import anonymity
from tickets.database.models import Arrival, Choice, MailingList, Person, Preview, Proposal, ProposalKind
from tickets.errors import BadInput, LoginNeeded, NotFound
from tickets.moderation import proposals
from tickets.numbers.cpr import mask_cpr
from tickets.people import persons
from web_archive.downloads import find_stored, to_save
from web_archive.rendering import address, page, reader, reading, the_means

blueprint = Blueprint("choosing", __name__)


@blueprint.get("/proposals/<token>")
def show(token: str) -> str:
    """What is proposed, with a button for each choice. Looking decides nothing: mail scanners follow links.

    Once it is decided the address proves nothing any more: only its author sees the page, and logs in for it.
    """
    with reading() as (session, _):
        return _page(session, _open_to_reader(session, token))


@blueprint.get("/proposals/<token>/<int(max=9999):part>")
def preview_file(token: str, part: int) -> Response:
    """A file of an anonymous question as the others would get it; of one that is taken back there is none."""
    with reading() as (session, _):
        if _find(session, token).choice is Choice.WITHDRAW:
            raise NotFound(token)
        proposal = _open_to_reader(session, token)
        if proposal.kind is not ProposalKind.ANONYMOUS:
            raise NotFound(token)
        files = anonymity.files_in(proposals.preview_of(session, proposal))
        file = next((one for one in files if one.part == part), None)
        if file is None:
            raise NotFound(f"{token}/{part}")
        stored = find_stored(session, file)
    return to_save(stored, file)


@blueprint.post("/proposals/<token>")
def decide(token: str) -> str:
    """Do as the button says, if nothing was decided before; the page then tells how it was decided."""
    try:
        choice = Choice(request.form.get("choice", ""))
    except ValueError as error:
        raise BadInput("choice") from error
    means = the_means()
    with means.store.transaction() as session:
        proposal = _find(session, token)
        proposals.decide(session, proposal, choice, means.clock())
    with reading() as (session, _):
        return _page(session, _find(session, token))


def _find(session: Session, token: str) -> Proposal:
    """The proposal that a link is about. Raises NotFound."""
    key = the_means().signer.read_proposal_token(token)
    proposal = session.get(Proposal, key) if key is not None else None
    if proposal is None:
        raise NotFound(token)
    return proposal


def _open_to_reader(session: Session, token: str) -> Proposal:
    """The proposal that a link is about, for who has the link; one that is decided, for its author alone.

    Raises NotFound, and LoginNeeded where its author is not logged in.
    """
    proposal, person = _find(session, token), reader()
    if proposal.choice is None or _is_reader(proposal.person_key):
        return proposal
    raise NotFound(token) if person else LoginNeeded(token)


def _is_reader(person_key: int) -> bool:
    person = reader()
    return person is not None and person.id == person_key


def _page(session: Session, proposal: Proposal) -> str:
    """The page of a proposal; what it is about is not told to who merely has the link to one that is decided."""
    arrival = session.get_one(Arrival, proposal.arrival_key)
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    author = session.get_one(Person, proposal.person_key)
    address(author, mailing_list)
    preview = session.get(Preview, proposal.id)
    is_answer = preview is not None and preview.is_answer
    tells_all = proposal.choice is None or _is_reader(proposal.person_key)
    return page(
        "proposal.html",
        proposal=proposal,
        preview=preview,
        is_sure=proposals.found_numbers(proposal),
        is_answer=is_answer,
        goes_at=proposals.goes_at(proposal),
        author=persons.name_of(author) if is_answer else "",
        subject=_subject(preview, arrival) if tells_all else "",
        at=arrival.received_at if tells_all else None,
        mailing_list=mailing_list,
    )


def _subject(preview: Preview | None, arrival: Arrival) -> str:
    """What the mail is about, as the others would read it."""
    return preview.subject if preview else mask_cpr(arrival.subject)
