"""Letters that ask an author's word, and tell what became of their mail."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from support.builders import a_post, store_content
from support.held import an_arrival
from support.told_town import Town
from support.told_town import town as town
from support.town import person, text, the_list
from tickets import journal, links
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import Arrival, Choice, EventKind, Proposal, ProposalKind
from tickets.moderation import proposals
from tickets.moderation.originals import Privacy

FINDINGS = [
    {"where": "subject", "line": 0, "name": ""},
    {"where": "text", "line": 4, "name": ""},
    {"where": "file", "line": 0, "name": "rapport.pdf"},
]


def propose(session: Session, town: Town) -> None:
    arrival = an_arrival(session, town.now)
    arrival.subject = "Sag om 010170-1234"
    mette = person(session, "mette")
    proposals.make(session, ProposalKind.CPR, arrival, mette, the_list(session), town.now, FINDINGS)


def decide(choice: Choice) -> object:
    def act(session: Session, town: Town) -> None:
        proposals.decide(session, session.exec(select(Proposal)).one(), choice, town.now)

    return act


@pytest.fixture
def asked(town: Town) -> Town:
    town.happens(propose)
    return town


def test_the_author_is_told_where_and_what_to_do_and_never_the_number(asked: Town) -> None:
    letter = asked.letter("mette", "cpr")

    said = "- i emnet\n- i linje 4 i mailens tekst\n- i den vedhæftede fil rapport.pdf\n\n"
    assert said in text(letter).replace("\r\n", "\n")
    assert "SEND MASKERET" in text(letter)
    assert "TRÆK TILBAGE" in text(letter)
    assert "mandag den 7. december 2026" in text(letter)
    url = links.proposal_url(asked.portal, asked.signer, 1)
    assert url in text(letter)
    assert url in text(letter, "html")
    for body in (text(letter), text(letter, "html"), str(letter["Subject"])):
        assert "010170" not in body


def test_the_author_is_told_the_day_on_which_the_mail_is_deleted(town: Town) -> None:
    town.privacy = Privacy(keep_original_days=3)
    town.happens(propose)

    for part in ("plain", "html"):
        assert "sletter vi mailen, som du skrev den, torsdag den 26. november 2026" in text(
            town.letter("mette", "cpr"), part
        )


@pytest.mark.parametrize(("desk", "is_told"), [("", False), ("+anonym", True), ("+fortrolig", False)])
def test_who_asks_anonymously_is_told_that_the_mail_is_shown_first(town: Town, desk: str, is_told: bool) -> None:
    def write(session: Session, town: Town) -> None:
        propose(session, town)
        session.exec(select(Arrival)).one().recipient = f"databeskyttelse{desk}@example.dk"

    town.happens(write)

    for part in ("plain", "html"):
        assert ("Du spørger anonymt." in text(town.letter("mette", "cpr"), part)) is is_told


def test_the_answer_goes_to_where_the_author_decides(asked: Town) -> None:
    letter = asked.letter("mette", "cpr")
    with asked.store.reading() as session:
        address = links.decision_address(asked.signer, the_list(session), 1)

    assert letter["Reply-To"].addresses[0].addr_spec == address
    assert f"mailto:{address}?subject=SEND%20MASKERET" in text(letter, "html")
    assert f"mailto:{address}?subject=TR%C3%86K%20TILBAGE" in text(letter, "html")
    assert len(letter.get_all("Reply-To")) == 1


def test_the_lawyers_are_told_that_it_waits_but_nothing_of_it(asked: Town) -> None:
    (told,) = [name for name, kind in asked.owed() if kind == "cpr_held"]
    letter = asked.letter(told, "cpr_held")

    assert "nummer 1" in text(letter)
    assert "Mette" in text(letter)
    assert "Sag om" not in text(letter)


def test_who_takes_a_mail_back_is_told_that_it_is_done(asked: Town) -> None:
    asked.happens(decide(Choice.WITHDRAW))

    assert "som du ønskede" in text(asked.letter("mette", "decided"))


def test_who_sends_gets_no_letter_but_the_receipt_of_what_is_filed(asked: Town) -> None:
    asked.happens(decide(Choice.SEND))

    assert [kind for name, kind in asked.owed() if name == "mette"] == ["cpr"]


def test_what_its_author_sent_has_its_receipt_whatever_came_before(asked: Town) -> None:
    def file(session: Session, town: Town) -> None:
        proposal = session.exec(select(Proposal)).one()
        content_key = store_content(session, b"released", town.now)
        filing = Filing(person(session, "mette"), content_key, town.now, arrival_key=proposal.arrival_key)
        file_post(session, town.portal, the_list(session), a_post(), filing)

    for _ in range(4):
        asked.file("mette")
    asked.happens(decide(Choice.SEND))

    asked.happens(file)

    assert asked.owed().count(("mette", "receipt")) == 4


def test_who_does_not_answer_is_told_once(asked: Town) -> None:
    for days in (14, 15):
        asked.happens(lambda session, town, days=days: proposals.expire(session, town.now + timedelta(days=days)))
    asked.now += timedelta(days=14)
    asked.distribute()

    assert [kind for name, kind in asked.owed() if name == "mette"] == ["cpr", "decided"]
    assert "ikke svaret" in text(asked.letter("mette", "decided"))


@pytest.mark.parametrize(
    ("choice", "told"),
    [(None, "SEND MASKERET"), (Choice.SEND, "må sendes"), (Choice.WITHDRAW, "skriv en ny mail")],
)
def test_who_is_not_understood_is_told_how_things_stand(asked: Town, choice: Choice | None, told: str) -> None:
    def write(session: Session, town: Town) -> None:
        proposal = session.exec(select(Proposal)).one()
        if choice:
            proposals.decide(session, proposal, choice, town.now)
        journal.append(session, EventKind.PROPOSAL_UNCLEAR, town.now, arrival_key=proposal.arrival_key)

    asked.happens(write)

    assert told in text(asked.letter("mette", "undecided"))
