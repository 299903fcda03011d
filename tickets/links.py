"""Lasting paths and identifiers: what a message, a ticket and an address are called on the net, for ever.

Paths are made from our own Message-ID, never from the author's: that one could confirm who asked anonymously.
"""

import hashlib
import secrets

from tickets.database.models import Choice, MailingList, Message, Publication, Ticket, Visibility
from tickets.portal import Portal
from tickets.thread_ids import new_index
from tickets.tokens import Signer


def make_own_id(portal: Portal) -> str:
    """A new Message-ID on our domain (RFC 5322 3.6.4), without `<>`; it tells nothing of its post."""
    return f"{secrets.token_hex(12)}@{portal.domain}"


def make_path(own_id: str) -> str:
    """The lasting path of a message: 22 characters nobody can guess."""
    return hashlib.sha256(own_id.encode()).hexdigest()[:22]


def ticket_name(mailing_list: MailingList, ticket: Ticket) -> str:
    """What people call it: DB-42."""
    return f"{mailing_list.prefix}-{ticket.number}"


def ticket_reference(portal: Portal, mailing_list: MailingList, ticket: Ticket) -> str:
    """The Message-ID that stands for the ticket as a whole; every letter about it refers to this one."""
    return f"{ticket_name(mailing_list, ticket).lower()}.ticket@{portal.domain}"


def thread_index(portal: Portal, ticket: Ticket, message: Message | None) -> str:
    """The place of a message in Outlook's conversation; where it has none, the one at which ours begins.

    A message of an anonymous ticket has none, so that no letter about it tells of its asker's mail program.
    """
    if message is not None and message.thread_index:
        return message.thread_index
    return new_index(f"{ticket.key}.ticket@{portal.domain}", ticket.asked_at)


def ticket_url(portal: Portal, mailing_list: MailingList, ticket: Ticket) -> str:
    """The address of a ticket's page."""
    return f"{portal.base_url}/t/{ticket_name(mailing_list, ticket)}"


def thread_url(portal: Portal, mailing_list: MailingList, ticket: Ticket, message: Message) -> str:
    """The page of a ticket, opened at one of its messages; the query is there so that logging in keeps the place."""
    return f"{ticket_url(portal, mailing_list, ticket)}?m={message.id}#m{message.id}"


def message_url(portal: Portal, message: Message) -> str:
    """The permalink of a message (RFC 5064)."""
    return f"{portal.base_url}/m/{message.path}"


def publication_url(portal: Portal, publication: Publication) -> str:
    """The lasting page of a published answer."""
    return f"{portal.base_url}{publication_path(publication)}"


def publication_path(publication: Publication) -> str:
    """The path of that page on this host; it tells nothing of the ticket."""
    return f"/svar/{publication.path}"


def list_url(portal: Portal, mailing_list: MailingList) -> str:
    """The address of a list's page."""
    return f"{portal.base_url}/l/{mailing_list.prefix.lower()}"


def digest_url(portal: Portal, mailing_list: MailingList, period: str) -> str:
    """The page of a digest: of a week, 2026-W48, or of a day, 2026-11-23."""
    return f"{list_url(portal, mailing_list)}/{period}"


def settings_url(portal: Portal) -> str:
    """Where everybody chooses what they get; it shows their own."""
    return f"{portal.base_url}/me"


def open_address(mailing_list: MailingList, ticket: Ticket) -> str:
    """Where any member's reply on a ticket goes: nobody's own, so that it may be passed on."""
    return f"{mailing_list.local_part}+{ticket_name(mailing_list, ticket).lower()}@{mailing_list.domain}"


def desk_address(mailing_list: MailingList, visibility: Visibility) -> str:
    """The address for questions of this visibility: the list's own, or with a detail for anonymous and confidential."""
    detail = f"+{visibility}" if visibility in (Visibility.ANONYMOUS, Visibility.CONFIDENTIAL) else ""
    return f"{mailing_list.local_part}{detail}@{mailing_list.domain}"


