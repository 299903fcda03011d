"""Inquiries: letters that ask an author's word on a message of theirs, and tell what became of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from mailer.addresses import Destination, Purpose, addresses_of, read_directory
from mailer.intake.arrivals import find_siblings
from mailer.letters import outbox
from mailer.letters.letters import Draft
from mailer.letters.notices import Desk, draft_notice, send_notice
from mailer.letters.wording import list_files, values_about
from templates.language import load_language
from tickets import links
from tickets.conversations.anonymity import Shown, ShownFile
from tickets.database.models import (
    Arrival,
    Capacity,
    Choice,
    Delivery,
    Event,
    LetterKind,
    MailingList,
    Message,
    MessageKind,
    Person,
    Proposal,
    ProposalKind,
    Ticket,
    Visibility,
)
from tickets.moderation import proposals
from tickets.numbers.cpr import mask_cpr
from tickets.people import appointments, organisations, persons

ASKING = (LetterKind.CPR, LetterKind.PREVIEW, LetterKind.UNPROVEN)
MOST_A_DAY = 10  # letters about one mail each
YET_TO_COME = "…"  # what a letter gets when it is sent


def ask_about_cpr(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Tell an author where CPR numbers stand in their mail, and ask what is to be done; tell the lawyers that we ask.

    Neither letter repeats a number, nor anything else of the mail but its subject to its author.
    """
    proposal = proposals.find(session, ProposalKind.CPR, event.arrival_key or 0)
    if proposal is None:
        return
    author = session.get_one(Person, proposal.person_key)
    if proposal.choice is None:
        draft = _draft(
            session, desk, LetterKind.CPR, proposal,
            findings=proposal.findings, deleted_at=proposal.made_at + desk.privacy.keep_original,
            is_anonymous=_is_anonymous(session, desk, proposal),
        )  # fmt: skip
        if not _ask(session, desk, draft, proposal, author, event, now):
            return
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    told = draft_notice(
        desk, LetterKind.CPR_HELD, mailing_list,
        number=proposal.arrival_key, author=author.name or author.email, expires_at=proposal.expires_at,
        is_sure=proposals.found_numbers(proposal),
    )  # fmt: skip
    lawyers = [(one, Capacity.SELF) for one in appointments.lawyers(session, mailing_list.key) if one.id != author.id]
    outbox.owe(session, desk.portal, told, lawyers, f"event-{event.id}", now)


def _is_anonymous(session: Session, desk: Desk, proposal: Proposal) -> bool:
    """Whether the mail came to where one asks anonymously, so that its author is shown it before it is sent."""
    arrival = session.get_one(Arrival, proposal.arrival_key)
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    directory = read_directory(session, desk.portal.domain, desk.signer)
    recipients = [arrival.recipient, *(recipient for recipient, _ in find_siblings(session, arrival))]
    purposes = {one.purpose for one in addresses_of(directory, mailing_list, recipients)}
    return Purpose.ANONYMOUS in purposes and Purpose.CONFIDENTIAL not in purposes


