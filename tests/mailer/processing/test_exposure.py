"""A new mail to everybody that continues, quotes or passes on what was asked anonymously or in confidence is held."""

from datetime import timedelta

import pytest
from sqlmodel import select

from support.builders import a_lawyer, a_list, a_message
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.town import ANDERS, LIST, OLE, STRANGER
from tickets import links
from tickets.database.models import Arrival, Choice, Disposition, EventKind, Proposal, Visibility
from tickets.moderation import holding, proposals
from tickets.reasons import Reason

ANONYMOUS, CONFIDENTIAL = "databeskyttelse+anonym@example.dk", "databeskyttelse+fortrolig@example.dk"
OTHER, NEWS = "sikkerhed@example.dk", "databeskyttelse+nyt@example.dk"
HEAD = "Fra: Mette Eksempel\nSendt: i dag\nTil: {}\nEmne: Logfiler\n\nHvor længe?"


def ask(desk: Desk, address: str, subject: str = "Logfiler", choice: Choice | None = Choice.SEND) -> None:
    """A question of Mette's to this desk of the list, which its asker had sent, took back, or left waiting."""
    desk.take(a_message(To=address, Subject=subject), address)
    if choice:
        send_previewed(desk, choice)


def send_previewed(desk: Desk, choice: Choice = Choice.SEND) -> None:
    with desk.store.transaction() as session:
        for proposal in session.exec(select(Proposal)):
            proposals.decide(session, proposal, choice, desk.now)
    desk.process()


def add_other_list(desk: Desk) -> None:
    with desk.store.transaction() as session:
        a_lawyer(session, a_list(session, "sikkerhed", "SIK"), "signe@forening.example.dk", "Signe Jurist")


def is_held(arrival: Arrival) -> bool:
    return (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.EXPOSES)


def test_a_lawyers_new_mail_that_quotes_an_anonymous_question_is_held(desk: Desk) -> None:
    ask(desk, ANONYMOUS)
    text = "Kære Mette\n\nI Prøvested: fem år.\n\n" + HEAD.format(ANONYMOUS)

    arrival = desk.take(a_message(From=ANDERS, Subject="SV: Logfiler", text=text))[0]

    assert is_held(arrival)
    assert len(desk.messages()) == 1


def test_an_asker_who_answers_her_own_sent_mail_at_the_open_address_is_held(desk: Desk) -> None:
    ask(desk, ANONYMOUS)

    arrival = desk.take(a_message(Subject="SV: Logfiler", text="Rettelse: det er logfiler for 2025."))[0]

    assert is_held(arrival)


def test_a_letter_about_an_anonymous_ticket_forwarded_to_another_list_is_held(desk: Desk) -> None:
    ask(desk, ANONYMOUS)
    add_other_list(desk)
    text = "Kan I svare?\n\n-----Oprindelig meddelelse-----\nMette Eksempel, Prøvested: Hvor længe?"

    arrival = desk.take(a_message(From=ANDERS, To=OTHER, Subject="VS: Logfiler DB-1", text=text), OTHER)[0]

    assert is_held(arrival)


@pytest.mark.parametrize(
    "text",
    [
        "Se herunder.\n\n" + HEAD.format(CONFIDENTIAL),
        "Se herunder.\n\n" + HEAD.format("Databeskyttelse <DATABESKYTTELSE-anonym@example.dk>"),
        "Se herunder.\n\n> Til: databeskyttelse+\n> anonym@example.dk\n> Hvor længe?",
        "Se herunder.\n\nmailto:databeskyttelse%2Banonym@example.dk",
    ],
)
def test_a_text_that_names_where_one_asks_unseen_is_held_on_every_list(desk: Desk, text: str) -> None:
    add_other_list(desk)

    arrivals = [desk.take(a_message(From=OLE, To=to, Subject="Et spørgsmål", text=text), to)[0] for to in (LIST, OTHER)]

    assert all(map(is_held, arrivals))