def held_url(portal: Portal, arrival_key: int) -> str:
    """The page of a message that was put aside, for administrators."""
    return f"{portal.base_url}/held/{arrival_key}"


def unsubscribe_url(portal: Portal, signer: Signer, list_key: int, person_key: int) -> str:
    """The address at which a person leaves a list without logging in (RFC 8058); its token does not expire."""
    return f"{portal.base_url}/unsubscribe/{signer.unsubscribe_token(list_key, person_key)}"


def watch_url(portal: Portal, signer: Signer, mailing_list: MailingList, number: int, person_key: int) -> str:
    """The address at which a person follows a ticket or hears no more of it, without logging in."""
    token = signer.watch_token(mailing_list.key, number, person_key)
    return f"{portal.base_url}/follow/{mailing_list.prefix}-{number}/{token}"


def resume_url(portal: Portal, signer: Signer, person_key: int) -> str:
    """The address at which a person has paused letters sent again; its token does not expire."""
    return f"{portal.base_url}/resume/{signer.resume_token(person_key)}"


def proposal_url(portal: Portal, signer: Signer, proposal_key: int) -> str:
    """The page where an author decides; whoever has it may."""
    return f"{portal.base_url}/proposals/{signer.proposal_token(proposal_key)}"


def proposal_path(signer: Signer, proposal_key: int) -> str:
    """The path of that page on this host."""
    return f"/proposals/{signer.proposal_token(proposal_key)}"


def decision_address(signer: Signer, mailing_list: MailingList, proposal_key: int) -> str:
    """Where an author writes what they decided."""
    return f"{mailing_list.local_part}+{signer.proposal_token(proposal_key)}@{mailing_list.domain}"


def choice_address(signer: Signer, mailing_list: MailingList, proposal_key: int, choice: Choice) -> str:
    """Where an author writes to choose this of what is proposed, whatever they write there."""
    token = signer.choice_token(proposal_key, list(Choice).index(choice))
    return f"{mailing_list.local_part}+{token}@{mailing_list.domain}"


def consent_address(signer: Signer, mailing_list: MailingList, consent_key: int) -> str:
    """Where somebody says whether others may see more of what they asked."""
    return f"{mailing_list.local_part}+{signer.consent_token(consent_key)}@{mailing_list.domain}"


def editing_address(signer: Signer, mailing_list: MailingList, digest_key: int, person_key: int) -> str:
    """Where this editor says how a digest is to go out."""
    return f"{mailing_list.local_part}+{signer.digest_token(digest_key, person_key)}@{mailing_list.domain}"


def login_url(portal: Portal, secret: str) -> str:
    """The address of a login link, good once; whoever has it is logged in."""
    return f"{portal.base_url}/login/{secret}"


def list_id(mailing_list: MailingList) -> str:
    """The list's constant identifier (RFC 2919)."""
    return f"{mailing_list.local_part}.{mailing_list.domain}"


def reply_address(signer: Signer, mailing_list: MailingList, number: int, person_key: int) -> str:
    """The address for this person's reply on this ticket; number 0 stands for no ticket: leaving the list."""
    token = signer.reply_token(mailing_list.key, number, person_key)
    return f"{mailing_list.local_part}+{token}@{mailing_list.domain}"


def internal_address(signer: Signer, mailing_list: MailingList, number: int, person_key: int) -> str:
    """Where this lawyer's reply to an internal note goes: whatever else it says or lacks, it is internal too."""
    token = signer.internal_token(mailing_list.key, number, person_key)
    return f"{mailing_list.local_part}+{token}@{mailing_list.domain}"


def owner_address(mailing_list: MailingList) -> str:
    """Where those who run the list are reached."""
    return f"{mailing_list.local_part}+owner@{mailing_list.domain}"


def return_path(portal: Portal, signer: Signer, delivery_key: int) -> str:
    """Where a bounce of this delivery goes (VERP)."""
    return f"bounce+{signer.bounce_token(delivery_key)}@{portal.domain}"
