"""What was sent to a desk for confidential or anonymous questions stays that when a list's history is taken in."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import select

from mailer.history.archives import open_archive
from mailer.history.importing import BY_DETAIL, ImportReport, import_archive
from mailer.history.looking import look_through
from mailer.history.old_heads import read_old_head
from mailer.history.promises import Promises
from support.builders import a_lawyer, a_list, a_message, a_person, an_organisation
from tickets.conversations import anonymity
from tickets.database.models import Attachment, MailingList, Message, Person, Ticket, Unmasked, Visibility
from tickets.database.store import Store
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search.engines.tables import SCHEMA
from tickets.search.searching import Search

OPEN, ANONYMOUS, CONFIDENTIAL = Visibility.OPEN, Visibility.ANONYMOUS, Visibility.CONFIDENTIAL
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LIST, DATE = "databeskyttelse@example.dk", "Mon, 04 Mar 2019 09:30:00 +0000"


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ("To: databeskyttelse+fortrolig@example.dk", CONFIDENTIAL),
        ("To: DATABESKYTTELSE+FORTROLIG@example.dk", CONFIDENTIAL),
        ("To: gdpr-fortrolig@old.example.org", CONFIDENTIAL),
        ("To: gdpr-confidential@old.example.org", CONFIDENTIAL),
        ("To: =?utf-8?q?Sp=C3=B8rgsm=C3=A5l?= <fortrolig@example.dk>", CONFIDENTIAL),
        ("To: databeskyttelse+anonym@example.dk", ANONYMOUS),
        ("To: gdpr-anonymous@old.example.org", ANONYMOUS),
        ("Cc: Mette <mette@example.dk>, Liste <gdpr-anonym@example.dk>", ANONYMOUS),
        ("To: databeskyttelse@example.dk\nDelivered-To: databeskyttelse+fortrolig@example.dk", CONFIDENTIAL),
        ("To: undisclosed-recipients:;\nX-Original-To: databeskyttelse-anonym@example.dk", ANONYMOUS),
        ("To: x@example.dk\nEnvelope-To: databeskyttelse+anonym@example.dk", ANONYMOUS),
        ("To: x@example.dk\nResent-To: databeskyttelse+fortrolig@example.dk", CONFIDENTIAL),
        ("To: x@example.dk\nList-Post: <mailto:databeskyttelse%2Bfortrolig@example.dk>", CONFIDENTIAL),
        ("To: x@example.dk\nReceived: from a by b for <databeskyttelse+anonym@example.dk>; Mon", ANONYMOUS),
        ("To: db+anonym@example.dk, db+fortrolig@example.dk", CONFIDENTIAL),
        ("To: db@example.dk\nCc: db+anonym@example.dk\nDelivered-To: db-fortrolig@example.dk", CONFIDENTIAL),
        ("To: databeskyttelse@example.dk", OPEN),
        ("To: databeskyttelse+nyt@example.dk", OPEN),
        ("To: ufortrolig@example.dk", OPEN),
        ("To: fortrolighed@example.dk", OPEN),
        ("To: x@fortrolig.example.dk", OPEN),
        ("To: Fortrolig <databeskyttelse@example.dk>", OPEN),
        ("Subject: til db+fortrolig@example.dk\nTo: databeskyttelse@example.dk", OPEN),
    ],
)
def test_the_strictest_desk_that_a_message_was_sent_to_tells_who_sees_it(fields: str, visibility: Visibility) -> None:
    head = read_old_head(f"{fields}\nFrom: a@example.dk\n\nhej\n".encode(), NOW)

    assert Promises().promised_visibility(head.addressed, head.writers) is visibility


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ("To: brevkasse@gammel.example.dk", ANONYMOUS),
        ("To: Brevkassen <BREVKASSE@Gammel.example.dk>", ANONYMOUS),
        ("To: liste@gammel.example.dk\nCc: a@example.dk, brevkasse@gammel.example.dk", ANONYMOUS),
        ("To: liste@gammel.example.dk\nDelivered-To: brevkasse+1a2b@gammel.example.dk", ANONYMOUS),
        ("To: a@example.dk\nReceived: from a by b for <brevkasse@gammel.example.dk>; Mon", ANONYMOUS),
        ("To: liste@gammel.example.dk\nFrom: Brevkassen <brevkasse@gammel.example.dk>", ANONYMOUS),
        ("To: liste@gammel.example.dk\nReply-To: brevkasse@gammel.example.dk", ANONYMOUS),
        ("To: spørg@øby.example.dk", ANONYMOUS),
        ("To: spørg@xn--by-kka.example.dk", ANONYMOUS),
        ("To: brevkasse@gammel.example.dk, jura@gammel.example.dk", CONFIDENTIAL),
        ("To: db+fortrolig@example.dk, brevkasse@gammel.example.dk", CONFIDENTIAL),
        ("To: liste@gammel.example.dk", OPEN),
        ("To: min-brevkasse@gammel.example.dk", OPEN),
        ("To: brevkasse@gammel.example.dk.example.org", OPEN),
        ("To: brevkasse@gammel.example.dkk", OPEN),
        ("To: brevkasse@example.dk", OPEN),
        ("To: liste@gammel.example.dk\nSubject: om brevkasse@gammel.example.dk", OPEN),
        ("To: liste@gammel.example.dk\nFrom: db+anonym@example.dk", OPEN),
    ],
)
def test_a_list_may_have_had_addresses_of_its_own_for_this(fields: str, visibility: Visibility) -> None:
    desks = Promises(
        {
            "Brevkasse@gammel.example.dk": ANONYMOUS,
            "spørg@øby.example.dk": ANONYMOUS,
            "jura@gammel.example.dk": CONFIDENTIAL,
        }
    )

    head = read_old_head(f"{fields}\n\nhej\n".encode(), NOW)

    assert desks.promised_visibility(head.addressed, head.writers) is visibility


# -- through an import -----------------------------------------------------------------


@pytest.fixture
def people(store: Store) -> dict[str, Person]:
    with store.transaction() as session:
        mailing_list = a_list(session)
        an_organisation(session)
        an_organisation(session, "Øby Kommune", "oeby.example.dk")
        return {
            "mette": a_person(session),
            "ole": a_person(session, "ole@oeby.example.dk", "Ole Følger"),
            "anders": a_lawyer(session, mailing_list),
        }


METTE = "Mette Eksempel <mette@proevested.example.dk>"
ANDERS = "Anders Jurist <anders@forening.example.dk>"
OLE = "Ole Følger <ole@oeby.example.dk>"


def mail(name: str, to: str = LIST, of: str = METTE, **fields: str) -> EmailMessage:
    usual = {"From": of, "To": to, "Date": DATE, "Message_ID": f"<{name}@x>", "Subject": f"Om {name}"}
    signature = "Venlig hilsen\nMette Eksempel\nPrøvested Kommune\n"
    text = fields.pop("text", f"Kære jurister\n\nMå vi det ({name})?\n\n{signature}")
    return a_message(text=text, **usual | fields)


def bring_in(store: Store, portal: Portal, folder: Path, now: datetime, *messages: EmailMessage) -> ImportReport:
    path = folder / "liste.mbox"
    path.write_bytes(b"".join(b"From x Mon Apr  1 09:30:00 2019\n" + bytes(one) + b"\n" for one in messages))
    with open_archive(path) as archive:
        sketches = look_through(archive, now, lambda _: None)
        return import_archive(store, portal, "databeskyttelse", archive, sketches, now, lambda _: None)


def tickets(store: Store) -> dict[str, tuple[int, Visibility]]:
    """The ticket of each message, and who sees it."""
    with store.reading() as session:
        columns = (Message.message_id, Ticket.number, Ticket.visibility)
        query = select(*columns).join(Ticket, Ticket.id == Message.ticket_key)  # type: ignore[arg-type]
        return {name.partition("@")[0]: (number, visibility) for name, number, visibility in session.exec(query)}


def seen_by(store: Store, person: Person) -> set[str]:
    """The messages that somebody sees."""
    with store.reading() as session:
        sight = sight_of(session, session.get_one(Person, person.id))
        rows = session.exec(select(Message, Ticket).join(Ticket, Ticket.id == Message.ticket_key))  # type: ignore[arg-type]
        return {message.message_id.partition("@")[0] for message, ticket in rows if sight.of_ticket(ticket)}


@pytest.mark.parametrize("desk", ["databeskyttelse+fortrolig@example.dk", "gdpr-confidential@old.example.org"])
def test_a_confidential_question_and_its_answers_are_seen_by_its_asker_and_the_lawyers(
    store: Store, portal: Portal, people: dict[str, Person], tmp_path: Path, now: datetime, desk: str
) -> None:
    question = mail("spurgt", desk)
    answer = mail("svar", METTE, ANDERS, In_Reply_To="<spurgt@x>")

    report = bring_in(store, portal, tmp_path, now, question, answer, mail("aaben"))

    assert tickets(store) == {"spurgt": (1, CONFIDENTIAL), "svar": (1, CONFIDENTIAL), "aaben": (2, OPEN)}
    assert seen_by(store, people["ole"]) == {"aaben"}
    assert seen_by(store, people["mette"]) == seen_by(store, people["anders"]) == {"spurgt", "svar", "aaben"}
    assert report.hidden == {BY_DETAIL[CONFIDENTIAL]: 1}


def test_an_anonymous_question_and_what_others_answer_are_masked(
    store: Store, portal: Portal, people: dict[str, Person], tmp_path: Path, now: datetime
) -> None:
    question = mail("spurgt", "databeskyttelse+anonym@example.dk", Subject="Prøvested Kommune spørger")
    question.add_attachment(b"hemmeligt", maintype="text", subtype="plain", filename="Mette Eksempel.txt")
    text = "Kære Mette Eksempel\n\nJa, Prøvested Kommune må gerne.\n"
    answer = mail("svar", LIST, ANDERS, In_Reply_To="<spurgt@x>", text=text)

    report = bring_in(store, portal, tmp_path, now, question, answer)

    assert tickets(store) == {"spurgt": (1, ANONYMOUS), "svar": (1, ANONYMOUS)}
    with store.reading() as session:
        ticket = session.exec(select(Ticket)).one()
        messages = list(session.exec(select(Message).order_by(Message.id)))  # type: ignore[arg-type]
        told = " ".join(
            [ticket.subject, *(f"{one.subject} {one.text} {one.signature} {one.quoted}" for one in messages)]
        )
        names = list(session.exec(select(Attachment.name)))
        others = anonymity.show(session, ticket, messages, sees_asker=False)
        lawyers = anonymity.show(session, ticket, messages, sees_asker=True)
        assert len(session.exec(select(Unmasked)).all()) == 2
    assert not [word for word in ("Mette", "Eksempel", "Prøvested") if word in told + " ".join(names)]
    assert [len(shown.files) for shown in others.values()] == [0, 0]
    assert "Mette Eksempel" in lawyers[messages[0].key].signature
    assert report.hidden == {BY_DETAIL[ANONYMOUS]: 1}


def octets_of_index(store: Store, folder: Path) -> bytes:
    """All that the index holds, in its files or in its tables."""
    if store.is_sqlite:
        return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    with store.reading() as session:
        rows = session.connection().exec_driver_sql(f"SELECT texts::text FROM {SCHEMA}.texts AS texts").scalars()
        return "\n".join(rows).encode()


def test_who_asked_anonymously_is_in_no_index(
    store: Store, portal: Portal, people: dict[str, Person], tmp_path: Path, now: datetime
) -> None:
    bring_in(
        store,
        portal,
        tmp_path,
        now,
        mail("spurgt", "databeskyttelse-anonym@example.dk", text="Kanariefugl. Mette Eksempel"),
    )
    search = Search(store, tmp_path / "search", "tests")
    while search.update(now):
        pass

    index = octets_of_index(store, tmp_path / "search")
    assert b"kanariefugl" in index
    assert b"mette" not in index


def test_the_strictest_of_several_copies_wins(
    store: Store, portal: Portal, people: dict[str, Person], tmp_path: Path, now: datetime
) -> None:
    copies = [
        mail("spurgt", LIST, Delivered_To=LIST, text="hej"),
        mail("spurgt", LIST, Delivered_To="databeskyttelse+anonym@example.dk", text="hej"),
        mail("spurgt", LIST, Delivered_To="databeskyttelse+fortrolig@example.dk", text="hej"),
    ]

    bring_in(store, portal, tmp_path, now, *copies)

    assert tickets(store) == {"spurgt": (1, CONFIDENTIAL)}


@pytest.mark.parametrize(
    ("desk", "visibility"),
    [("databeskyttelse+fortrolig@example.dk", CONFIDENTIAL), ("databeskyttelse+anonym@example.dk", ANONYMOUS)],
)
def test_what_was_private_within_an_open_thread_stands_by_itself(
    store: Store,
    portal: Portal,
    people: dict[str, Person],
    tmp_path: Path,
    now: datetime,
    desk: str,
    visibility: Visibility,
) -> None:
    thread = [
        mail("spurgt", of=OLE),
        mail("privat", desk, In_Reply_To="<spurgt@x>"),
        mail("efter", In_Reply_To="<privat@x>"),
    ]

    bring_in(store, portal, tmp_path, now, *thread)

    assert tickets(store) == {"spurgt": (1, OPEN), "privat": (2, visibility), "efter": (2, visibility)}


@pytest.mark.parametrize(
    ("usual", "desk", "visibility"),
    [
        (CONFIDENTIAL, "databeskyttelse+anonym@example.dk", CONFIDENTIAL),
        (ANONYMOUS, "databeskyttelse+anonym@example.dk", CONFIDENTIAL),
        (ANONYMOUS, LIST, CONFIDENTIAL),
        (CONFIDENTIAL, LIST, CONFIDENTIAL),
    ],
)
def test_a_list_that_is_stricter_today_stays_so(
    store: Store, portal: Portal, people: dict[str, Person], tmp_path: Path, now: datetime,
    usual: Visibility, desk: str, visibility: Visibility,
) -> None:  # fmt: skip
    with store.transaction() as session:
        session.exec(select(MailingList)).one().visibility = usual

    bring_in(store, portal, tmp_path, now, mail("spurgt", desk))

    assert tickets(store) == {"spurgt": (1, visibility)}


def test_a_colleagues_anonymous_question_is_not_put_under_anothers_mask(
    store: Store, portal: Portal, people: dict[str, Person], tmp_path: Path, now: datetime
) -> None:
    desk = "databeskyttelse+anonym@example.dk"
    thread = [
        mail("spurgt", desk),
        mail("svar", desk, ANDERS, In_Reply_To="<spurgt@x>"),
        mail("ogsaa", desk, OLE, In_Reply_To="<spurgt@x>", text="Det vil Øby Kommune også vide.\n\nOle Følger\n"),
    ]

    bring_in(store, portal, tmp_path, now, *thread)

    assert tickets(store) == {"spurgt": (1, ANONYMOUS), "svar": (1, ANONYMOUS), "ogsaa": (2, ANONYMOUS)}
    with store.reading() as session:
        assert "Øby" not in " ".join(session.exec(select(Message.text)))