@pytest.mark.alike
@pytest.mark.parametrize("address", [ANONYMOUS, CONFIDENTIAL])
@pytest.mark.parametrize(
    "text",
    [
        "Det samme som i DB-1?",
        "Se https://portal.example.dk/t/DB-1?m=1#m1",
        "Se db-\n> 1",
        "Se {link}",
        "Se <{own_id}>",
    ],
)
def test_what_points_to_a_hidden_ticket_is_held_on_every_list(desk: Desk, address: str, text: str) -> None:
    ask(desk, address)
    add_other_list(desk)
    (message,) = desk.messages()
    text = text.format(link=links.message_url(desk.portal, message), own_id=message.own_id)

    arrivals = [desk.take(a_message(From=ANDERS, To=to, Subject="Andet", text=text), to)[0] for to in (LIST, OTHER)]

    assert all(map(is_held, arrivals))


@pytest.mark.alike
@pytest.mark.parametrize(
    "subject",
    [
        "SV: Logfiler",
        "Re: SV: LOGFILER",
        "VS: Logfiler",
        "[EKSTERN] Fwd: Logfiler",
        "SV: Vi har fået dit spørgsmål: Logfiler",
    ],
)
@pytest.mark.parametrize("address", [ANONYMOUS, CONFIDENTIAL])
def test_an_answer_by_its_subject_to_a_hidden_question_is_held(desk: Desk, address: str, subject: str) -> None:
    ask(desk, address)

    assert is_held(desk.take(a_message(From=OLE, Subject=subject))[0])


@pytest.mark.parametrize("choice", [None, Choice.WITHDRAW])
def test_a_question_that_waits_or_was_taken_back_is_not_answered_openly(desk: Desk, choice: Choice | None) -> None:
    ask(desk, ANONYMOUS, choice=choice)

    assert is_held(desk.take(a_message(From=ANDERS, Subject="SV: Logfiler"))[0])


def test_the_subject_as_it_was_before_it_was_masked_is_known_too(desk: Desk) -> None:
    ask(desk, ANONYMOUS, "Logfiler hos Mette Eksempel")
    assert "[navn]" in desk.ticket().subject

    assert is_held(desk.take(a_message(Subject="SV: Logfiler hos Mette Eksempel"))[0])


def test_what_an_administrator_lets_through_becomes_confidential(desk: Desk) -> None:
    ask(desk, ANONYMOUS)
    arrival = desk.take(a_message(Subject="SV: Logfiler"))[0]

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, desk.now)
    released = desk.process()[-1]

    assert (released.disposition, desk.ticket(2).visibility) == (Disposition.FILED, Visibility.CONFIDENTIAL)


def test_its_author_is_told_once_of_each_mail(desk: Desk) -> None:
    ask(desk, ANONYMOUS)
    arrival = desk.take(a_message(From=OLE, Subject="SV: Logfiler"))[0]
    with desk.store.transaction() as session:
        holding.retry(session, arrival.key, desk.now)
    assert is_held(desk.process()[-1])

    desk.take(a_message(From=STRANGER, Subject="SV: Logfiler"))
    desk.take(a_message(From=ANDERS, Subject="SV: Logfiler"))

    assert desk.events().count(EventKind.EXPOSING) == 2


@pytest.mark.parametrize("address", [ANONYMOUS, CONFIDENTIAL])
@pytest.mark.parametrize("choice", [None, Choice.SEND])
def test_what_was_asked_unseen_is_not_asked_again_openly(desk: Desk, address: str, choice: Choice | None) -> None:
    text = "Hvor længe må vi gemme logfiler?"
    first = a_message(To=address, Subject="Logfiler", text=text)
    desk.take(first, address)
    if choice:
        send_previewed(desk)

    same, other = ({"Message_ID": str(first["Message-ID"])}, {"Subject": "Endnu et spørgsmål"})
    arrivals = [desk.take(a_message(text=f"{text}\n", **more))[0] for more in (same, other)]

    assert [one.disposition for one in arrivals if not is_held(one)] in ([], [Disposition.DISCARDED])
    assert Visibility.OPEN not in {desk.ticket(one.ticket_key).visibility for one in desk.messages()}


