"""Imports: the past becomes tickets as filing would have made them, once, and nobody hears of it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from mailer.history.archives import open_archive
from mailer.history.importing import (
    CHUNK,
    HEAVY,
    LONELY_ROBOT,
    UNREADABLE,
    ImportReport,
    Job,
    import_archive,
    in_chunks,
)
from mailer.history.looking import look_through
from mailer.letters.distribution import distributor
from support.builders import a_lawyer, a_list, a_message, a_person, an_organisation
from support.documents import encrypted_pdf
from support.papers import a_pdf
from support.real_list import first_messages, follow_threads, take_in
from tickets import journal
from tickets.conversations.filing import Filing, file_post
from tickets.conversations.history import ArchivePosition
from tickets.conversations.importing import CLASHES, Past, import_posts
from tickets.database.models import (
    Alias,
    Attachment,
    Citation,
    Content,
    Delivery,
    Event,
    Identifier,
    Letter,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Role,
    Status,
    Ticket,
    Visibility,
)
from tickets.database.store import Store
from tickets.issues.collecting import collect
from tickets.people import appointments, persons, subscriptions
from tickets.portal import Portal
from tickets.post import Mailbox, Post
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

ABSENT = Grounds(Reason.AUTOMATIC_SUBJECT)
OLD = datetime(2019, 3, 4, 9, 30, tzinfo=UTC)


def past_message(day: int = 0, **fields: str) -> EmailMessage:
    return a_message(**{"Date": format_datetime(OLD + timedelta(days=day))} | fields)


def an_mbox(folder: Path, *messages: EmailMessage | bytes) -> Path:
    path = folder / "liste.mbox"
    separator = b"From mette@proevested.example.dk Mon Apr  1 09:30:00 2019\n"
    octets = [re.sub(rb"(?m)^(>*From )", rb">\1", bytes(message)) for message in messages]
    path.write_bytes(b"".join(separator + one.rstrip(b"\n") + b"\n\n" for one in octets))
    return path


def import_messages(
    store: Store, portal: Portal, folder: Path, now: datetime, messages: Iterable[EmailMessage | bytes]
) -> ImportReport:
    return take_in(store, portal, an_mbox(folder, *messages), now)


@pytest.fixture
def list_key(store: Store) -> int:
    with store.transaction() as session:
        an_organisation(session)
        return a_list(session).key


def rows(store: Store, table: Any) -> list[Any]:
    with store.reading() as session:
        return list(session.exec(select(table).order_by(*table.__table__.primary_key)))


def the_message(session: Session, message_id: str) -> Message:
    return session.exec(select(Message).where(Message.message_id == message_id)).one()


# -- as it was -------------------------------------------------------------------------


def test_a_conversation_becomes_one_ticket_dated_as_it_was(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    question = past_message(Message_ID="<q@x.example.org>", Subject="Må vi det?")
    answer = past_message(2, Message_ID="<a@x.example.org>", In_Reply_To="<q@x.example.org>", Subject="SV: Må vi det?")

    report = import_messages(store, portal, tmp_path, now, [question, answer])

    (ticket,) = rows(store, Ticket)
    first, second = rows(store, Message)
    assert (report.filed, report.known, report.left_out.total()) == (2, 0, 0)
    assert (ticket.subject, ticket.number, ticket.status) == ("Må vi det?", 1, Status.CLOSED)
    assert (ticket.asked_at, ticket.changed_at) == (OLD, OLD + timedelta(days=2))
    assert (first.sent_at, first.filed_at, first.kind) == (OLD, OLD, MessageKind.QUESTION)
    assert (second.parent_key, second.kind) == (first.id, MessageKind.FOLLOW_UP)
    with store.reading() as session:
        content = session.get_one(Content, first.content_key)
    assert content.octets == bytes(question)


def test_a_reply_that_lies_before_its_parent_is_filed_behind_it(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    messages = [past_message(n, Message_ID=f"<{n}@x>", In_Reply_To=f"<{n - 1}@x>" if n else "") for n in range(500)]

    report = import_messages(store, portal, tmp_path, now, reversed(messages))

    assert report.filed == 500
    assert [ticket.changed_at for ticket in rows(store, Ticket)] == [OLD + timedelta(days=499)]
    keys = {message.id: message for message in rows(store, Message)}
    assert all(
        keys[message.parent_key].message_id == f"{int(message.message_id[:-2]) - 1}@x"
        for message in keys.values()
        if message.parent_key
    )


def test_what_filing_would_have_made_is_made(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> None:
    """The same posts one by one and all at once: the same rows, but for keys and what only an import does."""
    with store.transaction() as session:
        one_by_one, at_once = a_list(session, "en", "EN"), a_list(session, "to", "TO")
        mette = a_person(session)
        anders = a_lawyer(session, one_by_one)
        appointments.appoint(session, anders, Role.LAWYER, at_once)
        posts = [
            Post("1@x", Mailbox(mette.name, mette.email), "SV: [EN-7] Må vi?", "Må vi det?", references=("0@x",)),
            Post("2@x", Mailbox(anders.name, anders.email), "SV: Må vi?", "Ja.", "> Må vi?", in_reply_to=("1@x",)),
            Post("3@x", Mailbox(mette.name, mette.email), "", "Tak for svaret", in_reply_to=("2@x",)),
            Post(
                "4@x",
                Mailbox(mette.name, mette.email),
                "Ferie",
                "Væk",
                in_reply_to=("2@x",),
                robot=ABSENT,
            ),
        ]
        pasts = [Past(post, post.message_id.encode(), OLD + timedelta(hours=n)) for n, post in enumerate(posts)]
        ticket = None
        for past in pasts:
            session.merge(Content(sha256=past.content_key, octets=past.octets, stored_at=past.at))
            session.flush()
            author = mette if past.post.author.email == mette.email else anders
            filing = Filing(author, past.content_key, past.at, is_lawyer=author is anders)
            message = file_post(session, portal, one_by_one, past.post, filing, ticket)
            ticket = session.get_one(Ticket, message.ticket_key)

        import_posts(session, portal, at_once, pasts, now)

    def told(list_key: int | None, table: Any, *left_out: str) -> list[Any]:
        ignored = {"id", "own_id", "path", "ticket_key", "parent_key", "message_key", "mailing_list_key", *left_out}
        with store.reading() as session:
            keys = select(Message.id).where(Message.mailing_list_key == list_key)
            in_list = (
                table.mailing_list_key == list_key
                if hasattr(table, "mailing_list_key")
                else table.message_key.in_(keys)
            )
            found = session.exec(select(table).where(in_list))
            return [{name: value for name, value in row.model_dump().items() if name not in ignored} for row in found]

    first, second = one_by_one.id, at_once.id
    assert told(first, Message, "thread_index") == told(second, Message, "thread_index")  # an import makes none
    assert told(first, Citation) == told(second, Citation)
    assert told(first, Ticket, "status", "subject") == told(second, Ticket, "status", "subject")
    assert len(told(first, Identifier)) == len(told(second, Identifier)) == 9
    kinds = [event["kind"] for event in told(first, Event) if event["kind"] != "status_changed"]
    assert kinds == [event["kind"] for event in told(second, Event)]


def test_a_date_that_makes_no_sense_is_found_elsewhere(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    received = "by mx.example.org; Tue, 5 Mar 2019 10:00:00 +0100"
    messages = [
        past_message(Message_ID="<1@x>", Date="Thu, 1 Jan 1970 00:00:00 +0000", Received=received),
        past_message(Message_ID="<2@x>", Date="Fri, 1 Jan 2038 00:00:00 +0000", Received=received),
        past_message(Message_ID="<3@x>", Date="Wed, 4 Mar 2009 09:30:00 +0000", Received=received),
        past_message(Message_ID="<4@x>", Date="i går"),
        past_message(Message_ID="<5@x>", Date="Thu, 4 Apr 2019 09:30:00 +0000"),
    ]

    report = import_messages(store, portal, tmp_path, now, messages)

    by_id = {message.message_id: message for message in rows(store, Message)}
    assert [by_id[f"{n}@x"].sent_at for n in (1, 2, 3)] == [datetime(2019, 3, 5, 9, 0, tzinfo=UTC)] * 3
    assert by_id["4@x"].sent_at == datetime(2019, 4, 1, 9, 30, tzinfo=UTC)
    assert by_id["5@x"].sent_at == datetime(2019, 4, 4, 9, 30, tzinfo=UTC)
    assert report.defects["has no believable Date"] == 4


# -- people ----------------------------------------------------------------------------


def test_authors_belong_to_the_organisation_that_has_their_domain_or_are_strangers(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    messages = [
        past_message(From="Mette <mette@proevested.example.dk>"),
        past_message(From="Sam <sam@elsewhere.example.org>"),
    ]

    import_messages(store, portal, tmp_path, now, messages)

    with store.reading() as session:
        mailing_list = session.get_one(MailingList, list_key)
        mette, sam = (
            persons.get_person(session, f"{one}")
            for one in ("mette@proevested.example.dk", "sam@elsewhere.example.org")
        )
        assert subscriptions.is_member(session, mette, mailing_list)
        assert not subscriptions.is_member(session, sam, mailing_list)
        assert (sam.name, sam.is_guest, sam.organisation_key) == ("Sam", False, None)


def test_one_whose_mail_was_imported_is_a_stranger_still(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    import_messages(store, portal, tmp_path, now, [past_message(From="Sam <sam@elsewhere.example.org>")])

    with store.transaction() as session:
        assert persons.welcome(session, "sam@elsewhere.example.org", "Sam", now) is None
        assert persons.welcome(session, "sam@elsewhere.example.org", "Sam", now, as_guest=True) is not None


def test_a_file_that_cannot_be_looked_into_is_left_out_and_told(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    message = past_message()
    for name, octets in (("laast.pdf", encrypted_pdf()), ("aaben.pdf", a_pdf("Notat"))):
        message.add_attachment(octets, maintype="application", subtype="pdf", filename=name)

    report = import_messages(store, portal, tmp_path, now, [message])

    assert [file.name for file in rows(store, Attachment)] == ["aaben.pdf"]
    assert "has a file that is encrypted: laast.pdf" in report.defects


# -- nobody is told --------------------------------------------------------------------


def test_nobody_hears_of_it_and_the_next_digest_does_not_tell_it(
    store: Store, portal: Portal, signer: Signer, list_key: int, tmp_path: Path, now: datetime
) -> None:
    follower = distributor(portal, signer)
    with store.transaction() as session:
        mailing_list = session.get_one(MailingList, list_key)
        lawyer = a_lawyer(session, mailing_list)
        subscriptions.subscribe(session, lawyer, mailing_list, Mode.EACH, now)
    with store.transaction() as session:
        journal.place_bookmark(session, follower)

    recent = a_message(Message_ID="<1@x>", Date=format_datetime(now - timedelta(hours=1)))
    import_messages(store, portal, tmp_path, now, [recent, past_message(In_Reply_To="<1@x>")])
    while journal.follow(store, follower, now):
        pass

    with store.reading() as session:
        told = collect(session, session.get_one(MailingList, list_key), journal.last_event(session))
    assert told.items == 0
    assert not any(told.sections.values())
    assert rows(store, Delivery) == rows(store, Letter) == []
    assert {event.is_quiet for event in rows(store, Event) if event.message_key} == {True}


# -- again and after a fall ------------------------------------------------------------


def test_a_second_import_adds_nothing(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    messages = [past_message(Message_ID="<1@x>"), past_message(In_Reply_To="<1@x>"), past_message()]
    import_messages(store, portal, tmp_path, now, messages)
    tables = (Ticket, Message, Person, Event, Identifier, Citation, Content)
    before = [len(rows(store, table)) for table in tables]

    again = import_messages(store, portal, tmp_path, now, messages)

    assert (again.filed, again.known) == (0, 3)
    assert [len(rows(store, table)) for table in tables] == before


def test_an_import_that_fell_goes_on_where_it_was(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    path = an_mbox(tmp_path, *(past_message(n) for n in range(450)))
    seen = 0

    def fall(done: int) -> None:
        nonlocal seen
        seen += done
        if seen >= 200:
            raise InterruptedError

    with open_archive(path) as archive:
        sketches = look_through(archive, now, lambda _: None)
        with pytest.raises(InterruptedError):
            import_archive(store, portal, "databeskyttelse", archive, sketches, now, fall)
    begun = len(rows(store, Message))
    report = take_in(store, portal, path, now)

    assert 200 <= begun < 450
    assert (report.filed, report.known) == (450 - begun, begun)
    assert sorted(ticket.number for ticket in rows(store, Ticket)) == list(range(1, 451))


def test_a_thread_goes_on_in_a_later_archive_and_begins_in_an_earlier_one(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    middle = past_message(1, Message_ID="<2@x>", References="<1@x>")
    later = past_message(2, Message_ID="<3@x>", In_Reply_To="<2@x>", From="Ole <ole@elsewhere.example.org>")
    earlier = past_message(0, Message_ID="<1@x>")

    for message in (middle, later, earlier):
        import_messages(store, portal, tmp_path, now, [message])

    (ticket,) = rows(store, Ticket)
    assert {message.message_id: message.kind for message in rows(store, Message)} == {
        "1@x": MessageKind.QUESTION,
        "2@x": MessageKind.FOLLOW_UP,
        "3@x": MessageKind.REPLY,
    }
    assert [alias.ticket_key for alias in rows(store, Alias)] == [ticket.id]


def test_a_question_that_waits_for_an_answer_still_waits_when_its_beginning_is_imported(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    with store.transaction() as session:
        mette = a_person(session)
        post = Post("2@x", Mailbox(mette.name, mette.email), "SV: Må vi?", "Og nu?", in_reply_to=("1@x",))
        session.add(Content(sha256="live", octets=b"live", stored_at=now))
        session.flush()
        file_post(session, portal, session.get_one(MailingList, list_key), post, Filing(mette, "live", now))

    import_messages(store, portal, tmp_path, now, [past_message(Message_ID="<1@x>")])

    (ticket,) = rows(store, Ticket)
    assert ticket.status is Status.OPEN


def test_an_imported_answer_does_not_settle_a_question_that_came_by_mail(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    with store.transaction() as session:
        mette = a_person(session)
        post = Post("1@x", Mailbox(mette.name, mette.email), "Må vi?", "Må vi?")
        session.add(Content(sha256="live", octets=b"live", stored_at=now))
        session.flush()
        filing = Filing(mette, "live", now, visibility=Visibility.CONFIDENTIAL)
        file_post(session, portal, session.get_one(MailingList, list_key), post, filing)

    import_messages(store, portal, tmp_path, now, [past_message(In_Reply_To="<1@x>")])

    (ticket,) = rows(store, Ticket)
    assert (ticket.status, ticket.visibility, ticket.changed_at) == (Status.OPEN, Visibility.CONFIDENTIAL, now)


# -- what is odd -----------------------------------------------------------------------


def test_another_message_with_the_same_id_is_filed_beside_it_and_reported(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    one, copy = (past_message(Message_ID="<1@x>", text="Det samme\n", X_Copy=copy) for copy in ("", "ja"))
    other = past_message(3, Message_ID="<1@x>", text="Noget andet\n")

    report = import_messages(store, portal, tmp_path, now, [one, copy, other])
    again = import_messages(store, portal, tmp_path, now, [one, copy, other])

    assert (report.filed, report.known, report.defects) == (2, 1, {CLASHES: 1})
    assert report.named[CLASHES] == ["message 3"]
    assert (again.filed, again.known) == (0, 3)
    assert sorted(message.text for message in rows(store, Message)) == ["Det samme", "Noget andet"]


def test_the_author_of_a_message_that_a_list_sent_in_its_own_name_is_who_wrote_it(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    munged = past_message(
        From="Mette Prøve via Gammel Liste <liste@lists.example.org>",
        List_Post="<mailto:liste@lists.example.org>",
        Reply_To="Mette Prøve <mette@proevested.example.dk>",
    )

    import_messages(store, portal, tmp_path, now, [munged])

    assert [(one.name, one.email) for one in rows(store, Person)] == [("Mette Prøve", "mette@proevested.example.dk")]


FOOTER = "\n_______________________________________________\nListe mailing list\nliste@lists.example.org\n"


@pytest.mark.parametrize(
    "copy",
    [
        f"Må vi gemme det?\n{FOOTER}",
        "Må vi  gemme\ndet?\n",
        f"Må vi gemme det?\n\n-- \nMette\n{FOOTER}",
    ],
)
def test_copies_of_a_message_that_differ_in_what_others_added_are_one(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime, copy: str
) -> None:
    first = past_message(Message_ID="<1@x>", text="Må vi gemme det?\n")
    second = past_message(
        Message_ID="<1@x>", text=copy, From="Mette via Liste <liste@lists.example.org>",
        List_Id="<liste.lists.example.org>", Reply_To="mette@proevested.example.dk",
    )  # fmt: skip

    report = import_messages(store, portal, tmp_path, now, [first, second])
    later = import_messages(store, portal, tmp_path, now, [second])

    assert (report.filed, report.known, dict(report.defects)) == (1, 1, {})
    assert (later.filed, later.known) == (0, 1)


@pytest.mark.parametrize("size", [3, HEAVY + 1])
def test_what_readers_hold_at_a_time_is_bounded_by_octets(size: int, now: datetime) -> None:
    jobs = [Job(b"x" * size, ArchivePosition(position, False), now) for position in range(CHUNK + 2)]

    chunks = list(in_chunks(jobs))

    assert [job for chunk in chunks for job in chunk] == jobs
    assert max(map(len, chunks)) == (CHUNK if size == 3 else 1)


def test_robots_that_nobody_answered_are_left_out_and_the_others_seen_by_few(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    messages = [
        past_message(Message_ID="<1@x>", Precedence="bulk"),
        past_message(Message_ID="<2@x>", In_Reply_To="<1@x>", Auto_Submitted="auto-replied"),
        past_message(Message_ID="<3@x>", Auto_Submitted="auto-generated"),
        past_message(Message_ID="<4@x>", Auto_Submitted="auto-generated"),
        past_message(Message_ID="<5@x>", In_Reply_To="<4@x>"),
    ]

    report = import_messages(store, portal, tmp_path, now, messages)

    assert (report.filed, report.left_out) == (4, {LONELY_ROBOT: 1})
    assert {message.message_id: message.kind for message in rows(store, Message)} == {
        "1@x": MessageKind.QUESTION,
        "2@x": MessageKind.AUTOMATIC,
        "4@x": MessageKind.QUESTION,
        "5@x": MessageKind.FOLLOW_UP,
    }


def test_a_cpr_number_is_masked_and_stands_nowhere_in_the_database(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    number = "010190-1234"
    message = past_message(Subject=f"Om {number}", text=f"Borgeren {number} har søgt.\n\n> {number}\n")
    message.add_attachment(number.encode(), maintype="text", subtype="plain", filename=f"{number}.txt")

    report = import_messages(store, portal, tmp_path, now, [message])

    (filed,) = rows(store, Message)
    (content,) = rows(store, Content)
    assert filed.text.startswith("Borgeren ●●●●●●-●●●● har søgt.")
    assert filed.subject == "Om ●●●●●●-●●●●"
    assert number not in repr([filed, rows(store, Ticket), content])
    assert rows(store, Attachment) == []
    assert [kind for kind in report.defects if "CPR" in kind]


def test_a_message_that_cannot_be_read_keeps_no_other_from_being_filed(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    big = b"Subject: x\nDate: Mon, 4 Mar 2019 09:30:00 +0000\n" + b"Content-Type: " + b"a" * 100 + b"\n\n"
    broken = b"Subject: broken\nFrom: \xff\xfe\xff nobody\nMessage-ID: <\xff>\n\n\xff\x00\xfe"

    report = import_messages(store, portal, tmp_path, now, [past_message(), big, broken, past_message()])

    assert report.filed == 4
    assert UNREADABLE not in report.left_out
    assert {"has no From", "has no Message-ID", "has no believable Date"} <= set(report.defects)


def test_the_octets_of_an_empty_archive_of_odd_messages_do_no_harm(
    store: Store, portal: Portal, list_key: int, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "maildir"
    (folder / "new").mkdir(parents=True)
    for number, octets in enumerate([b"", b"\n", b"\r\n\r\n", b"\xff\xfe", b"Date:\n\n", b"Received: ;;;\n\n"]):
        (folder / "new" / str(number)).write_bytes(octets)

    report = take_in(store, portal, folder, now)

    assert report.messages == 6
    assert report.filed + report.known + report.left_out.total() == 6


# -- a real list -----------------------------------------------------------------------


@pytest.mark.any_database
@pytest.mark.slow
def test_every_reply_of_a_real_list_lies_in_the_ticket_of_its_parent(
    store: Store, portal: Portal, list_key: int, corpus: Path, tmp_path: Path, now: datetime
) -> None:
    archive = first_messages(corpus, 700, tmp_path)

    assert follow_threads(store, portal, archive, now) > 300
