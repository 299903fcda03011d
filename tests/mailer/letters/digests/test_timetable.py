"""The digest: once a week and list, what happened since the last one, and nothing that is not for all."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import event
from sqlmodel import col, select

from mailer.letters.digests.timetable import Digester, last_due, make_digest, period_of, preview
from mailer.sections import DigestTimes
from support.builders import a_filed_message
from support.newsroom import WEEK, Town, make_town
from support.town import text, the_list
from tickets import journal, links
from tickets.conversations import statuses
from tickets.database.models import (
    Delivery,
    Digest,
    MailingList,
    Mode,
    Person,
    Status,
    Subscription,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.database.store import Store
from tickets.issues.collecting import collect
from tickets.issues.writing import shorten, write_items
from tickets.people import subscriptions
from tickets.people.appointments import lawyers
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    return make_town(store, portal, signer, now)


# -- when ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-23T06:59+00:00", "2026-11-16T07:00+00:00"),
        ("2026-11-23T07:00+00:00", "2026-11-23T07:00+00:00"),
        ("2026-11-29T23:59+00:00", "2026-11-23T07:00+00:00"),
        ("2026-03-30T06:00+00:00", "2026-03-30T06:00+00:00"),  # summer time since yesterday
        ("2026-03-30T05:59+00:00", "2026-03-23T07:00+00:00"),
        ("2026-10-26T06:59+00:00", "2026-10-19T06:00+00:00"),  # winter time since yesterday
        ("2026-10-26T07:00+00:00", "2026-10-26T07:00+00:00"),
    ],
)
def test_a_digest_is_due_at_eight_on_the_local_clock(portal: Portal, at: str, due: str) -> None:
    mailing_list = MailingList(name="x", address="x@example.dk", prefix="X", created_at=datetime.now(UTC))

    assert last_due(portal, mailing_list, datetime.fromisoformat(at)) == datetime.fromisoformat(due)


def test_an_hour_that_comes_twice_or_never_gives_one_digest(portal: Portal) -> None:
    sunday_night = MailingList(
        name="x", address="x@example.dk", prefix="X", digest_weekday=6, digest_hour=2, digest_minute=30,
        created_at=datetime.now(UTC),
    )  # fmt: skip
    for first in (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC)):
        moments = [first + timedelta(minutes=5 * step) for step in range(24 * 12)]

        assert len({last_due(portal, sunday_night, at) for at in moments}) == 2


def test_a_period_is_the_iso_week(portal: Portal) -> None:
    assert period_of(portal, datetime(2026, 11, 23, 7, tzinfo=UTC)) == "2026-W48"
    assert period_of(portal, datetime(2027, 1, 1, 7, tzinfo=UTC)) == "2026-W53"


def test_settings_name_a_weekday() -> None:
    assert DigestTimes(weekday="FRI", hour=7).weekday == "fri"
    with pytest.raises(ValidationError, match="no weekday"):
        DigestTimes(weekday="freitag")


# -- once ------------------------------------------------------------------------------


def test_a_week_gets_one_digest_however_often_it_is_asked_for(town: Town) -> None:
    town.file("mette")

    assert town.make()
    assert town.make() is None
    assert Digester(town.store, town.portal, town.signer, lambda: town.now).work() == 0

    assert len(town.letters()) == 1


def work_at_once(town: Town, digesters: int) -> None:
    made = [Digester(town.store, town.portal, town.signer, lambda: town.now) for _ in range(digesters)]
    threads = [threading.Thread(target=one.work) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_digesters_at_the_same_moment_make_one_digest(town: Town) -> None:
    town.file("mette")

    work_at_once(town, digesters=4)

    assert len(town.letters()) == 1


def test_a_portal_that_was_down_on_monday_sends_it_when_it_is_up(town: Town) -> None:
    town.file("mette")
    town.now += timedelta(days=2, hours=5)

    assert Digester(town.store, town.portal, town.signer, lambda: town.now).work() == 1

    assert len(town.letters()) == 1
    town.now += timedelta(days=4)
    assert Digester(town.store, town.portal, town.signer, lambda: town.now).work() == 0


def test_only_what_is_new_since_the_last_digest_is_told(town: Town) -> None:
    question = town.file("mette", subject="Må vi udlevere?")
    town.file("anders", question, is_lawyer=True)
    town.make()
    town.now += WEEK
    town.file("ole", subject="Hvad med logfiler?")

    town.make()

    first, second = town.letters()
    assert "Må vi udlevere?" in text(first)
    assert "Må vi udlevere?" not in text(second)
    assert "Hvad med logfiler?" in text(second)


def test_with_nothing_to_say_there_is_no_letter_but_the_week_is_done(town: Town) -> None:
    town.file("mette")
    town.make()
    town.now += WEEK

    digest = town.make()

    assert digest
    assert digest.items == 0
    assert len(town.letters()) == 1


def test_a_list_made_after_its_time_waits_for_the_next(town: Town) -> None:
    town.file("mette")
    with town.store.transaction() as session:
        the_list(session).created_at = town.now + timedelta(minutes=1)
    town.now += timedelta(hours=1)

    assert Digester(town.store, town.portal, town.signer, lambda: town.now).work() == 0


def test_letters_of_a_digest_for_another_time_can_leave_now(town: Town) -> None:
    town.file("mette")
    with town.store.transaction() as session:
        make_digest(session, town.portal, town.signer, the_list(session), town.now + 100 * WEEK, owed_at=town.now)

    with town.store.reading() as session:
        assert session.exec(select(Delivery.next_attempt_at)).one() == town.now


# -- what ------------------------------------------------------------------------------


def test_the_best_item_leads_the_subject_and_the_contents_come_first(town: Town) -> None:
    answered = town.file("mette", subject="Må vi udlevere?", text="Må vi?")
    town.file("anders", answered, is_lawyer=True, text="Nej, se artikel 6.")
    town.file("ole", subject="Hvor længe?", text="Hvor længe gemmer vi logfiler?")
    town.file("ole", subject="Hvem skriver under?")
    town.file("anders", subject="Ny vejledning", kind=TicketKind.NEWS)

    town.make()

    (letter,) = town.letters()
    assert letter["Subject"] == "Må vi udlevere? – og 3 sager mere, uge 47"
    told = text(letter)
    places = [
        told.index(words)
        for words in (
            "Databeskyttelse, uge 47", "16. nov. 2026 – 22. nov. 2026",
            "Nyhed (1)", "  - Ny vejledning (DB-4)", "Besvaret (1)", "  - Må vi udlevere? (DB-1)",
            "Nye spørgsmål (2)", "Ny vejledning (DB-4)\nAnders", "Nej, se artikel 6.", "Hvor længe gemmer vi logfiler?",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert "Svar fra Anders Jurist, Foreningen · 23. nov. 2026 kl. 08.00" in text(letter, "html")


def test_an_answer_in_a_line_leads_the_subject_and_stands_below_the_question(town: Town) -> None:
    for subject in ("Må vi udlevere?", "Copilot", "Må vi optage møder?"):
        asked = town.file("mette", subject=subject, text="Kære jurister\n\nMå vi bruge det?\n\nVenlig hilsen\nMette")
        town.file("anders", asked, is_lawyer=True, text="Hej Mette\n\nDet kommer an på det.\n\nMvh Anders")
    with town.store.transaction() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == 2)).one()
        ticket.short_answer = "Copilot i sagsbehandlingen kræver konsekvensanalyse."

    town.make()

    (letter,) = town.letters()
    assert letter["Subject"] == "Copilot i sagsbehandlingen kræver konsekvensanalyse – og 2 svar mere, uge 47"
    assert text(letter).split("\nCopilot (DB-2)\n")[1].split("\nLæs:")[0].strip().split("\n\n") == [
        "Kort svar: Copilot i sagsbehandlingen kræver konsekvensanalyse.",
        "Mette Eksempel, Prøvested Kommune · 23. nov. 2026 kl. 08.00",
        "Må vi bruge det?",
        "Svar fra Anders Jurist, Foreningen · 23. nov. 2026 kl. 08.00",
        "Det kommer an på det.",
    ]


def test_each_item_has_its_link_and_an_address_that_is_nobodys(town: Town) -> None:
    town.file("mette")

    town.make()

    (letter,) = town.letters()
    with town.store.reading() as session:
        ulla = session.exec(select(Person).where(col(Person.email).startswith("ulla@"))).one()
        leave = links.unsubscribe_url(town.portal, town.signer, the_list(session).key, ulla.key)
    for kind in ("plain", "html"):
        told = text(letter, kind)
        assert "databeskyttelse+db-1@example.dk" in told
        assert "https://portal.example.dk/t/DB-1" in told
        assert told.index("Har du fået den af en kollega?") < told.index(leave)
        assert told.count(leave) == 1
    assert str(letter["List-Unsubscribe"]).startswith(f"<{leave}>")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Reply-To"] == "databeskyttelse+owner@example.dk"


def test_what_the_readers_own_organisation_asked_is_marked_unless_it_is_anonymous(town: Town) -> None:
    town.file("ole", subject="Vores eget")
    town.file("mette", subject="Andres")
    town.file("ole", subject="Hemmeligt vores", visibility=Visibility.ANONYMOUS)
    with town.store.transaction() as session:
        mette = session.exec(select(Person).where(col(Person.email).startswith("mette@"))).one()
        subscriptions.subscribe(session, mette, the_list(session), Mode.WEEKLY, town.now)

    town.make()

    marked = "\nSpurgt af jeres egen organisation\n"
    assert [
        text(town.letters("ulla")[0]).count(f"\n{name}{marked}") for name in ("Vores eget (DB-1)", "Andres (DB-2)")
    ] == [1, 0]
    assert [
        text(town.letters("mette")[0]).count(f"\n{name}{marked}") for name in ("Vores eget (DB-1)", "Andres (DB-2)")
    ] == [0, 1]
    for reader in ("ulla", "mette"):
        assert text(town.letters(reader)[0]).count(marked) == 1


def test_a_reader_of_topics_gets_those_news_and_their_own_and_is_told_how_many_more_there_are(town: Town) -> None:
    asked = [town.file("mette", subject=subject) for subject in ("Billeder", "Plejehjem", "Uden emne")]
    with town.store.transaction() as session:
        for message, topics in zip(asked, (["Skole"], ["ældre"], []), strict=True):
            session.get_one(Ticket, message.ticket_key).topics = topics
    town.file("ole", subject="Vores eget")
    town.file("anders", subject="Nyt fra foreningen", kind=TicketKind.NEWS)
    with town.store.transaction() as session:
        for who, topics in (("ulla", ["skole"]), ("mette", ["gulerødder"])):
            person = session.exec(select(Person).where(col(Person.email).startswith(f"{who}@"))).one()
            subscriptions.subscribe(session, person, the_list(session), Mode.WEEKLY, town.now)
            session.get_one(Subscription, (person.id, the_list(session).id)).topics = topics

    town.make()

    (ulla,), (mette,) = town.letters("ulla"), town.letters("mette")
    names = ("Billeder", "Plejehjem", "Uden emne", "Vores eget", "Nyt fra foreningen")
    assert [name in text(ulla) for name in names] == [True, False, False, True, True]
    assert "\n2 mere er om emner, du ikke har valgt: https://portal.example.dk/l/db/2026-W48\n" in text(ulla)
    assert [name in text(mette) for name in names] == [True, True, True, False, True]


def test_a_reader_of_topics_on_which_nothing_happened_gets_no_letter(town: Town) -> None:
    town.file("mette", subject="Plejehjem")
    with town.store.transaction() as session:
        ulla = session.exec(select(Person).where(col(Person.email).startswith("ulla@"))).one()
        session.get_one(Subscription, (ulla.id, the_list(session).id)).topics = ["skole"]

    assert town.make() is not None
    assert town.letters("ulla") == []


def test_a_year_of_news_is_told_in_less_than_what_mail_programs_cut(town: Town) -> None:
    """Gmail shows the first 102 kB."""
    for number in range(60):
        asked = town.file("mette", subject=f"Spørgsmål nummer {number}", text="Må vi gøre sådan her? Æøå. " * 300)
        town.file("anders", asked, is_lawyer=True, text="Det må I godt, når I har hjemmel. Æøå. " * 300)
        town.file("anders", subject=f"Nyhed nummer {number}", kind=TicketKind.NEWS, text="Der er nyt. Æøå. " * 300)

    town.make()

    (letter,) = town.letters()
    assert len(letter.as_bytes()) < 100_000
    told = text(letter)
    assert "\n  - 30 flere står i arkivet: https://portal.example.dk/l/db\n" in told
    assert "  - Spørgsmål nummer 3 (DB-7)\n    https://portal.example.dk/t/DB-7\n" in told


def test_many_tickets_cost_no_more_statements_than_few(town: Town) -> None:
    statements = []
    with town.store.reading() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))

    def cost(tickets: int) -> int:
        for _ in range(tickets):
            town.file("anders", town.file("mette"), is_lawyer=True)
        statements.clear()
        with town.store.reading() as session:
            content = collect(session, the_list(session), journal.last_event(session))
            collected = len(statements)
            write_items(session, town.portal, the_list(session), content, town.now)
            return len(statements) - collected

    assert cost(2) == cost(20) <= 7


def test_a_digest_goes_to_weekly_readers_only(town: Town) -> None:
    town.file("mette")

    town.make()

    assert (len(town.letters("ulla")), len(town.letters("ole")), len(town.letters("anders"))) == (1, 0, 0)


def test_a_confidential_ticket_leaves_no_trace(town: Town) -> None:
    hidden = town.file("mette", subject="Hemmelig sag", visibility=Visibility.CONFIDENTIAL)
    town.file("anders", hidden, is_lawyer=True, text="Hemmeligt svar")

    digest = town.make()

    assert digest
    assert digest.items == 0
    town.now += WEEK
    town.file("ole", subject="Noget åbent")
    town.make()
    (letter,) = town.letters()
    assert "emmelig" not in text(letter) + text(letter, "html")
    assert letter["Subject"] == "Noget åbent, uge 48"


def test_an_anonymous_asker_is_a_municipality(town: Town) -> None:
    town.file("mette", subject="Må man det?", visibility=Visibility.ANONYMOUS)

    town.make()

    (letter,) = town.letters()
    assert "En kommune ·" in text(letter)
    assert "Mette" not in text(letter) + text(letter, "html")
    assert "Prøvested" not in text(letter) + text(letter, "html")


def test_what_is_open_still_asks_for_help_when_there_is_other_news(town: Town) -> None:
    town.file("mette", subject="Gammelt spørgsmål")
    town.make()
    town.now += WEEK
    town.file("anders", subject="Ny vejledning", kind=TicketKind.NEWS)

    town.make()

    second = text(town.letters()[1])
    assert "Endnu ikke besvaret – kan du hjælpe? (1)" in second
    assert "Gammelt spørgsmål (DB-1)\nHar ventet 7 dage på svar\n" in second
    assert "Gammelt spørgsmål (DB-1)" in second


def test_an_answered_question_that_is_asked_on_is_open_again(town: Town) -> None:
    question = town.file("mette", subject="Må vi det?")
    answer = town.file("anders", question, is_lawyer=True)
    town.make()
    town.now += WEEK
    town.file("mette", answer, text="En ting mere: gælder det også fuldmagter?", in_reply_to=(answer.own_id,))

    town.make()

    second = town.letters()[1]
    assert "Genåbnet (1)" in text(second)
    assert "\nSpurgt første gang 23. nov. 2026\n" in text(second)
    assert second["Subject"] == "Må vi det?, uge 48"


def test_mere_thanks_are_no_news(town: Town) -> None:
    question = town.file("mette")
    answer = town.file("anders", question, is_lawyer=True)
    town.make()
    town.now += WEEK
    town.file("mette", answer, text="Tak!", in_reply_to=(answer.own_id,))

    digest = town.make()

    assert digest
    assert digest.items == 0


def test_a_ticket_is_told_once_where_it_belongs_now(town: Town) -> None:
    question = town.file("mette", subject="Må vi det?")
    town.file("ole", question, text="Vi gør sådan.")
    town.file("anders", question, is_lawyer=True, text="Nej.")

    digest = town.make()

    assert digest
    assert digest.items == 1
    assert text(town.letters()[0]).count("  - Må vi det? (DB-1)") == 1


def test_a_question_closed_without_an_answer_is_not_new(town: Town) -> None:
    question = town.file("mette")
    with town.store.transaction() as session:
        ticket = session.get_one(Ticket, question.ticket_key)
        statuses.change_status(session, ticket, Status.CLOSED, town.now, session.get_one(Person, ticket.asker_key))

    digest = town.make()

    assert digest
    assert digest.items == 0


def test_a_question_that_others_closed_without_an_answer_is_told_once(town: Town) -> None:
    question = town.file("mette")
    with town.store.transaction() as session:
        ticket = session.get_one(Ticket, question.ticket_key)
        lawyer = lawyers(session, ticket.mailing_list_key)[0]
        statuses.change_status(session, ticket, Status.CLOSED, town.now, lawyer)

    digest = town.make()

    assert digest
    assert digest.items == 1
    told = text(town.letters()[0])
    assert "Lukket uden svar (1)\n  - Må vi det? (DB-1)" in told.replace("\r\n", "\n")
    town.now += timedelta(days=7)
    later = town.make()
    assert later is None or later.items == 0


def test_imported_tickets_are_not_told(town: Town) -> None:
    with town.store.transaction() as session, journal.quiet(session):
        mette = session.exec(select(Person).where(col(Person.email).startswith("mette@"))).one()
        a_filed_message(session, town.portal, the_list(session), mette, town.now)

    digest = town.make()

    assert digest
    assert digest.items == 0


def test_a_preview_tells_the_same_and_makes_nothing(town: Town) -> None:
    town.file("mette", subject="Må vi det?")

    with town.store.reading() as session:
        shown = preview(session, town.portal, the_list(session), town.now)

    assert shown.startswith("Må vi det?, uge 48\n\nDatabeskyttelse, uge 48\n")
    assert "databeskyttelse+db-1@example.dk" in shown
    with town.store.reading() as session:
        assert session.exec(select(Digest)).all() == []


def test_a_text_is_shortened_at_the_end_of_a_word() -> None:
    assert shorten("kort", 10) == "kort"
    assert shorten("første andet tredje", 14) == "første andet …"
    assert shorten("x" * 50, 10) == "x" * 10 + " …"


# -- daily -----------------------------------------------------------------------------


def test_who_wants_a_letter_a_day_gets_it_on_working_days_with_news(town: Town) -> None:
    with town.store.transaction() as session:
        mette = session.exec(select(Person).where(col(Person.email).startswith("mette@"))).one()
        subscriptions.subscribe(session, mette, the_list(session), Mode.DAILY, town.now)
    subjects = []
    for day in range(8):  # from Monday
        if day in (0, 1, 5):
            town.file("ole", subject=f"Spørgsmål på dag {day}")
        Digester(town.store, town.portal, town.signer, lambda: town.now).work()
        subjects.append([str(one["Subject"]) for one in town.letters("mette")])
        town.now += timedelta(days=1)

    assert [len(found) for found in subjects] == [1, 2, 2, 2, 2, 2, 2, 3]
    assert subjects[-1] == ["Spørgsmål på dag 0", "Spørgsmål på dag 1", "Spørgsmål på dag 5"]
    first = text(town.letters("mette")[0])
    assert "Databeskyttelse, 23. nov. 2026" in first
    assert "Du får denne mail på hverdage" in first
    assert len(town.letters("ulla")) == 2  # on Mondays


def test_a_letter_a_day_is_made_once_and_takes_nothing_from_the_weekly_one(town: Town) -> None:
    with town.store.transaction() as session:
        mette = session.exec(select(Person).where(col(Person.email).startswith("mette@"))).one()
        subscriptions.subscribe(session, mette, the_list(session), Mode.DAILY, town.now)
    town.make()
    town.now += timedelta(days=1)
    town.file("ole", subject="Tirsdagens spørgsmål")
    work_at_once(town, digesters=3)
    town.now += timedelta(days=6)
    town.make()

    assert len(town.letters("mette")) == 1
    assert "Tirsdagens spørgsmål (DB-1)" in text(town.letters("ulla")[-1])
