"""Submissions: a message on its journey, with what has to be known of it there, each found once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Self

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from mailer.addresses import Destination, Directory, Purpose
from mailer.authorship.authentication import Checked
from mailer.authorship.vouching import Voucher
from mailer.intake.arrivals import find_siblings
from mailer.processing.commands.understanding import understand
from mailer.processing.commands.words import Verb
from mailer.sandbox.headings import MessageHeading
from mailer.sandbox.incoming import Incoming
from mailer.sandbox.message import Reading
from tickets.conversations import threads
from tickets.conversations.threads import Claim, TicketMatch
from tickets.database.models import (
    Arrival,
    MailingList,
    Message,
    Person,
    Proposal,
    Ticket,
    Visibility,
)
from tickets.moderation import proposals
from tickets.people import persons
from tickets.people.sight import Sight, is_closed, is_for_all, is_masked, sight_of
from tickets.portal import Portal
from tickets.post import CleanFile, Post, Redacted

EARLIER = select(Message).where(
    col(Message.mailing_list_key) == bindparam("list_key"), col(Message.message_id) == bindparam("message_id")
)
VISIBILITIES = {
    Purpose.CONFIDENTIAL: Visibility.CONFIDENTIAL,
    Purpose.ANONYMOUS: Visibility.ANONYMOUS,
}


@dataclass(frozen=True)
class JourneyMeans:
    """What the journey of a message has to know of the portal."""

    portal: Portal
    directory: Directory
    authserv_id: str | None = None  # the server whose Authentication-Results are trusted
    feedback_addresses: tuple[str, ...] = ()  # who pass complaints on (RFC 5965)
    undo: timedelta = timedelta(0)  # how long others wait for a question or an answer


@dataclass(frozen=True)
class Prepared:
    """What was found out about a message and made of it, beside what a child read in it."""

    checked: Checked | None = None  # who vouches for its author, as we found out ourselves; None: nobody asked
    heading: MessageHeading | None = None  # of a message that nobody can read
    redacted: Redacted | None = None  # what may be filed of it, if civil registration numbers stand in it
    clean_files: Mapping[int, CleanFile] = field(default_factory=dict)  # by part, for who may not know the author


@dataclass(frozen=True)
class Inbound:
    """A message that came in: what was read of it, where it came to, and when it is judged, in whose transaction."""

    session: Session
    house: JourneyMeans
    arrival: Arrival
    incoming: Incoming
    prepared: Prepared
    destination: Destination
    now: datetime

    @property
    def reading(self) -> Reading:
        """What the child read of the message."""
        return self.incoming.reading

    @property
    def post(self) -> Post:
        """The message as its author wrote it, free of MIME."""
        return self.incoming.reading.post

    @property
    def today(self) -> date:
        """The day here at which the message is judged."""
        return self.house.portal.local(self.now).date()

    @property
    def directory(self) -> Directory:
        """The addresses of the portal."""
        return self.house.directory

    @property
    def voucher(self) -> Voucher | None:
        """Who vouches for the author, or did before the message was changed by us; none where nobody was asked."""
        return self.incoming.voucher

    @cached_property
    def known(self) -> Person | None:
        """The person whom the portal knows by the From address, or by a plus address of it; None for a newcomer."""
        return persons.person_writing_as(self.session, self.post.author.email)

    @cached_property
    def siblings(self) -> list[tuple[str, bool]]:
        """The recipients that the same octets came for, each with whether it is held there since before."""
        return find_siblings(self.session, self.arrival)

    def saying(self, post: Post) -> Self:
        """The same message with another post."""
        reading = replace(self.incoming.reading, post=post)
        return replace(self, incoming=replace(self.incoming, reading=reading))

    def submitted_by(self, author: Person, mailing_list: MailingList, corrects: Proposal | None = None) -> "Submission":
        """The same, now that its author is known. `corrects` is the question that it takes the place of."""
        return Submission(
            self.session, self.house, self.arrival, self.incoming, self.prepared, self.destination, self.now,
            author, mailing_list, corrects,
        )  # fmt: skip


def bring_in(
    session: Session, house: JourneyMeans, arrival: Arrival, incoming: Incoming, prepared: Prepared, now: datetime
) -> Inbound:
    """A message where it came to. Raises UnknownAddress if nothing lives at the recipient any more."""
    destination = house.directory.find_destination(arrival.recipient)
    return Inbound(session, house, arrival, incoming, prepared, destination, now)


@dataclass(frozen=True)
class Submission(Inbound):
    """A message to a list, by somebody who is known."""

    author: Person
    mailing_list: MailingList
    corrects: Proposal | None
    placed: TicketMatch | None = None  # where it belongs, if that was on another list when it was found

    @cached_property
    def sight(self) -> Sight:
        """What the author may see of this list."""
        return sight_of(self.session, self.author, self.mailing_list)

    @cached_property
    def earlier(self) -> Message | None:
        """The message that was filed in this list under the same Message-ID."""
        named = {"list_key": self.mailing_list.id, "message_id": self.post.message_id}
        return self.session.execute(EARLIER, named).scalars().first()

    @cached_property
    def place(self) -> TicketMatch:
        """The ticket a message belongs to.

        News starts one, unless it corrects its author's; so does a message that is meant to be private and cites one
        that is not.
        """
        if self.placed is not None:
            return self.placed
        if self.destination.purpose is Purpose.NEWS:
            own = threads.find_own_news(self.session, self.mailing_list, self.post, self.author)
            corrects = own is not None and understand(self.post.text, self.today, {Verb.CORRECT}).commands
            return own if own and corrects else threads.find_place_of_new(self.session, self.post)
        named = self.destination.number is not None
        claim = Claim(self.destination.number or 0, self.destination.person_key) if named else None
        place = threads.find_place(self.session, self.mailing_list, self.post, self.author, self.sight, claim)
        return TicketMatch() if place.ticket and not self._is_hidden_by(place.ticket) else place

    @cached_property
    def visibility(self) -> Visibility:
        """Who would see a ticket that it opens.

        What cites a question that was to be anonymous is anonymous too, and news is by nobody in disguise.
        """
        purpose = self.destination.purpose
        visibility = VISIBILITIES.get(purpose, self.mailing_list.visibility)
        if purpose is Purpose.NEWS and is_masked(visibility):
            visibility = Visibility.OPEN
        if not is_for_all(visibility) or self.place.ticket:  # a reply opens none: nothing is looked up for it
            return visibility
        return Visibility.ANONYMOUS if proposals.find_previewed(self.session, self.post.cited) else visibility

    def where_it_is_now(self) -> Self:
        """The same on the list that its ticket was moved to, where it answers one that was."""
        ticket = self.place.ticket
        if ticket is None or ticket.mailing_list_key == self.mailing_list.id:
            return self
        mailing_list = self.session.get_one(MailingList, ticket.mailing_list_key)
        return replace(self, mailing_list=mailing_list, placed=self.place)

    def _is_hidden_by(self, ticket: Ticket) -> bool:
        """Whether a ticket hides as much as the address that was written to promises."""
        if self.destination.purpose is Purpose.ANONYMOUS and is_masked(ticket.visibility):
            return ticket.asker_key == self.author.id
        return self.destination.purpose not in VISIBILITIES or is_closed(ticket.visibility)
