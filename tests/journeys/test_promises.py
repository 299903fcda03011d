"""What must never happen, and what must always: a whole portal over real sockets, its letters caught by a relay."""

import email
import email.policy
import re
import smtplib
import threading
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from mailer.letters.digests.timetable import last_due, make_digest
from support.children import keeper_of
from support.papers import a_pdf
from support.pictures import a_picture
from support.portals import answer, compose, plain_text
from support.served_town import TELLING, Town, told_by
from support.served_town import town as town
from support.servers import Conversation
from support.town import ANDERS, ANONYMOUS, CONFIDENTIAL, LIST, METTE, OLE
from support.waiting import eventually
from tickets.archive import rows
from tickets.conversations import anonymity
from tickets.database.models import (
    Arrival,
    Content,
    Delivery,
    DeliveryState,
    Disposition,
    MailingList,
    Message,
    Organisation,
    Person,
    Proposal,
    Ticket,
)
from tickets.database.store import system_clock
from tickets.moderation import holding
from tickets.people import logins
from tickets.people.sight import sight_of
from tickets.search.engines.tables import SCHEMA
from web_archive.app import create_app


def in_threads(*steps: Callable[[], None]) -> None:
    threads = [threading.Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_same_message_twenty_times_over_four_connections_is_one_post(town: Town) -> None:
    message = compose(METTE, LIST, "Logfiler", "Hvor længe?")

    def send_five_times() -> None:
        for _ in range(5):
            town.send(message)

    in_threads(*[send_five_times] * 4)
    town.settled()

    assert town.count(Arrival) == 20
    assert town.count(Message) == 1
    assert len(town.letters_to(OLE)) == 1


def test_lmtp_answers_for_each_recipient_and_files_in_each_list(town: Town) -> None:
    octets = bytes(compose(METTE, LIST, "Begge", "Til begge lister")).replace(b"\n", b"\r\n")
    with Conversation(town.lmtp, "LHLO client.example.org") as lmtp:
        replies = [lmtp.say("MAIL FROM:<mette@proevested.example.dk>")]
        for recipient in (LIST, "sikkerhed@example.dk", "findes-ikke@example.dk"):
            replies.append(lmtp.say(f"RCPT TO:<{recipient}>"))
        after = lmtp.data(octets, replies=2)
    town.settled()

    assert [reply[:3] for reply in replies] == ["250", "250", "250", "550"]
    assert [reply[:3] for reply in after] == ["250", "250"]
    assert {ticket.mailing_list_key for ticket in town.tickets()} == {town.mailing_list.id, town.other_list.id}


def test_a_real_reply_lands_by_its_address_alone_and_by_references_alone(town: Town) -> None:
    town.send(compose(METTE, LIST, "Logfiler", "Hvor længe?"))
    town.settled()
    letter = town.letters_to(ANDERS)[0]

    by_address = compose(ANDERS, str(letter["Reply-To"]), "Helt andet emne", "Fem år.")
    by_references = compose(ANDERS, LIST, "Et tredje emne", "Eller seks.", References=str(letter["Message-ID"]))
    town.send(by_address)
    town.send(by_references)
    town.settled()

    assert len(town.tickets()) == 1
    assert town.count(Message) == 3


def test_a_reply_address_in_somebody_elses_hands_is_worth_nothing(town: Town) -> None:
    town.send(compose(METTE, LIST, "Logfiler", "Hvor længe?"))
    town.settled()

    town.send(compose(OLE, str(town.letters_to(ANDERS)[0]["Reply-To"]), "SV: Logfiler", "Et svar?"))
    town.settled()

    assert town.count(Message) == 1
    assert town.count(Arrival, Arrival.disposition == Disposition.HELD) == 1


def test_reply_all_makes_one_message(town: Town) -> None:
    town.send(compose(METTE, LIST, "Logfiler", "Hvor længe?"))
    town.settled()
    reply = answer(town.letters_to(ANDERS)[0], ANDERS, "Fem år.")
    address = str(reply["To"])
    reply.replace_header("To", f"{address}, {LIST}")

    town.send(reply, address, LIST)
    town.settled()

    assert (len(town.tickets()), town.count(Message)) == (1, 2)
    assert len(town.letters_to(OLE)) == 2


def test_a_confidential_ticket_leaves_no_trace_with_others(town: Town) -> None:
    town.send(compose(METTE, CONFIDENTIAL, "Hemmeligheden", "Hemmeligheden om borgeren"))
    town.settled()
    town.send(answer(town.letters_to(ANDERS)[0], ANDERS, "Svar på hemmeligheden"))
    town.send(compose(METTE, LIST, "Åbent", "Et åbent spørgsmål"))
    town.settled()
    with town.store.transaction() as session:
        portal = town.house.settings.portal
        next_week = last_due(portal, town.mailing_list, system_clock()) + timedelta(days=7)
        assert make_digest(session, portal, town.house.signer, town.mailing_list, next_week, system_clock())
    town.settled()

    assert len(town.letters_to(ANDERS)) == 3  # two questions, and the wish for a short answer
    assert len(town.letters_to(METTE)) == 3  # two receipts and the answer
    others = [one.octets for one in town.sink.messages() if "oeby" in one.recipients[0]]
    assert len(others) == 2
    for octets in others:
        letter = email.message_from_bytes(octets, policy=email.policy.default)
        assert "emmelighed" not in str(letter["Subject"]) + plain_text(letter)  # type: ignore[arg-type]
        assert b"DB-1]" not in octets
    eventually(town.is_indexed)
    with town.store.reading() as session:
        sight = sight_of(session, town.ole)
        assert town.house.search.find(session, sight, "hemmeligheden").total == 0
        assert rows.tickets(session, sight).total == 1
        assert sum(rows.counts_by_status(session, sight, town.mailing_list).values()) == 1


def test_a_stranger_gets_no_answer_and_leaves_no_trace_until_released(town: Town) -> None:
    town.send(compose("Frank Fremmed <frank@example.org>", LIST, "Hej", "Må jeg spørge?"))
    town.settled()
    assert town.sink.messages() == []
    assert town.count(Message) == 0
    with town.store.reading() as session:
        held = holding.held(session)
        assert (
            session.exec(select(func.count()).select_from(Person).where(Person.email == "frank@example.org")).one() == 0
        )

    with town.store.transaction() as session:
        holding.release(session, held[0].key, system_clock())
    town.settled()

    assert town.count(Message) == 1
    assert "Må jeg spørge?" in plain_text(town.letters_to(OLE)[0])


def test_a_cpr_number_is_in_no_letter_and_its_author_is_told(town: Town) -> None:
    town.send(compose(METTE, LIST, "Borger", "Borgeren 010190-1234 vil have indsigt."))
    town.settled()

    assert [len(town.letters_to(one)) for one in (METTE, ANDERS, OLE)] == [1, 1, 0]
    assert not [one for one in town.sink.messages() if b"010190" in one.octets]
    assert town.count(Message) == 0


def test_a_robot_is_never_answered(town: Town) -> None:
    for fields in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Subject": "Automatisk svar: Ferie"}):
        subject = fields.pop("Subject", "Ferie")
        town.send(compose(METTE, LIST, subject, "Jeg er på ferie.", **fields))
    town.settled()

    assert town.sink.messages() == []


def test_who_leaves_by_the_letters_own_address_gets_no_more(town: Town) -> None:
    town.send(compose(METTE, LIST, "Et", "Spørgsmål et"))
    town.settled()
    leave = str(town.letters_to(OLE)[0]["List-Unsubscribe"]).partition("<mailto:")[2].partition("?")[0]

    town.send(compose(OLE, leave, "afmeld", "afmeld"))
    town.settled()
    before = len(town.letters_to(OLE))
    town.send(compose(METTE, LIST, "To", "Spørgsmål to"))
    town.settled()

    assert len(town.letters_to(OLE)) == before


def test_a_bounce_is_counted_and_shown(town: Town) -> None:
    town.send(compose(METTE, LIST, "Et", "Spørgsmål et"))
    town.settled()
    return_path = next(one.return_path for one in town.sink.messages() if "ole@oeby.example.dk" in one.recipients)
    report = (
        "From: MAILER-DAEMON@oeby.example.dk\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; oeby.example.dk\r\n\r\n"
        "Final-Recipient: rfc822; ole@oeby.example.dk\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n"
    )

    with smtplib.SMTP("127.0.0.1", town.smtp) as client:
        client.sendmail("", [return_path], report.encode())
    town.settled()

    with town.store.reading() as session:
        failed = session.exec(select(Delivery).where(Delivery.state == DeliveryState.FAILED)).one()
    assert (failed.recipient, failed.reply) == ("ole@oeby.example.dk", "came back 5.1.1")
    assert town.count(Arrival, Arrival.disposition == Disposition.COUNTED) == 1


def test_an_absence_reply_to_a_letters_return_path_is_no_bounce(town: Town) -> None:
    town.send(compose(METTE, LIST, "Et", "Spørgsmål et"))
    town.settled()
    return_path = next(one.return_path for one in town.sink.messages() if "ole@oeby.example.dk" in one.recipients)

    town.send(compose(OLE, return_path, "Automatisk svar: Et", "Jeg er på ferie til 3. januar."))
    town.settled()

    assert town.count(Delivery, Delivery.state == DeliveryState.FAILED) == 0


KLITGAARD = "Mette Klitgaard <mette@proevested.example.dk>"
SIGNATURE = """Med venlig hilsen

Mette Klitgaard
Databeskyttelsesrådgiver
Prøvested Kommune
Flakhaven 2, 5999 Prøvested
Tlf. 65 51 12 34
www.proevested.example.dk
"""


def names_in(text: str) -> list[str]:
    return [word for word in TELLING if word in text.casefold()]


def all_indexed(town: Town, folder: Path) -> list[str]:
    """All that the index holds: its files, or its rows."""
    if town.store.is_sqlite:
        files = [path for path in folder.rglob("*") if path.is_file() and "search" in path.parts]
        return [path.read_bytes().decode("utf-8", "replace") for path in files]
    with town.store.reading() as session:
        tables = ("texts", "words")
        rows = [session.connection().exec_driver_sql(f"SELECT t::text FROM {SCHEMA}.{one} AS t") for one in tables]
        return [str(told) for one in rows for told in one.scalars()]


def test_nobody_but_the_lawyers_learns_who_asked_anonymously(
    town: Town, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with town.store.transaction() as session:
        mette = session.get_one(Person, town.mette.id)
        mette.name = "Mette Klitgaard"
        session.get_one(Organisation, mette.organisation_key).name = "Prøvested Kommune"
        session.get_one(MailingList, town.mailing_list.id).is_public = True
        session.add(mette)
    question = compose(
        KLITGAARD, ANONYMOUS, "Prøvested: logfiler til leverandøren",
        "Kære jurister\n\nI Prøvested Kommune har vi logfiler fra www.proevested.example.dk. Hvor længe?\n\n"
        f"{SIGNATURE}",
        Organization="Proevested Kommune", User_Agent="Proevested Outlook", Thread_Topic="Proevested",
    )  # fmt: skip
    question.add_attachment(b"Notat om logfiler", maintype="text", subtype="plain", filename="proevested-notat.txt")
    question.add_attachment(
        b"{\\rtf1 {\\author Mette Klitgaard}}", maintype="application", subtype="rtf", filename="klitlogo.rtf"
    )
    town.send(question)
    town.settled()

    # Nobody is told before its asker has seen it
    assert {one.recipients[0] for one in town.sink.messages()} == {"mette@proevested.example.dk"}
    assert town.count(Message) == 0
    preview = town.letters_to(KLITGAARD)[0]
    shown = plain_text(preview).split("=" * 32)[1]
    assert "I [kommunen] har vi logfiler fra [kommunen]. Hvor længe?" in shown
    assert names_in(shown) == []

    town.send(answer(preview, KLITGAARD, f"Send\n\n{SIGNATURE}"))
    town.settled()
    assert town.count(Message) == 1
    lawyers = plain_text(town.letters_to(ANDERS)[0])
    assert "Mette Klitgaard, Prøvested Kommune" in lawyers
    assert "I Prøvested Kommune har vi logfiler" in lawyers
    assert "Prøvested Kommune → [kommunen]" in lawyers

    # The mask holds both ways
    town.send(
        answer(town.letters_to(ANDERS)[0], ANDERS, "Kære Mette\n\nI Prøvested Kommune: fem år. Ring på 65511234?")
    )
    town.settled()
    town.send(answer(town.letters_to(KLITGAARD)[-1], KLITGAARD, f"Kære Anders\n\nOg hvad med kopier?\n\n{SIGNATURE}"))
    town.settled()
    town.send(answer(town.letters_to(OLE)[-1], OLE, "Vi gør som Prøvested."))
    town.settled()
    with town.store.transaction() as session:
        portal = town.house.settings.portal
        next_week = last_due(portal, town.mailing_list, system_clock()) + timedelta(days=7)
        assert make_digest(session, portal, town.house.signer, town.mailing_list, next_week, system_clock())
    town.settled()
    assert town.count(Message) == 4
    assert any("I Prøvested Kommune: fem år" in plain_text(one) for one in town.letters_to(KLITGAARD))

    others = [one.octets for one in town.sink.messages() if "oeby" in one.recipients[0]]
    assert len(others) == 4  # three letters that Ole did not write, and Ulla's digest
    for octets in others:
        assert names_in(told_by(octets)) == []
    assert any("fem år" in told_by(octets) for octets in others)

    # Search, pages and downloads
    eventually(town.is_indexed)
    with town.store.reading() as session:
        sight = sight_of(session, town.ole)
        assert town.house.search.find(session, sight, "logfiler").total == 1
        for word in ("Mette", "Klitgaard", "Prøvested", "proevested", "65511234", "notat"):
            hits = town.house.search.find(session, sight, word).hits
            assert names_in("".join(str(hit.excerpt) + hit.ticket.subject for hit in hits)) == []
            assert word == "notat" or hits == ()
        messages = list(session.exec(select(Message).order_by(col(Message.id))))
    take_out = keeper_of(portal).take_out
    app = create_app(
        town.store, portal, town.house.signer, b"x" * 32, town.house.search, system_clock, take_out=take_out
    )
    for person in (None, town.ole):
        client = app.test_client()
        if person:
            with town.store.transaction() as session:
                secret = logins.make_login_link(session, person, system_clock())
            page = client.get(f"/login/{secret}", base_url=portal.base_url).text
            token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
            client.post(f"/login/{secret}", base_url=portal.base_url, data={"csrf_token": token})
        urls = ["/", "/l/db", "/t/DB-1", "/search?q=logfiler", "/news", *(f"/m/{one.path}" for one in messages)]
        for url in [*urls, *(f"/m/{messages[0].path}/{part}" for part in range(6))]:
            got = client.get(url, base_url=portal.base_url)
            assert got.status_code in (200, 404 if person else 403)
            assert names_in(got.text) + names_in(str(got.headers)) == []
        assert "[kommunen]" in client.get("/t/DB-1", base_url=portal.base_url).text
        assert "fil er udeladt" in client.get("/t/DB-1", base_url=portal.base_url).text
        files = [client.get(f"/m/{messages[0].path}/{part}", base_url=portal.base_url) for part in range(6)]
        assert [got.text for got in files if got.status_code == 200] == ["Notat om logfiler"]

    # The index, on the disk or in the database, and the log
    index = all_indexed(town, tmp_path)
    assert index
    for text in index:
        assert names_in(text) == []
    written = capfd.readouterr()
    assert names_in(written.out + written.err) == []


def test_an_anonymous_question_that_is_taken_back_is_told_to_nobody(town: Town) -> None:
    town.send(compose(METTE, ANONYMOUS, "Logfiler", "Hvor længe?"))
    town.settled()

    town.send(answer(town.letters_to(METTE)[0], METTE, "Træk tilbage"))
    town.settled()

    assert {one.recipients[0] for one in town.sink.messages()} == {"mette@proevested.example.dk"}
    assert town.count(Message) == 0


@pytest.mark.any_database
def test_what_cites_a_question_that_waits_is_anonymous_too(town: Town) -> None:
    question = compose(METTE, ANONYMOUS, "Logfiler", "Hvor længe?")
    town.send(question)
    town.settled()

    town.send(compose(METTE, LIST, "SV: Logfiler", "En ting til", In_Reply_To=str(question["Message-ID"])))
    town.settled()

    assert {one.recipients[0] for one in town.sink.messages()} == {"mette@proevested.example.dk"}
    assert town.count(Message) == 0


def asked_anonymously(town: Town) -> EmailMessage:
    """A question that was sent on; the letter in which the lawyer got it."""
    town.send(compose(METTE, ANONYMOUS, "Logfiler", "Hvor længe?"))
    town.settled()
    town.send(answer(town.letters_to(METTE)[0], METTE, "SEND"))
    town.settled()
    return town.letters_to(ANDERS)[0]


def texts_to(town: Town, person: str) -> str:
    return "".join(plain_text(letter) for letter in town.letters_to(person)).replace("\r\n", "\n")


@pytest.mark.any_database
def test_an_answer_that_may_tell_who_asked_waits_for_its_lawyer(town: Town) -> None:
    letter = asked_anonymously(town)
    assert "Skriv ikke i dit svar, hvem der spørger" in plain_text(letter)
    assert "Skriv ikke i dit svar" not in texts_to(town, OLE)

    town.send(answer(letter, ANDERS, "Kære Mette\n\nSom ME og Mettes kollega Metta skriver: fem år."))
    town.settled()

    asked = town.letters_to(ANDERS)[-1]
    assert "Dit svar kan røbe, hvem der spørger" in str(asked["Subject"])
    before, shown, _ = plain_text(asked).replace("\r\n", "\n").split("=" * 32)
    assert "- ME" in before
    assert "Anders Jurist, " in shown
    assert "Kære [navn]\n\nSom ME og [navn]s kollega [navn] skriver: fem år." in shown  # a misspelt name is one
    assert "fem år" not in texts_to(town, OLE) + texts_to(town, METTE)

    town.send(answer(asked, ANDERS, "SEND"))
    town.settled()

    assert "Som ME og [navn]s kollega" in texts_to(town, OLE)
    assert "Som ME og Mettes kollega" in texts_to(town, METTE)


@pytest.mark.any_database
def test_a_lawyers_new_text_takes_the_place_of_the_doubted_one(town: Town) -> None:
    town.send(answer(asked_anonymously(town), ANDERS, "Som ME skriver: fem år."))
    town.settled()

    new = "Logfiler må gemmes i fem år, så længe de er nødvendige."
    town.send(answer(town.letters_to(ANDERS)[-1], ANDERS, new))
    town.settled()

    assert new in texts_to(town, OLE)
    assert "Som ME" not in texts_to(town, OLE)
    with town.store.reading() as session:
        assert [one.kind for one in session.exec(select(Message).order_by(col(Message.id)))] == ["question", "answer"]


@pytest.mark.any_database
def test_nobody_but_a_lawyer_is_asked_whether_their_words_tell_who_asked(town: Town) -> None:
    letter = asked_anonymously(town)
    town.send(answer(letter, ANDERS, "Kære Mette\n\nFem år."))
    town.settled()
    town.send(answer(town.letters_to(OLE)[-1], OLE, "Som ME skriver, gør vi det også."))
    town.settled()

    assert "Fem år." in texts_to(town, OLE)
    assert "Som ME skriver" in texts_to(town, ANDERS)
    assert "røbe" not in texts_to(town, OLE)


@pytest.mark.any_database
def test_a_follow_up_in_which_something_is_masked_waits_again(town: Town) -> None:
    town.send(compose(METTE, ANONYMOUS, "Logfiler", "Hvor længe?"))
    town.settled()
    town.send(answer(town.letters_to(METTE)[0], METTE, "SEND"))
    town.settled()
    receipt = town.letters_to(METTE)[-1]

    town.send(answer(receipt, METTE, "Hilsen fra mette@proevested.example.dk selv"))
    town.settled()
    assert town.count(Message) == 1
    town.send(answer(town.letters_to(METTE)[-1], METTE, "SEND"))
    town.settled()

    assert town.count(Message) == 2
    assert "Hilsen fra [e-mail] selv" in plain_text(town.letters_to(OLE)[-1])


NEW_TEXT = "Kære jurister\n\nHvor længe må vi i Prøvested gemme de logfiler, som en leverandør har?"


def ask_anonymously(town: Town, *files: tuple[str, bytes]) -> EmailMessage:
    """A question with files from Mette; the letter that shows it to her."""
    with town.store.transaction() as session:
        session.get_one(Organisation, town.mette.organisation_key).name = "Prøvested Kommune"
    question = compose(METTE, ANONYMOUS, "Logfiler", "Hvor længe?")
    for name, octets in files:
        question.add_attachment(octets, maintype="application", subtype="octet-stream", filename=name)
    town.send(question)
    town.settled()
    return town.letters_to(METTE)[-1]


def test_the_letter_that_is_shown_is_as_easy_to_read_as_what_stands_around_it(town: Town) -> None:
    html = str(ask_anonymously(town).get_body(("html",)).get_content())  # type: ignore[union-attr]

    before, _, shown = html.partition("Fra: En kommune")
    assert shown.startswith(" via databeskyttelse<br>Emne: Logfiler [DB-…]</p>")
    assert "color: #1f2933" in before[before.rindex("<td") :]


@pytest.mark.any_database
def test_an_asker_who_answers_with_a_new_text_is_shown_that_and_nobody_else_sees_either(town: Town) -> None:
    preview = ask_anonymously(town, ("notat.txt", b"Notat"))

    town.send(answer(preview, METTE, NEW_TEXT))
    town.settled()

    assert {one.recipients[0] for one in town.sink.messages()} == {"mette@proevested.example.dk"}
    first, second = town.letters_to(METTE)
    shown = " ".join(plain_text(second).split())
    assert "Dette er den nye tekst, du skrev" in shown
    assert "Filen fra din første mail er ikke med" in shown
    assert "må vi i [kommunen] gemme" in shown
    assert str(second["Subject"]).endswith(": Logfiler")
    assert town.count(Message) == 0

    town.send(answer(first, METTE, "SEND"))  # too late: that text is no more
    town.send(answer(second, METTE, "SEND"))
    town.settled()

    assert town.count(Message) == 1
    told = plain_text(town.letters_to(OLE)[0])
    assert "må vi i [kommunen] gemme" in " ".join(told.split())
    assert str(town.letters_to(OLE)[0]["Subject"]) == "Logfiler [DB-1]"
    assert "Hvor længe må vi i Prøvested gemme" in " ".join(plain_text(town.letters_to(ANDERS)[0]).split())


@pytest.mark.any_database
@pytest.mark.parametrize("pointer", ["", "\n\nSe også nedenfor."])
def test_nothing_of_the_letter_that_showed_the_old_question_goes_out_with_the_new(town: Town, pointer: str) -> None:
    town.send(answer(ask_anonymously(town), METTE, NEW_TEXT + pointer))
    town.settled()
    town.send(answer(town.letters_to(METTE)[-1], METTE, f"{NEW_TEXT} Også i udlandet?{pointer}"))
    town.settled()
    last = town.letters_to(METTE)[-1]
    assert str(last["Subject"]) == str(town.letters_to(METTE)[0]["Subject"])
    assert 'Din mail "Logfiler"' in " ".join(plain_text(last).split())
    assert "skrev Databeskyttelse" not in plain_text(last)

    town.send(answer(last, METTE, "SEND"))
    town.settled()

    told = told_by(bytes(town.letters_to(ANDERS)[0]))
    assert "også i udlandet?" in told
    for ours in ("TRÆK TILBAGE", "/proposals/", "Hvor længe?", "skrev Databeskyttelse"):
        assert ours.casefold() not in told


@pytest.mark.any_database
def test_a_new_text_of_a_follow_up_goes_to_the_ticket_it_was_for(town: Town) -> None:
    town.send(answer(ask_anonymously(town), METTE, "SEND"))
    town.settled()
    town.send(answer(town.letters_to(METTE)[-1], METTE, "Og i Prøvested?"))
    town.settled()

    town.send(answer(town.letters_to(METTE)[-1], METTE, NEW_TEXT))
    town.settled()
    town.send(answer(town.letters_to(METTE)[-1], METTE, "SEND"))
    town.settled()

    with town.store.reading() as session:
        messages = session.exec(select(Message).order_by(col(Message.id))).all()
        assert [(one.ticket_key, "[kommunen] gemme" in one.text) for one in messages] == [(1, False), (1, True)]


@pytest.mark.any_database
def test_a_few_words_that_decide_nothing_leave_the_question_as_it_is(town: Town) -> None:
    preview = ask_anonymously(town)

    town.send(answer(preview, METTE, "Nej, vent lidt endnu"))
    town.settled()

    assert "venter stadig" in plain_text(town.letters_to(METTE)[-1])
    assert town.count(Proposal, Proposal.choice.is_(None)) == 1  # type: ignore[union-attr]


@pytest.mark.any_database
@pytest.mark.parametrize("way", ["answers all", "answers From"])
def test_a_decision_that_comes_to_the_list_as_well_is_no_question_to_everybody(town: Town, way: str) -> None:
    preview = ask_anonymously(town)
    decision = answer(preview, METTE, "SEND")
    recipients = [LIST] if way == "answers From" else [LIST, str(decision["To"]).strip("<>")]
    del decision["To"]
    decision["To"] = ", ".join(recipients)

    town.send(decision, *recipients)
    town.settled()

    assert town.count(Message) == 1
    (told,) = town.letters_to(OLE)
    assert "En kommune" in plain_text(told)
    assert "Mette" not in told_by(bytes(told))
    assert [str(one["Subject"]) for one in town.letters_to(METTE) if "Vi forstod" in str(one["Subject"])] == []


@pytest.mark.any_database
@pytest.mark.parametrize("way", ["answers all", "answers From"])
def test_a_new_text_that_comes_to_the_list_as_well_is_shown_first_too(town: Town, way: str) -> None:
    preview = ask_anonymously(town)
    changed = answer(preview, METTE, NEW_TEXT)
    recipients = [LIST] if way == "answers From" else [LIST, str(changed["To"]).strip("<>")]
    del changed["To"]
    changed["To"] = ", ".join(recipients)
    town.send(changed, *recipients)
    town.settled()
    assert town.count(Message) == 0

    town.send(answer(town.letters_to(METTE)[-1], METTE, "SEND"))
    town.settled()

    assert town.count(Message) == 1
    assert len(town.letters_to(OLE)) == 1
    assert "Prøvested" not in plain_text(town.letters_to(OLE)[0])


def test_the_asker_sees_the_files_that_the_others_get_and_no_other_goes_out(town: Town) -> None:
    preview = ask_anonymously(
        town,
        ("notat.pdf", a_pdf("Notat om logfiler")),
        ("logo.png", a_picture()),
        ("politik.pdf", a_pdf("Prøvested Kommune")),
    )
    portal = town.house.settings.portal
    take_out = keeper_of(portal).take_out
    app = create_app(
        town.store, portal, town.house.signer, b"x" * 32, town.house.search, system_clock, take_out=take_out
    )
    links = re.findall(rf"^- (\S+) \([^)]*\): {portal.base_url}(/proposals/\S+)", plain_text(preview), re.MULTILINE)
    seen = {name: app.test_client().get(path, base_url=portal.base_url).data for name, path in links}
    assert list(seen) == ["notat.pdf", "logo.png"]
    assert "Vi kan ikke læse billeder. Åbn logo.png" in " ".join(plain_text(preview).split())

    town.send(answer(preview, METTE, "SEND"))
    town.settled()

    with town.store.reading() as session:
        (message,) = session.exec(select(Message)).all()
        ticket = session.get_one(Ticket, message.ticket_key)
        sight = sight_of(session, town.ole)
        shown = anonymity.show(session, ticket, [message], sees_asker=sight.of_asker(ticket))[message.key]
        got = {file.name: session.get_one(Content, file.clean_key).octets for file in shown.files}
    assert got == seen
    assert "nævner dig eller ikke kan ses igennem: politik.pdf." in " ".join(plain_text(preview).split())
    to_lawyer = plain_text(town.letters_to(ANDERS)[0])
    assert re.findall(r"- (\S+) \([^)]*de andre får den ikke\)", to_lawyer) == ["politik.pdf"]


@pytest.mark.any_database
def test_what_is_taken_back_can_be_looked_at_no_more(town: Town) -> None:
    preview = ask_anonymously(town, ("notat.txt", b"Notat"))
    portal = town.house.settings.portal
    take_out = keeper_of(portal).take_out
    app = create_app(
        town.store, portal, town.house.signer, b"x" * 32, town.house.search, system_clock, take_out=take_out
    )
    (path,) = re.findall(rf"{portal.base_url}(/proposals/\S+/\d+)", plain_text(preview))
    assert app.test_client().get(path, base_url=portal.base_url).data == b"Notat"

    town.send(answer(preview, METTE, "TRÆK TILBAGE"))
    town.settled()

    assert app.test_client().get(path, base_url=portal.base_url).status_code == 404
