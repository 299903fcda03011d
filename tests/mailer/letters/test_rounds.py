"""Many mails that wait for one author make few letters, and none waits untold."""

from collections import Counter
from datetime import timedelta

from sqlmodel import Session, select

from mailer.letters.rounds import Rounds
from support.held import an_arrival
from support.told_town import Town, person, text, the_list
from support.told_town import town as town
from tickets import links
from tickets.database.models import Arrival, Choice, Proposal, ProposalKind
from tickets.moderation import proposals

FINDINGS = [{"where": "text", "line": 4, "name": "", "why": ""}]


def propose(session: Session, town: Town, kind: ProposalKind = ProposalKind.CPR) -> None:
    number = len(session.exec(select(Arrival.id)).all())
    arrival = an_arrival(session, town.now, f"mail {number}".encode())
    arrival.subject = f"Mail {number} om 010170-1234"
    mette = person(session, "mette")
    proposals.make(session, kind, arrival, mette, the_list(session), town.now, FINDINGS)


def letters_to(town: Town, name: str) -> Counter[str]:
    return Counter(kind for to, kind in town.owed() if to == name)


def rounds(town: Town) -> int:
    return Rounds(town.store, town.portal, town.signer, lambda: town.now).work()


def test_beyond_ten_a_day_one_letter_names_the_others_and_no_number(town: Town) -> None:
    for _ in range(13):
        town.happens(propose)
    town.now += timedelta(minutes=5)

    assert (rounds(town), rounds(town)) == (1, 0)

    assert letters_to(town, "mette") == {"cpr": 10, "several": 1}
    letter = town.letter("mette", "several")
    for body in (text(letter), text(letter, "html")):
        told = [key for key in range(1, 14) if links.proposal_url(town.portal, town.signer, key) in body]
        assert told == [11, 12, 13]
        assert "010170" not in body
    assert "3 mails mere" in str(letter["Subject"])


def test_the_lawyers_hear_of_the_others_in_one_letter_too(town: Town) -> None:
    for _ in range(13):
        town.happens(propose)
    (lawyer,) = {name for name, kind in town.owed() if kind == "cpr_held"}
    before = letters_to(town, lawyer)
    town.now += timedelta(minutes=5)
    rounds(town)

    assert (before["cpr_held"], letters_to(town, lawyer)["cpr_held"]) == (10, 11)


def test_in_a_storm_there_is_one_letter_an_hour_and_in_the_end_everything_is_told(town: Town) -> None:
    for _ in range(40):
        town.happens(propose)
        town.now += timedelta(minutes=5)
        rounds(town)
    town.now += timedelta(hours=1)
    rounds(town)

    got = letters_to(town, "mette")
    assert got["cpr"] == 10
    assert got["several"] <= 5
    with town.store.reading() as session:
        assert [one.id for one in session.exec(select(Proposal)) if one.told_at is None] == []


def test_what_is_decided_or_was_told_is_not_named_again(town: Town) -> None:
    for _ in range(12):
        town.happens(propose)
    town.happens(
        lambda session, town: proposals.decide(session, session.get_one(Proposal, 12), Choice.WITHDRAW, town.now)
    )
    town.now += timedelta(minutes=5)
    rounds(town)

    told = text(town.letter("mette", "several"))
    assert [key for key in (1, 11, 12) if links.proposal_url(town.portal, town.signer, key) in told] == [11]


def test_other_automatic_letters_leave_these_their_own_ten(town: Town) -> None:
    for _ in range(10):
        town.happens(propose)

    assert letters_to(town, "mette") == {"cpr": 10}
    assert rounds(town) == 0
