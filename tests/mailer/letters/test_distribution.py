"""Distribution: what happened becomes letters, to those who are told of it and to nobody else."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from mailer.delivery import bounces
from mailer.delivery.relay import Fate, Outcome, Stage
from mailer.letters.distribution import FOLLOWER, distributor
from support.builders import a_filed_message, a_person, an_organisation, store_content
from support.told_town import Town
from support.told_town import town as town
from support.town import person, text, the_list
from templates.language import load_language
from tickets import journal, links
from tickets.conversations import anonymity
from tickets.database.models import (
    Arrival,
    Delivery,
    EventKind,
    Identifier,
    Letter,
    Message,
    Mode,
    OrganisationKind,
    Role,
    SetAside,
    Status,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.moderation import originals
from tickets.people import appointments, logins, reachability, registry, subscriptions
from tickets.people.sight import Sight
from tickets.post import File
from tickets.reasons import BounceKind, Reason
from tickets.search.searching import Search
from tickets.search.similar import Answered
from tickets.thread_ids import extend_index, is_same_conversation, new_index

# -- who is told what ------------------------------------------------------------------


def test_a_question_is_receipted_and_told_to_lawyers_and_subscribers(town: Town) -> None:
    town.file("mette", text="Må vi det?")

    assert sorted(town.owed()) == [("anders", "question"), ("mette", "receipt"), ("ole", "question")]


def test_an_answer_is_told_to_the_asker_and_subscribers_but_not_its_author(town: Town) -> None:
    question = town.file("mette")
    before = len(town.owed())

    town.file("anders", question, is_lawyer=True)

    assert sorted(town.owed()[before:]) == [("anders", "short_asked"), ("mette", "answer"), ("ole", "answer")]


def test_mere_thanks_of_the_asker_are_filed_and_told_to_nobody(town: Town) -> None:
    answer = town.file("anders", town.file("mette"), is_lawyer=True)
    before = len(town.owed())

    thanks = town.file("mette", answer, text="Tak for svaret!\n\nVenlig hilsen\nMette")

    assert town.owed()[before:] == []
    with town.store.reading() as session:
        ticket = session.get_one(Ticket, thanks.ticket_key)
        assert (thanks.ticket_key, ticket.status) == (answer.ticket_key, Status.ANSWERED)

    town.file("mette", answer, text="Tak.", files=(File(2, "afgørelse.pdf", "application/pdf", 4000),))
    assert sorted(town.owed()[before:]) == [("anders", "follow_up"), ("ole", "follow_up")]


def test_a_letter_leads_to_its_message_within_the_whole_thread(town: Town) -> None:
    question = town.file("mette")
    answer = town.file("anders", question, is_lawyer=True)

    with town.store.reading() as session:
        letters = session.exec(select(Letter).where(Letter.message_key == answer.id)).all()
    for letter in letters:
        octets = letter.octets.replace(b"=\r\n", b"").replace(b"=3D", b"=")
        assert octets.count(f"https://portal.example.dk/t/DB-1?m={answer.id}#m{answer.id}".encode()) == 2


POLITE = "Tusind tak for det grundige svar, det var lige det, vi havde brug for. God weekend!"


@pytest.mark.parametrize(("author", "text"), [("mette", POLITE), ("ole", POLITE), ("anders", "Selv tak!")])
def test_polite_words_open_nothing_and_are_mailed_to_nobody(town: Town, author: str, text: str) -> None:
    answer = town.file("anders", town.file("mette"), is_lawyer=True)
    before = len(town.owed())

    town.file(author, answer, text=text, is_lawyer=author == "anders")

    assert town.owed()[before:] == []
    with town.store.reading() as session:
        ticket = session.get_one(Ticket, answer.ticket_key)
        assert (ticket.status, ticket.changed_at) == (Status.ANSWERED, answer.filed_at)


@pytest.mark.parametrize("author", ["mette", "ole"])
def test_polite_words_with_a_question_open_the_ticket_or_go_to_all(town: Town, author: str) -> None:
    answer = town.file("anders", town.file("mette"), is_lawyer=True)
    before = len(town.owed())

    town.file(author, answer, text=f"{POLITE} Gælder det også for fuldmagter?")

    assert town.owed()[before:] != []
    with town.store.reading() as session:
        status = session.get_one(Ticket, answer.ticket_key).status
        assert status is (Status.OPEN if author == "mette" else Status.ANSWERED)


def test_a_lawyers_word_may_be_the_answer_while_a_ticket_waits_for_one(town: Town) -> None:
    question = town.file("mette", text="Er det fint, at vi gør sådan?")
    before = len(town.owed())

    town.file("anders", question, text="Fint, tak.", is_lawyer=True)

    assert ("mette", "answer") in town.owed()[before:]


def test_a_members_reply_is_told_to_all_and_marked_as_no_advice(town: Town) -> None:
    question = town.file("mette")

    town.file("ole", question, text="Vi gør sådan.")

    letter = town.letter("mette", "reply")
    assert "Fra Øby Kommune, ikke rådgivning fra listens jurister." in text(letter)
    assert "ikke rådgivning fra listens jurister" in text(letter, "html")
    assert ("anders", "reply") in town.owed()


def test_news_is_told_to_lawyers_and_subscribers_without_a_receipt(town: Town) -> None:
    town.file("pia", kind=TicketKind.NEWS)

    assert sorted(town.owed()) == [("anders", "news"), ("ole", "news"), ("pia", "news_sent")]


def test_a_confidential_question_reaches_the_lawyers_alone(town: Town) -> None:
    question = town.file("mette", visibility=Visibility.CONFIDENTIAL, text="Kun for jer.")
    town.file("anders", question, is_lawyer=True)

    told = {("anders", "question"), ("anders", "short_asked"), ("mette", "answer"), ("mette", "receipt")}
    assert set(town.owed()) == told
    letter = town.letter("anders", "question")
    assert "Fortroligt: Kun den, der spurgte, og listens jurister ser dette." in text(letter)
    assert letter["List-Id"] is None
    assert "kun du og listens jurister" in text(town.letter("mette", "receipt")).lower()


def test_an_anonymous_asker_is_named_to_the_lawyers_only(town: Town) -> None:
    question = town.file("mette", visibility=Visibility.ANONYMOUS, text="Må man?", signature="Mvh Mette, Prøvested")
    town.file("mette", question, text="En ting mere.")

    for kind in ("question", "follow_up"):
        told, hidden = town.letter("anders", kind), town.letter("ole", kind)
        assert "Mette Eksempel, Prøvested Kommune" in text(told)
        assert hidden["From"].addresses[0].display_name == "En kommune via Databeskyttelse"
        for trace in ("Mette", "Prøvested", "proevested", question.message_id):
            assert trace not in bytes(hidden).decode()
            assert trace not in text(hidden) + text(hidden, "html") + str(hidden["From"]) + str(hidden["References"])


def test_where_regions_ask_too_nobody_without_a_name_is_called_a_municipality(town: Town) -> None:
    def enter_region(session: Session, town: Town) -> None:
        region = an_organisation(session, "Region Prøveland", "region.example.dk", OrganisationKind.REGION)
        a_person(session, "rita@region.example.dk", "Rita Region", region)

    town.happens(enter_region)
    question = town.file("rita", visibility=Visibility.ANONYMOUS)
    town.file("pia", question, text="Det vil vi også gerne vide.")

    for kind in ("question", "reply"):
        letter = town.letter("ole", kind)
        assert letter["From"].addresses[0].display_name == "En myndighed via Databeskyttelse"
        assert "En myndighed ·" in text(letter)
    assert "ser det som fra en myndighed" in text(town.letter("rita", "receipt"))


def test_a_reader_gets_the_language_they_chose(town: Town) -> None:
    def choose(session: Session, town: Town) -> None:
        person(session, "ole").language = "en"

    town.happens(choose)
    question = town.file("mette", subject="Må vi det?")
    town.file("anders", question, is_lawyer=True)

    assert town.letter("ole", "answer")["Subject"] == "Re: Må vi det? [DB-1]"
    assert "Answer from the lawyers of the list" in text(town.letter("ole", "answer"))
    assert town.letter("mette", "answer")["Subject"] == "SV: Må vi det? [DB-1]"


# -- threads ---------------------------------------------------------------------------


def test_only_the_first_letter_of_a_ticket_carries_what_was_folded_away(town: Town) -> None:
    question = town.file("mette", text="Må vi det?", quoted="Videresendt: den gamle sag")
    town.file("anders", question, is_lawyer=True, text="Nej.", quoted="Den man. skrev Mette: Må vi det?")

    assert "den gamle sag" in text(town.letter("anders", "question"))
    assert "skrev Mette" not in text(town.letter("ole", "answer"))


def test_an_authors_own_id_is_told_to_its_author_and_nobody_else(town: Town) -> None:
    question = town.file("mette", message_id="hemmelig@proevested.example.dk")
    town.file("anders", question, is_lawyer=True, message_id="svar@forening.example.dk")

    mine, other = town.letter("mette", "answer"), town.letter("ole", "answer")
    assert mine["In-Reply-To"] == "<hemmelig@proevested.example.dk>"
    assert other["In-Reply-To"] == f"<{question.own_id}>"
    assert b"proevested.example.dk" not in bytes(other)
    assert b"svar@forening" not in bytes(mine) + bytes(other)
    assert mine["Message-ID"] == other["Message-ID"]


def test_a_lawyer_is_told_the_id_of_the_answer_that_is_followed_up(town: Town) -> None:
    question = town.file("mette")
    answer = town.file("anders", question, is_lawyer=True, message_id="svar@forening.example.dk")

    town.file("mette", answer, text="En ting mere")

    assert town.letter("anders", "follow_up")["In-Reply-To"] == "<svar@forening.example.dk>"
    assert "svar@forening" not in str(town.letter("ole", "follow_up")["References"])


def test_all_letters_about_a_ticket_share_a_reference_of_ours(town: Town) -> None:
    question = town.file("mette")
    town.file("anders", question, is_lawyer=True)

    for reader, kind in (("anders", "question"), ("mette", "receipt"), ("ole", "answer")):
        assert str(town.letter(reader, kind)["References"]).startswith("<db-1.ticket@example.dk>")


def test_outlook_shows_all_letters_about_a_ticket_in_the_conversation_that_its_asker_began(town: Town) -> None:
    began = "AdQc2DN7rLoS3hgnE/O76rpFzxN/Ew=="
    question = town.file("mette", subject="Må vi det?", thread_index=began)
    receipt = town.letter("mette", "receipt")
    by_phone = town.file("anders", question, is_lawyer=True, thread_index="")
    by_outlook = town.file("mette", by_phone, text="Og hvis naboen klager?", thread_index=str(receipt["Thread-Index"]))
    elsewhere = town.file("anders", by_outlook, is_lawyer=True, thread_index=new_index("another", town.now))

    letters = [receipt, *(town.letter("ole", kind) for kind in ("question", "follow_up", "answer"))]
    assert {str(one["Thread-Topic"]) for one in letters} == {"Må vi det?"}
    assert all(is_same_conversation(str(one["Thread-Index"]), began) for one in letters)
    assert str(letters[2]["Thread-Index"]) == extend_index(str(receipt["Thread-Index"]), town.now)
    assert is_same_conversation(elsewhere.thread_index, began)


@pytest.mark.parametrize("is_asked_so", [True, False])
def test_outlook_is_told_nothing_of_an_anonymous_askers_conversation(town: Town, is_asked_so: bool) -> None:
    def hide(session: Session, town: Town) -> None:
        ticket = session.get_one(Ticket, question.ticket_key)
        ticket.visibility = Visibility.ANONYMOUS
        anonymity.mask_ticket(session, ticket)

    began = "AdQc2DN7rLoS3hgnE/O76rpFzxN/Ew=="
    visibility = Visibility.ANONYMOUS if is_asked_so else Visibility.OPEN
    question = town.file("mette", visibility=visibility, thread_index=began, subject="Må Prøvested Kommune det?")
    town.happens(hide)
    town.file("anders", question, is_lawyer=True, thread_index=extend_index(began, town.now))

    letters = [town.letter("mette", "answer"), town.letter("ole", "answer")]
    if is_asked_so:
        letters += [town.letter("mette", "receipt"), town.letter("ole", "question"), town.letter("anders", "question")]
    assert not any(is_same_conversation(str(one["Thread-Index"]), began) for one in letters)
    assert not any("Prøvested" in str(one["Thread-Topic"]) for one in letters)
    assert len({str(one["Thread-Index"])[:29] for one in letters}) == 1


def test_an_answer_to_a_receipt_finds_its_ticket(town: Town) -> None:
    question = town.file("mette")

    with town.store.reading() as session:
        receipt = str(town.letter("mette", "receipt")["Message-ID"]).strip("<>")
        known = session.get(Identifier, (question.mailing_list_key, receipt))
        assert known
        assert known.ticket_key == question.ticket_key


def test_files_are_listed_with_links_and_not_attached(town: Town) -> None:
    question = town.file("mette", files=(File(2, "Bilag æøå.pdf", "application/pdf", 12_000),))

    letter = town.letter("ole", "question")
    assert f"Bilag æøå.pdf (12 kB): https://portal.example.dk/m/{question.path}/2" in text(letter)
    assert list(letter.iter_attachments()) == []


def test_nobody_writes_to_who_was_removed(town: Town) -> None:
    asked = town.file("mette")
    town.happens(lambda session, town: registry.remove_person(session, "mette@proevested.example.dk", town.now))
    before = len(town.owed())

    town.file("anders", asked, text="Ja.", is_lawyer=True)

    assert set(town.owed()[before:]) == {("ole", "answer"), ("anders", "short_asked")}


# -- receipts --------------------------------------------------------------------------


def test_a_receipt_says_what_arrived_who_sees_it_and_what_happens_now(town: Town) -> None:
    town.file("mette", subject="Må vi det?", text="Kære jurister. Må vi?")

    letter = town.letter("mette", "receipt")
    assert letter["Subject"] == "Vi har fået dit spørgsmål: Må vi det? [DB-1]"
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["List-Id"] is None
    for words in ("nummeret DB-1", "med dit navn og din organisation", "du får deres svar på mail", "Må vi?"):
        assert words in text(letter)


def test_a_receipt_names_what_was_answered_before(town: Town) -> None:
    asked = town.file("ole", subject="Kamera på genbrugspladsen", text="Må vi sætte et kamera\nop?")
    answer = town.file("anders", asked, text="Kære Ole\n\nJa, i 30 dage.", is_lawyer=True)
    looked_for: list[tuple[Sight, str]] = []

    def find_similar(session: Session, sight: Sight, message: Message) -> list[Answered]:
        looked_for.append((sight, message.text))
        return [Answered(session.get_one(Ticket, asked.ticket_key), asked, answer)]

    town.find_similar = find_similar
    town.file("mette", text="Hvad med kameraer?")

    assert {words for _, words in looked_for} == {"Hvad med kameraer?"}
    assert not any(sight.lawyer_of for sight, _ in looked_for)
    assert f"- Kamera på genbrugspladsen: https://portal.example.dk/m/{answer.path}" in text(
        town.letter("anders", "question")
    )
    for kind in ("plain", "html"):
        receipt = text(town.letter("mette", "receipt"), kind)
        assert "Kære Ole" not in receipt
        for words in ("Besvaret før", "Kamera på genbrugspladsen", "Må vi sætte et kamera op?", "Ja, i 30 dage."):
            assert words in receipt
        assert f"https://portal.example.dk/m/{answer.path}" in receipt


def test_a_receipt_to_a_lawyer_tells_nothing_of_confidential_tickets(town: Town, tmp_path: Path) -> None:
    search = Search(town.store, tmp_path / "search", "tests")
    town.find_similar = search.find_similar
    words = {"subject": "Kamera på genbrugspladsen", "text": "Må vi sætte et kamera op ved genbrugspladsen?"}
    asked = town.file("ole", visibility=Visibility.CONFIDENTIAL, **words)
    town.file("anders", asked, text="Hemmeligt svar.", is_lawyer=True)
    town.happens(lambda session, town: appointments.appoint(session, person(session, "pia"), Role.LAWYER, None))
    while search.update(town.now):
        pass

    town.file("pia", **words)
    town.file("ole", **words)

    assert "Besvaret før" not in text(town.letter("pia", "receipt"))
    assert "Hemmeligt svar." in text(town.letter("ole", "receipt"))


def test_a_sender_gets_three_receipts_within_an_hour(town: Town) -> None:
    for _ in range(5):
        town.file("mette")
        town.now += timedelta(minutes=10)
    assert town.owed().count(("mette", "receipt")) == 3

    town.now += timedelta(minutes=11)  # an hour after the first
    town.file("mette")
    town.file("mette")

    assert town.owed().count(("mette", "receipt")) == 4


@pytest.mark.parametrize("visibility", [Visibility.CONFIDENTIAL, Visibility.ANONYMOUS])
def test_a_question_that_not_everybody_sees_has_its_receipt_whatever_came_before(
    town: Town, visibility: Visibility
) -> None:
    for _ in range(4):
        town.file("mette")

    town.file("mette", visibility=visibility)

    assert town.owed().count(("mette", "receipt")) == 4


def test_an_address_gets_ten_automatic_letters_a_day_at_most(town: Town) -> None:
    def ask_for_help(session: Session, town: Town) -> None:
        mette = person(session, "mette")
        journal.append(session, EventKind.HELP_ASKED, town.now, list_key=the_list(session).id, person_key=mette.id)

    for _ in range(12):
        town.happens(ask_for_help)
    assert town.owed() == [("mette", "help")] * 10

    town.now += timedelta(days=1, minutes=1)
    town.happens(ask_for_help)
    assert len(town.owed()) == 11


# -- notices ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "kind", "words"),
    [
        (Mode.EACH, "subscribed", "hver eneste mail"),
        (Mode.WEEKLY, "subscribed", "én mail om ugen"),
        (Mode.NONE, "unsubscribed", "ikke flere mails"),
    ],
)
def test_a_subscription_is_confirmed(town: Town, mode: Mode, kind: str, words: str) -> None:
    def subscribe(session: Session, town: Town) -> None:
        subscriptions.subscribe(session, person(session, "pia"), the_list(session), mode, town.now)

    town.happens(subscribe)

    letter = town.letter("pia", kind)
    assert words in text(letter)
    assert ("+afmeld@" in text(letter)) == (mode is not Mode.NONE)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Reply-To"] == "databeskyttelse+owner@example.dk"


def test_many_may_be_entered_without_a_letter_to_each(town: Town) -> None:
    def subscribe(session: Session, town: Town) -> None:
        pia = person(session, "pia")
        subscriptions.subscribe(session, pia, the_list(session), Mode.WEEKLY, town.now, is_quiet=True)

    town.happens(subscribe)

    assert town.owed() == []


def test_who_leaves_a_restricted_list_is_told_that_they_cannot_come_back_by_mail(town: Town) -> None:
    def leave(session: Session, town: Town) -> None:
        the_list(session).is_restricted = True
        subscriptions.subscribe(session, person(session, "pia"), the_list(session), Mode.NONE, town.now)

    town.happens(leave)

    told = text(town.letter("pia", "unsubscribed"))
    assert "ikke længere medlem" in told
    assert "databeskyttelse+owner@example.dk" in told
    assert "+tilmeld@" not in told


def test_who_chooses_anew_at_once_is_told_of_the_last_choice_alone(town: Town) -> None:
    def choose(*modes: Mode) -> Callable[[Session, Town], None]:
        def act(session: Session, town: Town) -> None:
            for mode in modes:
                subscriptions.subscribe(session, person(session, "pia"), the_list(session), mode, town.now)

        return act

    town.happens(choose(Mode.WEEKLY, Mode.NONE))
    assert town.owed() == [("pia", "unsubscribed")]

    town.happens(choose(Mode.EACH, Mode.WEEKLY))
    assert town.owed()[1:] == [("pia", "subscribed")]
    assert "én mail om ugen" in text(town.letter("pia", "subscribed"))

    town.happens(choose(Mode.NONE))
    town.happens(
        lambda session, town: subscriptions.subscribe(
            session, person(session, "mette"), the_list(session), Mode.EACH, town.now
        )
    )
    assert town.owed()[2:] == [("pia", "unsubscribed"), ("mette", "subscribed")]


def test_a_login_link_opens_the_archive(town: Town) -> None:
    def ask(session: Session, town: Town) -> None:
        journal.append(session, EventKind.LOGIN_ASKED, town.now, person_key=person(session, "pia").id)

    town.happens(ask)

    letter = town.letter("pia", "login")
    secret = text(letter).partition("/login/")[2].split()[0]
    with town.store.reading() as session:
        found = logins.find_login_link(session, secret, town.now)
        assert found
        assert found.name == "Pia Læser"
    assert letter["Reply-To"] is None


@pytest.mark.parametrize(
    ("kind", "letter", "words"),
    [
        (EventKind.ENCRYPTED, "encrypted", ["uden kryptering", "databeskyttelse+fortrolig@example.dk"]),
        (EventKind.SENT_ON, "sent_on", ["omdirigerede", "videresend den til databeskyttelse@example.dk"]),
        (EventKind.EXPOSING, "exposing", ['"Årsmøde"', "ikke sendt til nogen", "ny mail til databeskyttelse@"]),
        (EventKind.NEWS_HELD, "news_held", ["Kun listens redaktører", '"Årsmøde"', "skriv til databeskyttelse@"]),
    ],
)
def test_who_wrote_what_is_put_aside_is_told_what_to_do(
    town: Town, kind: EventKind, letter: str, words: list[str]
) -> None:
    def arrive(session: Session, town: Town) -> None:
        arrival = Arrival(
            content_key=store_content(session, b"x", town.now), recipient="databeskyttelse@example.dk", return_path="",
            door="smtp", received_at=town.now, next_attempt_at=town.now, subject="Årsmøde",
        )  # fmt: skip
        session.add(arrival)
        session.flush()
        journal.append(
            session, kind, town.now, list_key=the_list(session).id,
            person_key=person(session, "mette").id, arrival_key=arrival.id,
        )  # fmt: skip

    town.happens(arrive)

    for part in ("plain", "html"):
        told = " ".join(text(town.letter("mette", letter), part).replace("&#34;", '"').split())
        assert [word for word in words if word not in told] == []


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_quarantine_is_told_with_the_day_on_which_the_mail_is_deleted_if_it_is(town: Town, is_kept: bool) -> None:
    def quarantine(session: Session, town: Town) -> None:
        appointments.appoint(session, person(session, "pia"), Role.ADMINISTRATOR)
        arrival = Arrival(
            content_key=store_content(session, b"x", town.now), recipient="databeskyttelse@example.dk", return_path="",
            door="smtp", received_at=town.now, next_attempt_at=town.now,
        )  # fmt: skip
        session.add(arrival)
        session.flush()
        if not is_kept:
            originals.keep_redacted(session, arrival.content_key, b"y", town.now - timedelta(days=1))
        journal.append(
            session, EventKind.QUARANTINED, town.now, arrival_key=arrival.id,
            list_key=the_list(session).id, person_key=person(session, "mette").id,
        )  # fmt: skip

    town.happens(quarantine)

    day = load_language("da", town.portal.timezone).day(town.now + timedelta(days=6))
    for name, letter in (("pia", "quarantined"), ("mette", "delayed")):
        for part in ("plain", "html"):
            told = " ".join(text(town.letter(name, letter), part).split())
            assert (day in told) is not is_kept, told
            assert "databeskyttelse@example.dk" in told
    assert "https://portal.example.dk/held/" in text(town.letter("pia", "quarantined"))


# -- the journal -----------------------------------------------------------------------


def test_what_is_imported_is_never_mailed(town: Town) -> None:
    def import_(session: Session, town: Town) -> None:
        with journal.quiet(session):
            a_filed_message(session, town.portal, the_list(session), person(session, "mette"), town.now)

    town.happens(import_)

    assert town.owed() == []


def test_what_is_older_than_a_day_waits_for_the_operator(town: Town) -> None:
    def happened_long_ago(session: Session, town: Town) -> None:
        then = town.now - timedelta(days=1, minutes=1)
        a_filed_message(session, town.portal, the_list(session), person(session, "mette"), then)

    town.happens(happened_long_ago)

    assert town.owed() == []
    with town.store.reading() as session:
        aside = session.exec(select(SetAside)).one()
        assert (aside.follower, aside.is_given_up) == (FOLLOWER, True)
        assert aside.reason is Reason.EVENT_TOO_OLD


def test_an_event_that_is_taken_twice_is_told_once(town: Town) -> None:
    town.file("mette")
    before = town.owed()

    def start_again(session: Session, town: Town) -> None:
        journal.place_bookmark(session, distributor(town.portal, town.signer)).event_key = 1

    town.happens(start_again)

    assert [one for one in town.owed() if one[1] != "subscribed"] == before


# -- letters that come back ------------------------------------------------------------


def pause(session: Session, town: Town, *names: str) -> None:
    for name in names:
        for at in (town.now - timedelta(days=1), town.now):
            list_key = the_list(session).id
            reachability.note_bounce(session, person(session, name), list_key, BounceKind.COMPLAINT, at)


def test_a_pause_is_told_to_colleagues_with_a_link_that_ends_it(town: Town) -> None:
    def subscribe_colleague(session: Session, town: Town) -> None:
        per = a_person(session, "per@proevested.example.dk", "Per Kollega")
        for one in (per, person(session, "mette")):
            subscriptions.subscribe(session, one, the_list(session), Mode.WEEKLY, town.now)

    town.happens(subscribe_colleague)
    town.happens(lambda session, town: pause(session, town, "mette"))

    letter = town.letter("per", "paused")
    with town.store.reading() as session:
        url = links.resume_url(town.portal, town.signer, person(session, "mette").key)
    assert ("mette", "paused") not in town.owed()
    assert letter["Subject"] == "Mails til Mette Eksempel kommer retur"
    assert url in text(letter)
    assert "Ingen andre" not in text(letter)


def test_colleagues_hear_once_that_mail_to_one_of_them_does_not_arrive(town: Town) -> None:
    def subscribe_colleague(session: Session, town: Town) -> None:
        subscriptions.subscribe(
            session, person(session, "pia"), the_list(session), Mode.WEEKLY, town.now, is_quiet=True
        )

    def give_up(session: Session, town: Town) -> None:
        owed = session.exec(select(Delivery.id).where(Delivery.person_key == person(session, "ole").id)).all()
        for key in owed:
            bounces.count_refusal(session, key, Outcome(Fate.TRANSIENT, "450 4.2.2 Full", Stage.RECIPIENT), town.now)

    town.happens(subscribe_colleague)
    town.file("mette", visibility=Visibility.ANONYMOUS, subject="Det er hemmeligt")
    town.file("mette")
    town.happens(give_up)

    letter = town.letter("pia", "unreached")
    assert "ole@oeby.example.dk" in text(letter)
    assert "hemmeligt" not in str(letter["Subject"]) + text(letter)
    assert [one for one in town.owed() if one[1] == "unreached"] == [("pia", "unreached")]


def test_who_is_to_be_paused_is_warned_with_a_link_that_says_that_letters_arrive(town: Town) -> None:
    def complain(session: Session, town: Town) -> None:
        reachability.note_bounce(session, person(session, "ole"), the_list(session).id, BounceKind.COMPLAINT, town.now)

    town.happens(complain)

    letter = town.letter("ole", "warned")
    with town.store.reading() as session:
        url = links.resume_url(town.portal, town.signer, person(session, "ole").key)
    assert letter["Subject"] == "Når mails fra Databeskyttelse frem til dig?"
    assert url in text(letter)
    assert url in text(letter, "html")
    assert "/unsubscribe/" in text(letter)
    assert [one for one in town.owed() if one[1] in ("warned", "paused")] == [("ole", "warned")]


def test_the_last_contact_of_an_organisation_is_never_lost_silently(town: Town) -> None:
    town.happens(
        lambda session, town: subscriptions.subscribe(
            session, person(session, "mette"), the_list(session), Mode.WEEKLY, town.now
        )
    )
    town.happens(lambda session, town: pause(session, town, "mette"))

    assert ("anders", "paused") in town.owed()
    assert "Ingen andre" in text(town.letter("anders", "paused"))