def show_to_author(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Show an anonymous asker the letter that the others would get, made as theirs is, and ask whether it may go.

    A lawyer is asked in the same way about an answer that may tell who asked. Nobody else is told before it is sent.
    """
    proposal = proposals.find(session, ProposalKind.ANONYMOUS, event.arrival_key or 0)
    if proposal is None or proposal.choice is not None:
        return
    author = session.get_one(Person, proposal.person_key)
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    words = load_language(persons.language_of(author, mailing_list, desk.portal.language), desk.portal.timezone)
    files = links.proposal_url(desk.portal, desk.signer, proposal.key)
    preview = proposal.findings[0]
    is_answer = preview.get("is_answer", False)
    by = (persons.name_of(author), organisations.organisation_name(session, author)) if is_answer else ("", "")
    values = _values_for_others(mailing_list, proposal, files) | dict(zip(("author", "organisation"), by, strict=True))
    letter = words.render("mail/post.txt", **values)
    first, _, text = letter.strip("\n").partition("\n")
    draft = _draft(
        session, desk, LetterKind.PREVIEW, proposal, template="doubted" if is_answer else "preview",
        author=", ".join(filter(None, by)),
        letter_subject=first, letter=text.strip("\n"), kept_back=preview["kept_back"],
        doubts=preview.get("doubts", []),
        pictures=[file["name"] for file in preview["files"] if file["has_pictures"]],
        corrects=preview["corrects"], files_before=preview["files_before"],
    )  # fmt: skip
    _ask(session, desk, draft, proposal, author, event, now)


def ask_whether_meant(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Ask an author whether a mail in their name was meant for the list: its signature does not say so."""
    proposal = proposals.find(session, ProposalKind.UNPROVEN, event.arrival_key or 0)
    if proposal is not None and proposal.choice is None:
        draft = _draft(session, desk, LetterKind.UNPROVEN, proposal, place=_place(session, desk, proposal))
        _ask(session, desk, draft, proposal, session.get_one(Person, proposal.person_key), event, now)


def _place(session: Session, desk: Desk, proposal: Proposal) -> str:
    """The address that a mail came to, or its list's, where that one was made for somebody."""
    recipient = session.get_one(Arrival, proposal.arrival_key).recipient
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    directory = read_directory(session, desk.portal.domain, desk.signer)
    found = addresses_of(directory, mailing_list, [recipient])
    is_plain = any(one == Destination(one.purpose, one.mailing_list) for one in found)
    return recipient if is_plain else mailing_list.address


def _ask(
    session: Session, desk: Desk, draft: Draft, proposal: Proposal, author: Person, event: Event, now: datetime
) -> bool:
    """Owe an author a letter about one mail of theirs. False where they had ten today: the next round tells of it.

    These count apart from other automatic letters: a mail that waits without its author's knowing would be lost.
    """
    asked = (col(Delivery.person_key) == author.id, col(Delivery.kind).in_(ASKING))
    query = select(func.count()).select_from(Delivery).where(*asked, col(Delivery.made_at) > now - timedelta(days=1))
    if session.exec(query).one() >= MOST_A_DAY:
        return False
    outbox.owe(session, desk.portal, draft, [(author, Capacity.SELF)], f"event-{event.id}", now)
    proposal.told_at = now
    session.flush()
    return True


def _values_for_others(mailing_list: MailingList, proposal: Proposal, files_url: str) -> dict[str, object]:
    """What the letter to a subscriber would be made of. Number and links are there when it is sent.

    The links of files lead to what the others would get.
    """
    preview = proposal.findings[0]
    number = preview["number"]
    ticket = Ticket(
        mailing_list_key=mailing_list.key, number=number, subject=preview["subject"],
        visibility=Visibility.ANONYMOUS, asker_key=proposal.person_key,
        asked_at=proposal.made_at, changed_at=proposal.made_at,
    )  # fmt: skip
    from_asker = MessageKind.FOLLOW_UP if number else MessageKind.QUESTION
    kind = MessageKind.ANSWER if preview.get("is_answer") else from_asker
    message = Message(
        mailing_list_key=mailing_list.key, ticket_key=0, author_key=proposal.person_key, kind=kind,
        message_id="", own_id="", path=YET_TO_COME, subject=preview["subject"], text=preview["text"],
        body_digest="", content_key="",
        sent_at=datetime.fromisoformat(preview["sent_at"]), filed_at=proposal.made_at,
    )  # fmt: skip
    files = tuple(ShownFile(**file) for file in preview["files"])
    shown = Shown(preview["subject"], preview["text"], "", files, preview["left_out"])
    values = values_about(
        mailing_list, ticket, message, shown,
        capacity=Capacity.SUBSCRIBER, is_first=not number, author="", organisation="",
        name=links.ticket_name(mailing_list, ticket) if number else f"{mailing_list.prefix}-{YET_TO_COME}",
        url=YET_TO_COME, thread_url=YET_TO_COME, unsubscribe=YET_TO_COME,
    )  # fmt: skip
    return values | {"files": list_files(shown, files_url)}


def tell_of_withdrawal(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Tell an author that their mail was taken back; what was sent tells of itself."""
    proposal = proposals.newest_of(session, event.arrival_key or 0)
    if proposal is not None and proposal.choice is Choice.WITHDRAW:
        draft = _draft(session, desk, LetterKind.DECIDED, proposal, happened=event.kind.value)
        send_notice(session, desk, draft, session.get_one(Person, proposal.person_key), event, now)


def tell_what_decides(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Tell an author whose word was not understood, or came after another, how things stand."""
    proposal = proposals.newest_of(session, event.arrival_key or 0)
    if proposal is not None:
        choice = proposal.choice.value if proposal.choice else ""
        draft = _draft(session, desk, LetterKind.UNDECIDED, proposal, choice=choice)
        send_notice(session, desk, draft, session.get_one(Person, proposal.person_key), event, now)


def _draft(
    session: Session, desk: Desk, kind: LetterKind, proposal: Proposal, template: str = "", **values: object
) -> Draft:
    """A letter about a proposal, answered to where its author decides."""
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    arrival = session.get_one(Arrival, proposal.arrival_key)
    address = links.decision_address(desk.signer, mailing_list, proposal.key)
    draft = draft_notice(
        desk, kind, mailing_list, template=template or kind.value,
        about=proposal.kind.value, is_sure=proposals.found_numbers(proposal),
        subject=mask_cpr(arrival.subject), at=arrival.received_at,
        expires_at=proposal.expires_at,
        address=address,
        url=links.proposal_url(desk.portal, desk.signer, proposal.key),
        owner=links.owner_address(mailing_list),
        **values,
    )  # fmt: skip
    return replace(draft, reply_to=address)
