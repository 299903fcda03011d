"""News that goes out at a time of its own: what its first line may say, and what becomes of it until then."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from mailer.letters.digests.timetable import make_digest
from mailer.processing.commands.scheduling import WantedTime
from support.builders import a_message, a_person
from support.command_desk import CommandDesk, plain
from tickets import overview
from tickets.database.models import Arrival, Disposition, MessageKind, Mode, Person, Role
from tickets.database.store import Store
from tickets.moderation import proposals
from tickets.people import appointments, subscriptions
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer

ZONE = ZoneInfo("Europe/Copenhagen")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
NEWS = "databeskyttelse+nyt@example.dk"


class Newsdesk(CommandDesk):
    """A list with an editor, Karen; Ole gets each letter, Karin one a week."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
        super().__init__(store, portal, signer, now)
        with store.transaction() as session:
            self.karen = a_person(session, "karen@forening.example.dk", "Karen Redaktør", language="da")
            appointments.appoint(session, self.karen, Role.EDITOR, self.mailing_list)
            subscriptions.subscribe(session, self.karin, self.mailing_list, Mode.WEEKLY, now)

    def sends_news(self, text: str, author: Person | None = None, **fields: str) -> Arrival:
        who = author or self.karen
        message = a_message(
            **{"From": f"{who.name} <{who.email}>", "To": NEWS, "Subject": "Ny frist", "text": text} | fields
        )
        arrival = self.take(message, NEWS)[0]
        self.distribute()
        return arrival

    def answers(self, letter: EmailMessage, text: str) -> None:
        address, about = str(letter["Reply-To"]).strip("<>"), str(letter["Message-ID"])
        fields = {"From": f"{self.karen.name} <{self.karen.email}>", "To": address, "Subject": "SV: Ny frist"}
        self.take(a_message(**fields, In_Reply_To=about, text=text), address)
        self.distribute()

    def time_comes(self, at: datetime) -> int:
        """Let the chore look at this time, and the mail room work; how much it sent or took back."""
        self.now = at
        with self.store.transaction() as session:
            done = proposals.expire(session, at)
        self.process()
        self.distribute()
        return done

    def told(self) -> str:
        return plain(self.letters_to(self.karen)[-1])


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer) -> Newsdesk:
    return Newsdesk(store, portal, signer, TUESDAY)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("UDSEND mandag 8", "2026-11-30 08:00"),
        ("Udsend på mandag kl. 8.30", "2026-11-30 08:30"),
        ("UDSEND: tirsdag kl. 14", "2026-11-24 14:00"),
        ("UDSEND tirsdag 8", "2026-12-01 08:00"),
        ("UDSEND 2026-12-07 08:00", "2026-12-07 08:00"),
        ("UDSEND den 7. december kl. 13", "2026-12-07 13:00"),
        ("UDSEND mandag den 7. december kl. 8", "2026-12-07 08:00"),
        ("UDSEND 7/12 9.15", "2026-12-07 09:15"),
        ("UDSEND 07.12.2026 kl. 9", "2026-12-07 09:00"),
        ("UDSEND 3. januar", "2027-01-03 08:00"),
        ("UDSEND i morgen", "2026-11-25 08:00"),
        ("UDSEND kl. 14.30", "2026-11-24 14:30"),
        ("SEND Monday 8", "2026-11-30 08:00"),
        ("SEND on Monday at 8 am", "2026-11-30 08:00"),
        ("Send tomorrow at 2 pm", "2026-11-25 14:00"),
        ("SEND December 7, 2026 at 08:00", "2026-12-07 08:00"),
        ("SEND 2026-12-07T08:00", "2026-12-07 08:00"),
        ("UDSEND 2027-03-28 02:30", "2027-03-28 03:30"),  # an hour that the clock leaves out
        ("UDSEND 2027-06-01 08:00", "2027-06-01 08:00"),
    ],
)
@pytest.mark.any_database
def test_a_line_says_when(line: str, at: str) -> None:
    wanted = WantedTime.read(line, TUESDAY)

    assert wanted is not None
    assert wanted.at is not None
    assert f"{wanted.at.astimezone(ZONE):%Y-%m-%d %H:%M}" == at


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("UDSEND kl. 9", "past"),
        ("UDSEND 2026-11-23 08:00", "past"),
        ("UDSEND 2029-01-01 08:00", "far"),
        ("UDSEND mandag 38", "unread"),
        ("UDSEND 31. februar", "unread"),
        ("UDSEND mandag den 8. december", "unread"),  # that is a Tuesday
        ("udsend snarest muligt", "unread"),
        ("SEND next week sometime", "unread"),
        ("Send jeres bemærkninger inden fredag", None),
        ("Udsendelsen af breve begynder mandag", None),
        ("Udsend gerne denne nyhed til alle jeres kolleger i forvaltningen", None),
        ("SEND", None),
    ],
)
@pytest.mark.any_database
def test_a_line_that_says_no_time_is_told_apart_from_a_sentence(line: str, fault: str | None) -> None:
    wanted = WantedTime.read(line, TUESDAY)

    assert (wanted.fault if wanted else None) == fault


