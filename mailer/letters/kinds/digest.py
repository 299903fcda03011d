"""The digest: what happened on a list since the last one; `digests` has its timetable, `tickets.issues` its content."""

from dataclasses import dataclass, fields, replace
from datetime import timedelta

from mailer.letters.declaration import Declaration
from mailer.letters.letters import View
from mailer.letters.samples import ADDRESS, AT, AUTHOR, LEAVE, ORGANISATION, PAGE, SUBJECT, Sample
from tickets import links
from tickets.database.models import LetterKind, MailingList, MessageKind, Urgency
from tickets.issues.items import (
    EditionView,
    ExchangeView,
    FileView,
    Item,
    Lead,
    MessageView,
    Period,
    PublishedItem,
    Section,
    Shared,
)
from tickets.portal import Portal


@dataclass(frozen=True)
class DigestView(EditionView, View):
    """What its template reads."""

    settings: str
    address: str  # the list's
    unsubscribe: str


def view_of(told: EditionView, portal: Portal, mailing_list: MailingList, unsubscribe: str) -> DigestView:
    """What the letter about an issue reads, for the readers who get it like this."""
    same = {field.name: getattr(told, field.name) for field in fields(told)}
    return DigestView(
        **same, settings=links.settings_url(portal), address=mailing_list.address, unsubscribe=unsubscribe
    )


def sample_view(introduction: str = "") -> DigestView:
    """A digest as it might be."""
    question = MessageView(
        MessageKind.QUESTION,
        f"{AUTHOR}, {ORGANISATION}",
        AT,
        "En nabo beder om aktindsigt i en afgørelse. Må vi udlevere den?",
    )
    answer = MessageView(MessageKind.ANSWER, "Anders Jurist, Foreningen", AT, "Ja, når den er anonymiseret.")
    guide = FileView("Vejledning.pdf", 48_200, f"{PAGE}/2")
    word = MessageView(MessageKind.REPLY, "Ole Følger, Øby Kommune", AT, "Hos os sletter vi efter en måned.", (guide,))
    asked_on = MessageView(MessageKind.FOLLOW_UP, f"{AUTHOR}, {ORGANISATION}", AT, "Gælder det også fuldmagter?")
    reply = "databeskyttelse+db-42@example.dk"
    shared = ExchangeView((question,), (answer,), Shared(2, are_municipalities=True, told=(word, word)))
    answered = Item(
        SUBJECT, "DB-42", PAGE, reply, "Ja, når navne og adresser er fjernet.", ("aktindsigt",), (shared,), is_ours=True
    )
    reopened = Item(
        "Må vi optage møder?", "DB-43", PAGE, reply, exchanges=(ExchangeView((asked_on,), waits=True),),
        first_asked=AT - timedelta(days=90),
    )  # fmt: skip
    waiting = Item(
        "Hvem skriver under?", "DB-44", PAGE, reply, exchanges=(ExchangeView((question,), waits=True),), days=12
    )
    news = MessageView(
        MessageKind.NEWS, "Anders Jurist, Foreningen", AT, "Vejledningen er ude.\n\nDen gælder fra 1. januar."
    )
    told = Item("Ny vejledning om aktindsigt", "DB-45", PAGE, reply, exchanges=(ExchangeView((news,)),))
    sections = (
        Section("news", (told,)),
        Section("answered", (answered, Item("Hvor længe?", "DB-40", PAGE, reply, "Et år.", is_whole=False)), 1),
        Section("reopened", (reopened,)),
        Section("still_open", (waiting,), 2),
    )
    published = (
        PublishedItem("Må vi udlevere en afgørelse?", "Ja, når den er anonymiseret.", PAGE),
        PublishedItem("Hvor længe må vi gemme logfiler?", "", PAGE, is_corrected=True),
    )
    return DigestView(
        Lead("Ja, når navne og adresser er fjernet", more_answers=2), Period(AT - timedelta(days=7), AT, 47),
        introduction, sections, 0, published, PAGE, PAGE, PAGE, ADDRESS, LEAVE,
    )  # fmt: skip


LETTERS = (
    Declaration(
        LetterKind.DIGEST,
        (
            Sample(sample_view("Kære alle\n\nI denne uge er der kommet en ny vejledning.")),
            Sample(replace(sample_view(), period=Period(AT - timedelta(days=1), AT, None)), "daily"),
            Sample(replace(sample_view(), others=3), "topics"),
        ),
        urgency=Urgency.BULK,
        is_for_owners=True,
    ),
)
