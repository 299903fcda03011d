"""Addressees: where a message was meant to go, by the addresses that it names and the one that it came to.

Whoever has got a signed message can send it anywhere. Where a signature alone vouches, its author is asked, before
anything comes of it for others, whether it was meant for here, unless a field that is signed says so.
"""

from collections.abc import Iterable
from dataclasses import replace

from mailer.addresses import Destination, Directory, Purpose, addresses_of, destinations_of
from mailer.processing.commands.list_addresses import COMMANDS
from mailer.processing.submission import Inbound
from tickets.database.models import Choice, MailingList, Person, ProposalKind, Role
from tickets.moderation import proposals
from tickets.people import appointments

# where posts go: to the first of these where several are named
STRICTEST_FIRST = (Purpose.REPLY, Purpose.CONFIDENTIAL, Purpose.ANONYMOUS, Purpose.NEWS, Purpose.QUESTION)
PRIVATE = (Purpose.CONFIDENTIAL, Purpose.ANONYMOUS)


def strictest_destination(directory: Directory, destination: Destination, addresses: Iterable[str]) -> Destination:
    """The one address that counts where a message went to several of a list's: a token, else the most private.

    A question that another list is asked in private is private here too, for else this list would tell what that one
    hides.
    """
    assert destination.mailing_list is not None
    addresses = list(addresses)
    others = addresses_of(directory, destination.mailing_list, addresses)
    posts = [one for one in (destination, *others) if one.purpose in STRICTEST_FIRST]
    strictest = min(posts, key=_strictness)
    elsewhere = [one.purpose for one in destinations_of(directory, addresses) if one.purpose in PRIVATE]
    if strictest.purpose is Purpose.QUESTION and elsewhere:
        return replace(strictest, purpose=min(elsewhere, key=STRICTEST_FIRST.index))
    return strictest


def _strictness(destination: Destination) -> tuple[int, bool]:
    return STRICTEST_FIRST.index(destination.purpose), not destination.is_internal


def is_replayed(inbound: Inbound, author: Person | None) -> bool:
    """Whether a signature alone vouches for a mail of weight, and does not cover the address that it came to.

    Whoever got a lawyer's mail could send it here, to any address. A mail was meant for here if a signed field names
    the address, or if it came to an address that only its author knows and names nobody else. `author` is None for a
    newcomer. A decision has weight, whoever decides.
    """
    destination = inbound.destination
    if destination.purpose is Purpose.DECISION:
        return _is_by_signature(inbound) and _names_others(inbound)
    if destination.mailing_list is None or not _has_weight(inbound, author, destination.mailing_list):
        return False
    if not _travels(inbound, author):
        return False
    named = addresses_of(inbound.directory, destination.mailing_list, inbound.post.recipients)
    return not any(one.purpose is destination.purpose for one in named)


def is_unaddressed(inbound: Inbound, author: Person | None) -> bool:
    """Whether nothing shows that a mail was meant for here: a signature alone vouches, and covers no such address.

    Nor has its author said so. It may be a private mail that somebody else sent here, or its author's system signs no
    recipients. Whatever comes of a mail for others than its author comes after this question.
    """
    destination = inbound.destination
    if destination.mailing_list is None or not _travels(inbound, author):
        return False
    named = addresses_of(inbound.directory, destination.mailing_list, inbound.post.recipients)
    if any(_is_alike(one, destination) for one in named):
        return False
    asked = proposals.find(inbound.session, ProposalKind.UNPROVEN, inbound.arrival.key)
    return asked is None or asked.choice is not Choice.SEND


def _is_alike(one: Destination, other: Destination) -> bool:
    """Whether what was meant for one address may come to the other: both take posts, or have the same purpose."""
    return one.purpose is other.purpose or {one.purpose, other.purpose} <= set(STRICTEST_FIRST)


def _travels(inbound: Inbound, author: Person | None) -> bool:
    """Whether anybody may have sent a message here: a signature alone vouches, and no address made for its author.

    A post may also name that in To or Cc: it is filed there. Who knows the address from a letter that was passed on can
    send a mail there that its author signed for somebody else.
    """
    destination = inbound.destination
    if not _is_by_signature(inbound) or destination.mailing_list is None:
        return False
    is_post = destination.purpose in STRICTEST_FIRST
    named = addresses_of(inbound.directory, destination.mailing_list, inbound.post.recipients) if is_post else []
    came_to = () if _names_others(inbound) else (destination,)
    return author is None or not any(one.person_key == author.id for one in (*came_to, *named))


def _is_by_signature(inbound: Inbound) -> bool:
    """Whether a signature alone vouches for the author, and no administrator has."""
    voucher = inbound.voucher
    return voucher is not None and voucher.is_signature and not inbound.arrival.is_vouched


def _names_others(inbound: Inbound) -> bool:
    """Whether the fields that count name recipients, and the address that the mail came to is none of them."""
    recipients, mailing_list = inbound.post.recipients, inbound.destination.mailing_list
    if not recipients or mailing_list is None:
        return False
    return inbound.destination not in addresses_of(inbound.directory, mailing_list, recipients)


def _has_weight(inbound: Inbound, author: Person | None, mailing_list: MailingList) -> bool:
    """Whether more follows from a message than a question: its author speaks for the list, or commands something."""
    roles = appointments.roles_of(inbound.session, author, mailing_list) if author else set()
    return inbound.destination.purpose in COMMANDS or not roles.isdisjoint({Role.LAWYER, Role.EDITOR})
