"""Proposing: what all letters say about a mail that waits for its author, and where such a letter is answered."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Means, draft_notice
from mailer.letters.letters import Draft, View
from mailer.letters.samples import AT, DECIDING, LATER, OWNER, PAGE, SUBJECT
from tickets import links
from tickets.database.models import Arrival, LetterKind, MailingList, Proposal, ProposalKind
from tickets.moderation import proposals
from tickets.numbers.cpr import mask_cpr


@dataclass(frozen=True)
class ProposalFacts(View):
    """What is to be known of a mail that waits, or waited, for its author."""

    about: ProposalKind
    is_sure: bool  # a number was found, and not only a file that nobody could look into
    subject: str
    at: datetime
    expires_at: datetime
    address: str  # where its author decides by mail
    url: str  # and where by a button
    owner: str
    goes_at: datetime | None = None  # when it is sent by itself; None: never


@dataclass(frozen=True)
class ProposalView(View):
    """What a template reads of a mail that waits; the facts by their own names."""

    facts: ProposalFacts

    def values(self) -> dict[str, object]:
        """What the templates read: the facts of the message, and the fields of the view."""
        return self.facts.values() | super().values()


def find_facts(session: Session, means: Means, proposal: Proposal) -> ProposalFacts:
    """The facts of a proposal; of the mail itself nothing but its subject, without a number."""
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    arrival = session.get_one(Arrival, proposal.arrival_key)
    return ProposalFacts(
        about=proposal.kind,
        is_sure=proposals.found_numbers(proposal),
        subject=mask_cpr(arrival.subject),
        at=arrival.received_at,
        expires_at=proposal.expires_at,
        address=links.decision_address(means.signer, mailing_list, proposal.key),
        url=links.proposal_url(means.portal, means.signer, proposal.key),
        owner=links.owner_address(mailing_list),
        goes_at=proposals.goes_at(proposal),
    )


def draft_about(
    session: Session, means: Means, kind: LetterKind, proposal: Proposal, view: ProposalView, template: str = ""
) -> Draft:
    """A letter about a proposal, answered to where its author decides."""
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    return replace(draft_notice(means, kind, mailing_list, view, template), reply_to=view.facts.address)


def sample_facts(about: ProposalKind, *, is_sure: bool = True) -> ProposalFacts:
    """Facts with invented contents."""
    return ProposalFacts(about, is_sure, SUBJECT, AT, LATER, DECIDING, PAGE, OWNER)
