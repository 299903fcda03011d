"""Posts: what somebody wrote in a ticket, to everybody who is told of it; the same for all who may read the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from mailer.letters.cases import Case, enclose, find_case, show
from mailer.letters.declaration import Declaration, Means, Owed, Reader
from mailer.letters.letters import Draft, Enclosure, View, marks_for
from mailer.letters.samples import ADDRESS, AT, AUTHOR, LEAVE, ORGANISATION, PAGE, SUBJECT, TEXT, Sample
from tickets import links
from tickets.acts import acting, correcting, following
from tickets.conversations import anonymity, threads
from tickets.conversations.anonymity import Shown, names_asker
from tickets.conversations.filing import WAITING
from tickets.database.models import (
    ActKind,
    Capacity,
    Event,
    EventKind,
    LetterKind,
    Message,
    MessageKind,
    Person,
    Status,
    Ticket,
    TicketKind,
    Urgency,
    Visibility,
)
from tickets.form.blocks import Form
from tickets.form.fitting import as_text
from tickets.issues.items import FileView, list_files
from tickets.issues.writing import shorten
from tickets.moderation import spreading
from tickets.people import audience, persons
from tickets.people.sight import MEMBER, Sight, knows_asker, visibility_of
from tickets.portal import Portal
from tickets.search.published import PublishedAnswer
from tickets.text.greetings import between_greetings

ATTACHING = (MessageKind.NEWS, MessageKind.ANSWER, MessageKind.HOLDING)  # by editors and lawyers: files go with them
MOST_DONE = 5  # acts that are told in one letter
LONG_AFTER = timedelta(days=30)
LONGEST_ASKED = 240  # characters


@dataclass(frozen=True)
class ActView:
    """What somebody did to the ticket since the last letter about it."""

    who: str  # empty: the portal or its operator
    what: ActKind
    is_undone: bool
    at: datetime


@dataclass(frozen=True)
class BeforeView:
    """A question like it that was answered before."""

    subject: str
    url: str


@dataclass(frozen=True)
class OfficeView:
    """What the lawyers have to know of a ticket to work on it: whose it is, since when it waits, what was done."""

    assignee: str  # empty: nobody has it
    status: Status
    waits_since: datetime | None  # None: nobody waits
    pending_until: datetime | None
    same: int  # members who have the same question
    address: str  # where the reader answers
    due_at: datetime | None = None  # by when it is to be answered
    done: tuple[ActView, ...] = ()
    before: tuple[BeforeView, ...] = ()


@dataclass(frozen=True)
class PostView(View):
    """A post as one reader gets it; what they may not know is not in it."""

    subject: str  # the ticket's
    name: str  # its number: DB-42
    kind: MessageKind
    capacity: Capacity
    visibility: Visibility
    is_first: bool  # of its ticket
    at: datetime
    text: str
    url: str  # of the thread
    unsubscribe: str
    watch: str  # where the reader follows the ticket, or hears no more of it
    form: Form = ()  # how its author laid the text out
    author: str = ""  # empty: not named
    organisation: str = ""
    quoted: str = ""
    files: tuple[FileView, ...] = ()
    left_out: int = 0  # files that could tell who asks
    replacements: tuple[tuple[str, str], ...] = ()  # what was found, and what others read instead; for lawyers
    corrected: str = ""  # the earlier answer whose place it takes
    corrected_at: datetime | None = None
    asked: str = ""  # the question in some words, above an answer that comes long after it
    asked_at: datetime | None = None
    office: OfficeView | None = None  # for lawyers


@dataclass(frozen=True)
class Perspective:
    """How somebody reads a letter; those who read it alike share one."""

    capacity: Capacity
    wrote_parent: bool  # may be told the id that their own mail program gave the parent

    def sees_asker(self, ticket: Ticket) -> bool:
        """Whether readers of this letter may know who asked."""
        return knows_asker(ticket, self.capacity)


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """A letter for each way in which those who are told of the post may read it."""
    if (case := find_case(session, event)) is None:
        return
    alike: dict[Perspective, list[Reader]] = {}
    for key, (person, capacity) in _readers(session, case, event).items():
        wrote_parent = case.parent is not None and case.parent.author_key == key
        alike.setdefault(Perspective(capacity, wrote_parent), []).append((person, capacity))
    sights = {perspective.sees_asker(case.ticket) for perspective in alike}
    shown = {sees_asker: show(session, case, sees_asker=sees_asker) for sees_asker in sights}
    is_attaching = case.message.kind in ATTACHING
    files = {one: enclose(session, means, case.message, shown[one].files) for one in sights} if is_attaching else {}
    for perspective, readers in alike.items():
        office = _office(session, means, case) if perspective.capacity is Capacity.LAWYER else None
        draft = draft_post(means, case, perspective, shown[perspective.sees_asker(case.ticket)], office)
        sees_asker = perspective.sees_asker(case.ticket)
        enclosing = _with_files(draft, shown[sees_asker], files.get(sees_asker, {}))
        told = _with_question(session, case, perspective, _with_earlier(session, case, perspective, enclosing))
        yield Owed(told, readers)


def _with_files(draft: Draft, shown: Shown, enclosed: Mapping[int, Enclosure]) -> Draft:
    """The same letter with the files that go with it; the others are listed with where they are."""
    if not enclosed or not isinstance(draft.view, PostView):
        return draft
    listed = zip(draft.view.files, shown.files, strict=True)
    files = tuple(replace(view, is_enclosed=file.part in enclosed) for view, file in listed)
    return replace(draft, view=replace(draft.view, files=files), enclosures=tuple(enclosed.values()))


def _readers(session: Session, case: Case, event: Event) -> dict[int, Reader]:
    """Who gets it now: others wait while its author may take it back, and then whoever has no letter about it yet."""
    told = audience.of_message(session, case.ticket, case.message)
    if spreading.window_of(session, case.message) is None:
        return told
    if event.kind is EventKind.RECALLED and not acting.is_undoing(session, event.act_key):
        return {}
    if event.kind is not EventKind.SPREAD:
        told = {key: reader for key, reader in told.items() if reader[1] is not Capacity.SUBSCRIBER}
    have_it = spreading.owed_to(session, case.message)
    return {key: reader for key, reader in told.items() if key not in have_it}


def _with_earlier(session: Session, case: Case, perspective: Perspective, draft: Draft) -> Draft:
    """The same letter, with the earlier answer below if the message takes its place."""
    earlier = correcting.corrected_by(session, case.message)
    if earlier is None or not isinstance(draft.view, PostView):
        return draft
    sees_asker = perspective.sees_asker(case.ticket)
    shown = anonymity.show(session, case.ticket, [earlier], sees_asker=sees_asker)[earlier.key]
    return replace(draft, view=replace(draft.view, corrected=shown.text, corrected_at=earlier.sent_at))


def _with_question(session: Session, case: Case, perspective: Perspective, draft: Draft) -> Draft:
    """The same letter, with the question above an answer to what its reader may have forgotten."""
    is_late = case.message.sent_at - case.ticket.asked_at > LONG_AFTER
    asked = threads.first_message(session, case.ticket) if is_late and case.message.kind is MessageKind.ANSWER else None
    if asked is None or not isinstance(draft.view, PostView):
        return draft
    sees_asker = perspective.sees_asker(case.ticket)
    text = anonymity.show(session, case.ticket, [asked], sees_asker=sees_asker)[asked.key].text
    words = shorten(" ".join(between_greetings(text).split()), LONGEST_ASKED)
    return replace(draft, view=replace(draft.view, asked=words, asked_at=asked.sent_at))


def draft_post(
    means: Means, case: Case, perspective: Perspective, shown: Shown, office: OfficeView | None = None
) -> Draft:
    """The letter about a message as one kind of reader gets it."""
    view = replace(_view(means, case, perspective, shown), office=office)
    in_reply_to, references = _thread_fields(means.portal, case, perspective)
    return Draft(
        kind=_letter_about(case.message.kind),
        template="post",
        view=view,
        message_id=case.message.own_id,
        mailing_list=case.mailing_list,
        ticket=case.ticket,
        message=case.message,
        author=", ".join(filter(None, [view.author, view.organisation])),
        in_reply_to=in_reply_to,
        references=references,
        is_list_mail=_is_list_mail(case, perspective),
        archived_at=links.message_url(means.portal, case.message),
    )


def _letter_about(kind: MessageKind) -> LetterKind:
    """What the letter about a kind of message is called: as that, but that a holding reply comes as a reply."""
    return LetterKind.REPLY if kind is MessageKind.HOLDING else LetterKind(kind.value)


def _view(means: Means, case: Case, perspective: Perspective, shown: Shown) -> PostView:
    """What the reader gets of it. The first letter of a ticket carries all that was written."""
    mailing_list, ticket, message = case.mailing_list, case.ticket, case.message
    is_named = perspective.sees_asker(ticket) or not names_asker(ticket, message)
    author = persons.name_of(case.author) if is_named else ""
    is_first = case.parent is None
    return PostView(
        subject=ticket.subject,
        name=links.ticket_name(mailing_list, ticket),
        kind=message.kind,
        capacity=perspective.capacity,
        visibility=visibility_of(ticket, message),
        is_first=is_first,
        at=message.sent_at,
        text=as_text(shown.form) or shown.text,
        form=shown.form,
        url=links.thread_url(means.portal, mailing_list, ticket, message),
        unsubscribe=marks_for(means.signer, message.own_id).unsubscribe,
        watch=marks_for(means.signer, message.own_id).watch,
        author=author,
        organisation=case.organisation if is_named else "",
        quoted=shown.folded if is_first and author else "",  # signatures name their author
        files=list_files(shown.files, links.message_url(means.portal, message)),
        left_out=shown.left_out,
        replacements=shown.replacements if perspective.capacity is Capacity.LAWYER else (),
    )


def _office(session: Session, means: Means, case: Case) -> OfficeView | None:
    """What the lawyers are told of a question beside what was written."""
    ticket, message = case.ticket, case.message
    if ticket.kind is TicketKind.NEWS:
        return None
    assignee = session.get(Person, ticket.assignee_key) if ticket.assignee_key else None
    since = ticket.reopened_at or ticket.asked_at
    return OfficeView(
        assignee=persons.name_of(assignee) if assignee else "",
        status=ticket.status,
        waits_since=since if ticket.status in WAITING else None,
        pending_until=ticket.pending_until,
        same=following.count_same(session, ticket),
        address=marks_for(means.signer, message.own_id).reply(ticket.number),
        due_at=ticket.due_at if ticket.status in (*WAITING, Status.PENDING) else None,
        done=tuple(_done_since(session, case)),
        before=tuple(_answered_before(session, means, case)) if case.parent is None else (),
    )


def _done_since(session: Session, case: Case) -> Iterator[ActView]:
    """What was done to the ticket since the message before this one, the latest last."""
    earlier = select(func.max(Message.filed_at)).where(Message.ticket_key == case.ticket.id)
    since = session.exec(earlier.where(col(Message.id) < case.message.id)).one()
    acts = [act for act in acting.history_of(session, case.ticket) if since is None or act.at > since]
    people = {act.person_key: session.get(Person, act.person_key) for act in acts if act.person_key}
    for act in acts[-MOST_DONE:]:
        if act.kind not in (ActKind.NOTE, ActKind.AWAY):
            person = people.get(act.person_key or 0)
            yield ActView(persons.name_of(person) if person else "", act.kind, act.undoes_key is not None, act.at)


def _answered_before(session: Session, means: Means, case: Case) -> Iterator[BeforeView]:
    """Questions like it that were answered on the list, as every lawyer of it sees them."""
    if means.find_similar is None:
        return
    sight = Sight(None, {MEMBER: frozenset({case.ticket.mailing_list_key})})
    for found in means.find_similar(session, sight, case.message):
        if isinstance(found, PublishedAnswer):
            yield BeforeView(found.publication.subject, links.publication_url(means.portal, found.publication))
        else:
            yield BeforeView(found.ticket.subject, links.message_url(means.portal, found.answer))


def _is_list_mail(case: Case, perspective: Perspective) -> bool:
    return MEMBER in audience.told_of(case.ticket, case.message) and perspective.capacity is not Capacity.ASKER


def _thread_fields(portal: Portal, case: Case, perspective: Perspective) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References: always the ticket's own reference, and an author's own id for nobody but them."""
    reference = links.ticket_reference(portal, case.mailing_list, case.ticket)
    if case.parent is None:
        return "", (reference,)
    if perspective.wrote_parent:
        return case.parent.message_id, (reference, case.parent.own_id, case.parent.message_id)
    return case.parent.own_id, (reference, case.parent.own_id)


