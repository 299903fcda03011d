"""Choosing: the page where an author decides on a message of theirs that waits; its address is the proof of them."""

from flask import Blueprint, Response, request

from tickets import proposals
from tickets.errors import BadInput, NotFound
from tickets.models import Arrival, Choice, Content, MailingList, Person, Proposal, ProposalKind
from web_archive.downloads import to_save
from web_archive.rendering import address, page, reading, the_desk

blueprint = Blueprint("choosing", __name__)


@blueprint.get("/proposals/<token>")
def show(token: str) -> str:
    """What is proposed, with a button for each choice. Looking decides nothing: mail scanners follow links."""
    return _page(_key(token))


@blueprint.get("/proposals/<token>/<int(max=9999):part>")
def preview_file(token: str, part: int) -> Response:
    """A file of an anonymous question as the others would get it; of one that is taken back there is none."""
    with reading() as (session, _):
        proposal = session.get(Proposal, _key(token))
        if proposal is None or proposal.kind is not ProposalKind.ANONYMOUS or proposal.choice is Choice.WITHDRAW:
            raise NotFound(token)
        file = next((one for one in proposal.findings[0]["files"] if one["part"] == part), None)
        if file is None:
            raise NotFound(f"{token}/{part}")
        return to_save(session.get_one(Content, file["clean_key"]).octets, file["name"], file["type"])


@blueprint.post("/proposals/<token>")
def decide(token: str) -> str:
    """Do as the button says, if nothing was decided before; the page then tells how it was decided."""
    try:
        choice = Choice(request.form.get("choice", ""))
    except ValueError as error:
        raise BadInput("choice") from error
    desk, key = the_desk(), _key(token)
    with desk.store.transaction() as session:
        proposal = session.get(Proposal, key)
        if proposal is None:
            raise NotFound(token)
        proposals.decide(session, proposal, choice, desk.clock())
    return _page(key)


def _key(token: str) -> int:
    key = the_desk().signer.read_proposal_token(token)
    if key is None:
        raise NotFound(token)
    return key


def _page(key: int) -> str:
    with reading() as (session, _):
        proposal = session.get(Proposal, key)
        if proposal is None:
            raise NotFound(str(key))
        mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
        address(session.get_one(Person, proposal.person_key), mailing_list)
        return page(
            "proposal.html",
            proposal=proposal,
            is_sure=proposals.found_numbers(proposal),
            arrival=session.get_one(Arrival, proposal.arrival_key),
            mailing_list=mailing_list,
        )
