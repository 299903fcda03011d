"""List addresses: what a member asks of the portal itself by writing to one of a list's own addresses."""

import re
from datetime import date

from mailer.addresses import Purpose
from mailer.processing.commands.arguments import read_argument
from mailer.processing.commands.words import Verb
from mailer.processing.submission import Inbound
from tickets import journal, wishes
from tickets.conversations import lookup
from tickets.database.models import EventKind, MailingList, Mode, Person
from tickets.errors import BadInput
from tickets.people import subscriptions
from tickets.people.sight import sight_of
from tickets.post import Post
from tickets.reasons import Grounds, Reason, Refusal
from tickets.wishes import Wishes

COMMANDS = (Purpose.SUBSCRIBE, Purpose.UNSUBSCRIBE, Purpose.HELP)
MOST_LINES = 5  # of a message, in which wishes are looked for
TOPICS = re.compile(r"^(?:emner?|stikord|topics?)\b\s*:?\s*(?P<topics>\S.*)$", re.IGNORECASE | re.MULTILINE)
PAUSE = re.compile(r"^(?:hold )?pause\b,?\s*:?\s*(?P<until>\S.*)$", re.IGNORECASE | re.MULTILINE)
WEEKLY = re.compile(r"\b(ugentligt?|hver uge|ugebrev\w*|weekly|every week)\b", re.IGNORECASE)
EVERYTHING = {"alle", "alt", "all", "everything"}
LANGUAGE_WORDS = {
    "en": re.compile(r"\b(på engelsk|in english|sprog: engelsk|language: english)\b", re.IGNORECASE),
    "da": re.compile(r"\b(på dansk|in danish|sprog: dansk|language: danish)\b", re.IGNORECASE),
}
DAILY = re.compile(r"\b(dagligt?|hver dag|hver hverdag|daily|every day)\b", re.IGNORECASE)
EACH = re.compile(r"\b(alle|alt|hver mail|hver gang|each|all|every)\b", re.IGNORECASE)


def obey(inbound: Inbound, author: Person) -> Grounds:
    """Do what a message asks, and tell what was done; its author gets a letter from the journal.

    The same rule as on the page for it says who may. Raises NotFound for who may not.
    """
    mailing_list = inbound.destination.mailing_list
    assert mailing_list is not None
    if inbound.destination.purpose is Purpose.HELP:
        return _help(inbound, author, mailing_list)
    if inbound.destination.purpose is Purpose.UNSUBSCRIBE and not PAUSE.search(_said(inbound.post)):
        return _give(inbound, author, mailing_list, Wishes(Mode.NONE))
    before = wishes.wishes_of(inbound.session, author, mailing_list)
    try:
        wanted = wanted_wishes(inbound.post, before, inbound.today)
    except BadInput:  # until when? The letter of help tells how it is said
        return _help(inbound, author, mailing_list)
    author.language = wanted_language(inbound.post) or author.language
    return _give(inbound, author, mailing_list, wanted)


def _help(inbound: Inbound, author: Person, mailing_list: MailingList) -> Grounds:
    lookup.visible_list(inbound.session, sight_of(inbound.session, author, mailing_list), mailing_list.address)
    journal.append(inbound.session, EventKind.HELP_ASKED, inbound.now, list_key=mailing_list.id, person_key=author.id)
    return Grounds(Reason.HELPED)


def _give(inbound: Inbound, author: Person, mailing_list: MailingList, wanted: Wishes) -> Grounds:
    """Let the author get the list so, as far as they may; an administrator who let the message in has said so."""
    session, now = inbound.session, inbound.now
    choose = subscriptions.subscribe if inbound.arrival.is_vouched else subscriptions.choose_mode
    choose(session, author, mailing_list, wanted.mode, now)
    if wanted.mode is not Mode.NONE:
        wishes.note(session, author, mailing_list, wanted, inbound.today)
    return Grounds(Reason.SUBSCRIPTION, {"mode": wanted.mode})


def wanted_wishes(post: Post, before: Wishes, today: date) -> Wishes:
    """What a message asks of a list: how it comes, of which topics, from which day on.

    Topics and pauses are said in lines of their own: "Emner: skole, børn", "Pause til 12. august". What is not said
    stays as it was, and a message that says nothing asks for the weekly letter.
    """
    said = _said(post)
    topics, pause = TOPICS.search(said), PAUSE.search(said)
    names_mode = bool(DAILY.search(said) or EACH.search(said) or WEEKLY.search(said))
    stays = before.mode is not Mode.NONE and not names_mode and bool(topics or pause or wanted_language(post))
    return Wishes(
        before.mode if stays else wanted_mode(post),
        _listed(topics["topics"]) if topics else before.topics,
        _day(pause["until"], today) if pause else None,
    )


def wanted_language(post: Post) -> str | None:
    """The language that a message asks letters in, if it does."""
    said = _said(post)
    return next((code for code, words in LANGUAGE_WORDS.items() if words.search(said)), None)


def _listed(topics: str) -> tuple[str, ...]:
    """Topics with commas between; "all" chooses none in particular."""
    named = tuple(filter(None, (" ".join(one.split()) for one in topics.rstrip(".").split(","))))
    return () if len(named) == 1 and named[0].casefold() in EVERYTHING else named


def _day(text: str, today: date) -> date:
    """The day that is meant. Raises BadInput where none is."""
    meant = read_argument(Verb.PENDING, text.strip().rstrip(".!"), today, is_loud=True)
    if meant is None or meant.until is None:
        raise BadInput(Refusal.NO_DAY, name=text.strip())
    return meant.until


def _said(post: Post) -> str:
    """The subject and the first lines, in which a wish is looked for."""
    lines = [line.strip() for line in post.text.strip().splitlines()[:MOST_LINES]]
    return "\n".join([post.subject, *lines])


def wanted_mode(post: Post) -> Mode:
    """Every letter, or one a day, if the subject or the first line asks for it, else the weekly digest."""
    said = _said(post)
    if DAILY.search(said):
        return Mode.DAILY
    return Mode.EACH if EACH.search(said) else Mode.WEEKLY