# -- samples ---------------------------------------------------------------------------


def _sample(
    kind: MessageKind, capacity: Capacity, visibility: Visibility = Visibility.OPEN, *, is_named: bool = True
) -> Sample:
    is_lawyers = capacity is Capacity.LAWYER and visibility is Visibility.ANONYMOUS
    view = PostView(
        subject=SUBJECT, name="DB-42", kind=kind, capacity=capacity, visibility=visibility,
        is_first=kind in (MessageKind.QUESTION, MessageKind.NEWS),
        at=AT, text=TEXT, url=PAGE, unsubscribe=LEAVE, watch=LEAVE,
        author=AUTHOR if is_named else "", organisation=ORGANISATION if is_named else "",
        files=(FileView("Afgørelse.pdf", 48_200, f"{PAGE}/2", is_kept_back=is_lawyers),),
        left_out=0 if is_named else 1,
        replacements=((AUTHOR, "[navn]"),) if is_lawyers else (),
        office=_sample_office(kind) if capacity is Capacity.LAWYER else None,
    )  # fmt: skip
    return Sample(view, f"{visibility}-{capacity}", "post")


def _sample_office(kind: MessageKind) -> OfficeView:
    done = ActView("Anders Jurist", ActKind.TAKE, is_undone=False, at=AT)
    before = BeforeView("Aktindsigt i byggesager", PAGE)
    if kind is MessageKind.QUESTION:
        return OfficeView("", Status.OPEN, AT, None, 0, ADDRESS, AT, before=(before,))
    return OfficeView("Anders Jurist", Status.PENDING, AT, AT, 3, ADDRESS, AT, (done,))