def test_what_was_taken_back_may_be_asked_openly(desk: Desk) -> None:
    text = "Hvor længe må vi gemme logfiler?"
    desk.take(a_message(To=ANONYMOUS, Subject="Logfiler", text=text), ANONYMOUS)
    send_previewed(desk, Choice.WITHDRAW)

    assert desk.take(a_message(Subject="Logfiler", text=text))[0].disposition is Disposition.FILED


# -- honest mail -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("SV: Logfiler", "Hvad gælder for skoler?"),
        ("Logfiler", "Vi har samme spørgsmål: hvad gælder for skoler?"),
        ("Skoler", "Vi læste DB-1 og https://portal.example.dk/t/DB-1. Hvad gælder for skoler?"),
        ("Anonymt", "Der stod: skriv til +anonym. Hvordan gør man, og hvad med +fortrolig?"),
        ("Skoler", "Skriv til databeskyttelse@example.dk eller anonym@oeby.example.dk."),
    ],
)
def test_what_is_about_an_open_ticket_is_filed_openly(desk: Desk, subject: str, text: str) -> None:
    desk.take(a_message(Subject="Logfiler"))

    arrival = desk.take(a_message(From=OLE, Subject=subject, text=text))[0]

    assert arrival.disposition is Disposition.FILED
    assert desk.ticket(2).visibility is Visibility.OPEN


@pytest.mark.parametrize("subject", ["Logfiler", "SV: Logfiler og backup", "SV: Andre logfiler", "Svar: logfiler?"])
def test_another_question_than_a_hidden_one_is_filed_openly(desk: Desk, subject: str) -> None:
    ask(desk, ANONYMOUS)

    desk.take(a_message(From=OLE, Subject=subject, text="Vi har selv et spørgsmål, se DB-10 og DB-2."))

    assert desk.ticket(2).visibility is Visibility.OPEN


def test_a_subject_is_forgotten_in_time(desk: Desk) -> None:
    ask(desk, ANONYMOUS)
    desk.now += timedelta(days=61)

    assert desk.take(a_message(From=OLE, Subject="SV: Logfiler"))[0].disposition is Disposition.FILED


def test_an_answer_that_finds_its_ticket_may_quote_all(desk: Desk) -> None:
    ask(desk, ANONYMOUS)
    own = desk.reply_address(desk.ticket(), desk.anders)
    text = "Fem år.\n\n" + HEAD.format(ANONYMOUS)

    by_token = desk.take(a_message(From=ANDERS, To=own, Subject="SV: Logfiler [DB-1]", text=text), own)[0]
    by_number = desk.take(a_message(From=ANDERS, Subject="SV: Logfiler [DB-1]", text="Nej: ti.\n\n" + text))[0]

    assert [by_token.disposition, by_number.disposition] == [Disposition.FILED] * 2
    assert {one.ticket_key for one in desk.messages()} == {desk.ticket().id}


def test_what_is_itself_asked_in_confidence_may_point_to_a_hidden_ticket(desk: Desk) -> None:
    ask(desk, ANONYMOUS)

    arrival = desk.take(a_message(From=OLE, To=CONFIDENTIAL, Subject="Skoler", text="Se DB-1."), CONFIDENTIAL)[0]

    assert arrival.disposition is Disposition.FILED


@pytest.mark.parametrize(("subject", "is_filed"), [("Nyhedsbrev", True), ("VS: Logfiler DB-1", False)])
def test_fresh_news_may_tell_of_a_hidden_ticket_and_passes_none_on(desk: Desk, subject: str, is_filed: bool) -> None:
    ask(desk, ANONYMOUS)
    text = f"Læs svaret i DB-1. Spørg selv anonymt: {ANONYMOUS}"

    arrival = desk.take(a_message(From=ANDERS, To=NEWS, Subject=subject, text=text), NEWS)[0]

    assert (arrival.disposition is Disposition.FILED, is_held(arrival)) == (is_filed, not is_filed)
