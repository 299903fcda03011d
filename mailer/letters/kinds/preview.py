"""The preview: an anonymous asker is shown the letter that the others would get, made as theirs is, and asked.

A lawyer is asked in the same way about an answer that may tell who asked. Nobody else is told before it is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, for_one
from mailer.letters.kinds.posts import PostView
from mailer.letters.proposing import ProposalView, draft_about, find_facts, sample_facts
from mailer.letters.samples import AUTHOR, ORGANISATION, SUBJECT, TEXT, Sample
from templates.language import load_language
from tickets.conversations.anonymity import files_in
from tickets.database.models import (
    Capacity,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    MessageKind,
    Person,
    Preview,
    Proposal,
    ProposalKind,
    Visibility,
)
from tickets.issues.items import list_files
from tickets.moderation import proposals
from tickets.people import organisations, persons
from tickets.people.askers import nameless_on

YET_TO_COME = "…"  # what a letter gets when it is sent


@dataclass(frozen=True)
class PreviewView(ProposalView):
    """What its templates read: the letter to the others, and what its author should look at in it."""

    letter_subject: str
    letter: str
    author: str = ""  # whom its From will name; empty: nobody
    kept_back: tuple[str, ...] = ()  # names of files
    doubts: tuple[str, ...] = ()  # words that may name somebody still
    pictures: tuple[str, ...] = ()  # names of files that cannot be read
    corrects: bool = False  # it takes the place of an earlier text
    files_before: int = 0  # that came with the earlier text


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The letter to the author, as long as it is not decided."""
    proposal = proposals.find(session, ProposalKind.ANONYMOUS, event.arrival_key or 0)
    if proposal is None or proposal.choice is not None:
        return
    author = session.get_one(Person, proposal.person_key)
    preview = proposals.preview_of(session, proposal)
    template = "doubted" if preview.is_answer else "preview"
    view = _view(session, means, proposal, preview, author)
    yield for_one(draft_about(session, means, LetterKind.PREVIEW, proposal, view, template), author, asks=proposal)


def _view(session: Session, means: Means, proposal: Proposal, preview: Preview, author: Person) -> PreviewView:
    facts = find_facts(session, means, proposal)
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    post = _view_for_others(session, mailing_list, preview, author, facts.url)
    words = load_language(persons.language_of(author, mailing_list, means.portal.language), means.portal.timezone)
    nameless = nameless_on(session, mailing_list)
    letter = words.render("mail/post.txt", list=mailing_list.name, nameless=nameless, **post.values())
    first, _, text = letter.strip("\n").partition("\n")
    return PreviewView(
        facts,
        letter_subject=first,
        letter=text.strip("\n"),
        author=", ".join(filter(None, [post.author, post.organisation])),
        kept_back=tuple(preview.kept_back),
        doubts=tuple(preview.doubts),
        pictures=tuple(file.name for file in files_in(preview) if file.has_pictures),
        corrects=preview.corrects,
        files_before=preview.files_before,
    )


def _view_for_others(
    session: Session, mailing_list: MailingList, preview: Preview, author: Person, files_url: str
) -> PostView:
    """What the letter to a subscriber would be made of. Number and links are there when it is sent.

    The links of files lead to what the others would get.
    """
    by = author if preview.is_answer else None
    return PostView(
        subject=preview.subject,
        name=f"{mailing_list.prefix}-{preview.number or YET_TO_COME}",
        kind=_kind(preview),
        capacity=Capacity.SUBSCRIBER,
        visibility=Visibility.ANONYMOUS,
        is_first=not preview.number,
        at=preview.sent_at,
        text=preview.text,
        url=YET_TO_COME,
        unsubscribe=YET_TO_COME,
        watch=YET_TO_COME,
        author=persons.name_of(by) if by else "",
        organisation=organisations.organisation_name(session, by) if by else "",
        files=list_files(files_in(preview), files_url),
        left_out=preview.left_out,
    )


def _kind(preview: Preview) -> MessageKind:
    if preview.is_answer:
        return MessageKind.ANSWER
    return MessageKind.FOLLOW_UP if preview.number else MessageKind.QUESTION


LETTERS = (
    Declaration(
        LetterKind.PREVIEW,
        (
            Sample(
                PreviewView(
                    sample_facts(ProposalKind.ANONYMOUS), SUBJECT, TEXT,
                    kept_back=("Sag.pdf",), doubts=("ME",), pictures=("Foto.docx",), corrects=True, files_before=1,
                ),
                "question",
                "preview",
            ),
            Sample(
                PreviewView(
                    sample_facts(ProposalKind.ANONYMOUS), f"Re: {SUBJECT}", TEXT, f"{AUTHOR}, {ORGANISATION}",
                    kept_back=("Sag.pdf",), doubts=("ME",),
                ),
                "answer",
                "doubted",
            ),
        ),
        (EventKind.PREVIEWED,),
        write,
        budget=LetterBudget.ASKING,
    ),
)  # fmt: skip