def _corrected_sample() -> Sample:
    sample = _sample(MessageKind.ANSWER, Capacity.ASKER)
    assert isinstance(sample.view, PostView)
    return Sample(replace(sample.view, corrected="Ja, altid.", corrected_at=AT), "corrected", "post")


def _attached_sample() -> Sample:
    sample = _sample(MessageKind.NEWS, Capacity.SUBSCRIBER)
    assert isinstance(sample.view, PostView)
    files = (FileView("Vejledning.pdf", 48_200, PAGE, is_enclosed=True), FileView("Optagelse.mp4", 91_000_000, PAGE))
    return Sample(replace(sample.view, files=files), "attached", "post")


def _late_sample() -> Sample:
    sample = _sample(MessageKind.ANSWER, Capacity.SUBSCRIBER)
    assert isinstance(sample.view, PostView)
    asked = "En nabo beder om aktindsigt i en afgørelse. Må vi udlevere den?"
    return Sample(replace(sample.view, asked=asked, asked_at=AT - timedelta(days=90)), "months-later", "post")


def _declare(about: MessageKind, events: tuple[EventKind, ...], *samples: Sample) -> Declaration:
    urgency = Urgency.BULK if about is MessageKind.NEWS else Urgency.TICKET
    usual = (_sample(about, Capacity.SUBSCRIBER),)
    return Declaration(_letter_about(about), samples or usual, events, write, urgency)


