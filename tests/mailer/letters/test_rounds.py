"""Many mails that wait for one author make few letters, and none waits untold."""

from collections import Counter
from datetime import timedelta

from sqlmodel import Session, select

from mailer.letters.rounds import Rounds
from support.held import an_arrival
from support.told_town import Town
from support.told_town import town as town
from support.town import person, text, the_list
from tickets import journal, links
from tickets.conversations import statuses
from tickets.database.models import (
    Arrival,
    Choice,
    EventKind,
    GatheredReceipt,
    Message,
    Proposal,
    ProposalKind,
    Status,
    Ticket,
    Visibility,
)
from tickets.moderation import proposals
from tickets.people.sight import Sight
from tickets.search.similar import Answered

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
    return Rounds(town.store, town.portal, town.signer, lambda: town.now, town.find_similar).work()


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


# -- receipts --------------------------------------------------------------------------


def ask(town: Town, *numbers: int) -> None:
    for number in numbers:
        town.file("mette", subject=f"Spørgsmål {number}")


def receipts(town: Town) -> list[str]:
    return [kind for name, kind in town.owed() if name == "mette" and kind.startswith("receipt")]


def test_questions_without_a_receipt_of_their_own_stand_in_one_letter(town: Town) -> None:
    with town.store.transaction() as session:
        the_list(session).answer_days = 5
    ask(town, 1, 2, 3, 4, 5, 6)
    assert rounds(town) == 0  # more may come
    town.now += timedelta(minutes=5)

    assert (rounds(town), rounds(town)) == (1, 0)

    assert receipts(town) == [*["receipt"] * 3, "receipts"]
    letter = town.letter("mette", "receipts")
    assert letter["Subject"] == "Vi har fået 3 spørgsmål fra dig: DB-4, DB-5, DB-6"
    for kind in ("plain", "html"):
        told = text(letter, kind)
        assert [number for number in range(1, 7) if f"Spørgsmål {number}" in told] == [4, 5, 6]
        assert told.count("Du kan vente svaret senest mandag den 30. november 2026.") == 3
        assert "LØST" in told
        assert "TRÆK TILBAGE" in told


def test_each_of_them_is_written_on_about_at_its_own_address_and_none_by_replying_to_all(town: Town) -> None:
    ask(town, 1, 2, 3, 4, 5)
    town.now += timedelta(minutes=5)
    rounds(town)

    letter = town.letter("mette", "receipts")
    with town.store.reading() as session:
        mailing_list, mette = the_list(session), person(session, "mette")
        own = [links.reply_address(town.signer, mailing_list, number, mette.key) for number in (4, 5)]
        assert letter["Reply-To"].addresses[0].addr_spec == links.owner_address(mailing_list)
    for kind in ("plain", "html"):
        assert all(address in text(letter, kind) for address in own)


def test_they_tell_what_was_answered_before(town: Town) -> None:
    asked = town.file("ole", subject="Kamera på genbrugspladsen", text="Må vi sætte et kamera op?")
    answer = town.file("anders", asked, text="Kære Ole\n\nJa, i 30 dage.", is_lawyer=True)

    def find_similar(session: Session, sight: Sight, message: Message) -> list[Answered]:
        return [Answered(session.get_one(Ticket, asked.ticket_key), asked, answer)]

    town.find_similar = find_similar
    ask(town, 1, 2, 3, 4)
    town.now += timedelta(minutes=5)
    rounds(town)

    for kind in ("plain", "html"):
        told = text(town.letter("mette", "receipts"), kind)
        assert "Kamera på genbrugspladsen" in told
        assert "Ja, i 30 dage." in told
        assert f"https://portal.example.dk/m/{answer.path}" in told


def test_in_a_storm_of_questions_none_is_without_word_and_there_is_a_letter_an_hour(town: Town) -> None:
    for number in range(72):
        ask(town, number)
        town.now += timedelta(minutes=5)
        rounds(town)
    town.now += timedelta(hours=1)
    rounds(town)

    got = receipts(town)
    assert got.count("receipt") == 10
    assert 6 <= got.count("receipts") <= 8
    with town.store.reading() as session:
        untold = [one for one in session.exec(select(GatheredReceipt)) if one.told_at is None]
        assert (untold, len(session.exec(select(GatheredReceipt)).all())) == ([], 62)


def test_beyond_ten_a_day_also_what_not_everybody_sees_is_told_with_the_others(town: Town) -> None:
    for _ in range(12):
        town.file("mette", subject="Fortroligt spørgsmål", visibility=Visibility.CONFIDENTIAL)
    town.now += timedelta(minutes=5)
    rounds(town)

    assert receipts(town) == [*["receipt"] * 10, "receipts"]
    told = text(town.letter("mette", "receipts"))
    assert told.count("Fortroligt spørgsmål") == told.lower().count("kun du og listens jurister") == 2


def test_other_automatic_letters_and_receipts_do_not_use_up_each_others_room(town: Town) -> None:
    for _ in range(12):
        town.happens(
            lambda session, town: journal.append(
                session,
                EventKind.HELP_ASKED,
                town.now,
                list_key=the_list(session).key,
                person_key=person(session, "mette").key,
            )
        )
    ask(town, 1)

    assert letters_to(town, "mette") == {"help": 10, "receipt": 1}


# -- what was closed without an answer ---------------------------------------------------


def close(town: Town, question: Message, by: str) -> None:
    town.now += timedelta(hours=2)
    town.happens(
        lambda session, town: statuses.change_status(
            session, session.get_one(Ticket, question.ticket_key), Status.CLOSED, town.now, person(session, by)
        )
    )
    town.now += timedelta(hours=2)


def test_the_next_receipt_tells_once_what_was_closed_without_an_answer(town: Town) -> None:
    first = town.file("mette", subject="Hvem skriver under?")
    close(town, first, "anders")

    ask(town, 1)
    told = [text(town.letter("mette", "receipt"), kind) for kind in ("plain", "html")]
    town.now += timedelta(hours=2)
    ask(town, 2)

    assert all("lukket uden svar" in one and "Hvem skriver under?" in one and "DB-1" in one for one in told)
    assert "lukket uden svar" not in text(town.letter("mette", "receipt"))


def test_what_its_asker_closed_or_was_answered_is_not_told(town: Town) -> None:
    own, answered = town.file("mette"), town.file("mette")
    town.file("anders", answered, is_lawyer=True)
    close(town, own, "mette")
    close(town, answered, "anders")

    ask(town, 1)

    assert "lukket uden svar" not in text(town.letter("mette", "receipt"))