def test_news_waits_for_its_time_and_goes_out_once(desk: Newsdesk) -> None:
    arrival = desk.sends_news("UDSEND mandag 8\n\nFristen er flyttet til 1. maj.")

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.SCHEDULED)
    assert desk.messages() == []
    assert "Din nyhed sendes ud 30. nov. 2026 kl. 08.00 – Ny frist" in desk.told()
    assert "Fristen er flyttet" in desk.told()
    assert "UDSEND mandag 8\n" not in desk.told()
    with desk.store.reading() as session:
        assert overview.count_everything(session, desk.now)["scheduled"] == {"news": 1}
    desk.forget()
    assert desk.time_comes(datetime(2026, 11, 30, 7, 59, tzinfo=ZONE)) == 0
    assert desk.time_comes(datetime(2026, 12, 2, 12, 0, tzinfo=ZONE)) == 1  # the machine was off for two days
    assert desk.time_comes(datetime(2026, 12, 2, 12, 1, tzinfo=ZONE)) == 0

    assert [(one.kind, one.text, one.sent_at) for one in desk.messages()] == [
        (MessageKind.NEWS, "Fristen er flyttet til 1. maj.", datetime(2026, 12, 2, 12, 0, tzinfo=ZONE))
    ]
    assert ("ole", "news") in desk.owed()
    assert "3 får den som en mail for sig. Én mere får den i det næste nyhedsbrev." in desk.told().replace("\n", " ")


@pytest.mark.parametrize(
    ("word", "filed", "told"),
    [
        ("SEND", 1, "Din nyhed er på vej"),
        ("ANNULLÉR", 0, "Din mail er trukket tilbage"),
        ("annuller", 0, "trukket tilbage"),
    ],
)
def test_its_editor_sends_it_at_once_or_not_at_all(desk: Newsdesk, word: str, filed: int, told: str) -> None:
    desk.sends_news("UDSEND mandag 8\n\nFristen er flyttet.")
    desk.answers(desk.letters_to(desk.karen)[-1], word)
    desk.process()
    desk.distribute()

    assert desk.time_comes(TUESDAY + timedelta(days=30)) == 0
    assert len(desk.messages()) == filed
    assert told in desk.told()


def test_another_time_is_told_by_reply_and_a_wrong_one_changes_nothing(desk: Newsdesk) -> None:
    arrival = desk.sends_news("UDSEND 2026-02-30 8\n\nFristen er flyttet.")
    assert arrival.reason is Reason.UNSCHEDULED
    assert "Du skrev »UDSEND 2026-02-30 8«, og vi kan ikke læse en dag og et klokkeslæt i det." in desk.told()

    first = desk.letters_to(desk.karen)[-1]
    desk.answers(first, "UDSEND torsdag 9")
    assert "Din nyhed sendes ud 26. nov. 2026 kl. 09.00" in desk.told()
    desk.answers(first, "UDSEND 2026-01-01 9")
    assert "Din nyhed sendes stadig ud 26. nov. 2026 kl. 09.00" in desk.told()
    assert "»UDSEND 2026-01-01 9«, og det tidspunkt er passeret" in desk.told()

    assert desk.time_comes(datetime(2026, 11, 26, 8, 59, tzinfo=ZONE)) == 0
    assert desk.time_comes(datetime(2026, 11, 26, 9, 0, tzinfo=ZONE)) == 1
    assert [one.text for one in desk.messages()] == ["Fristen er flyttet."]


def test_who_is_no_editor_any_more_sends_nothing(desk: Newsdesk) -> None:
    desk.sends_news("UDSEND mandag 8\n\nFristen er flyttet.")
    with desk.store.transaction() as session:
        appointments.dismiss(session, desk.karen, Role.EDITOR, desk.mailing_list)

    desk.time_comes(datetime(2026, 11, 30, 8, 0, tzinfo=ZONE))

    assert desk.messages() == []
    with desk.store.reading() as session:
        assert session.exec(select(Arrival.reason)).one() is Reason.NO_EDITOR


def test_news_is_corrected_by_reply_to_the_letter_about_it_or_to_ones_own_mail(desk: Newsdesk) -> None:
    desk.sends_news("Fristen er 1. marts.", Message_ID="<nyt-1@forening.example.dk>")
    sent = desk.letters_to(desk.karen)[-1]
    desk.forget()

    desk.answers(sent, "RET\n\nFristen er 1. maj.")
    answers = {"In_Reply_To": "<nyt-1@forening.example.dk>", "Subject": "SV: Ny frist"}
    desk.sends_news("RET\n\nFristen er 2. maj.", **answers)
    desk.sends_news("Endnu en nyhed om fristen.", **answers)

    first, second, third, other = desk.messages()
    assert [one.kind for one in (first, second, third)] == [MessageKind.NEWS] * 3
    assert (first.replaced_by_key, second.replaced_by_key, third.replaced_by_key) == (second.id, third.id, None)
    assert first.ticket_key == third.ticket_key != other.ticket_key
    corrected = next(one for one in desk.letters_to(desk.ole) if "2. maj" in plain(one))
    assert str(corrected["Subject"]) == "Rettelse: Ny frist [DB-1]"
    assert "En rettelse: den træder i stedet for en tidligere nyhed" in plain(corrected)
    assert "som ikke gælder længere:\n\nFristen er 1. maj." in plain(corrected)
    assert "Din rettelse er på vej" in " ".join(plain(one) for one in desk.letters_to(desk.karen))
    with desk.store.transaction() as session:
        make_digest(session, desk.portal, desk.signer, desk.mailing_list, desk.now)
    digest = plain(desk.letters_to(desk.karin)[-1])
    assert "Rettelse · Karen Redaktør" in digest
    assert "2. maj" in digest
    assert "1. marts" not in digest


def test_a_member_corrects_no_news(desk: Newsdesk) -> None:
    desk.sends_news("Fristen er 1. marts.")
    desk.replies(desk.ole, "RET\n\nFristen er 1. maj.")

    assert [one.replaced_by_key for one in desk.messages()] == [None, None]
    assert desk.messages()[-1].kind is MessageKind.REPLY