LETTERS = (
    _declare(
        MessageKind.QUESTION, (EventKind.ASKED, EventKind.SPREAD, EventKind.RECALLED),  # answers too
        _sample(MessageKind.QUESTION, Capacity.SUBSCRIBER),
        _sample(MessageKind.QUESTION, Capacity.LAWYER),
        _sample(MessageKind.QUESTION, Capacity.LAWYER, Visibility.ANONYMOUS),
        _sample(MessageKind.QUESTION, Capacity.SUBSCRIBER, Visibility.ANONYMOUS, is_named=False),
        _sample(MessageKind.QUESTION, Capacity.LAWYER, Visibility.CONFIDENTIAL),
    ),
    _declare(
        MessageKind.ANSWER, (EventKind.ANSWERED,),
        _sample(MessageKind.ANSWER, Capacity.ASKER), _sample(MessageKind.ANSWER, Capacity.SUBSCRIBER),
        _corrected_sample(), _late_sample(),
    ),
    _declare(MessageKind.FOLLOW_UP, (EventKind.FOLLOWED_UP,)),
    _declare(MessageKind.REPLY, (EventKind.REPLIED,)),
    _declare(
        MessageKind.NEWS, (EventKind.NEWS_POSTED,), _sample(MessageKind.NEWS, Capacity.SUBSCRIBER), _attached_sample()
    ),
    _declare(MessageKind.NOTE, (EventKind.NOTED,), _sample(MessageKind.NOTE, Capacity.LAWYER)),
)  # fmt: skip
