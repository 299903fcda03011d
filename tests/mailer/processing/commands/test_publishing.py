"""A lawyer publishes an answer by replying: without names, as they read it through, with the word of who asked."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from mailer.letters.registry import declarations
from support.command_desk import CommandDesk, desk, plain
from templates.language import load_language
from tickets.database.models import (
    Delivery,
    DeliveryState,
    Disposition,
    EventKind,
    Fault,
    LetterKind,
    Person,
    Publication,
    Ticket,
    Visibility,
)
from tickets.publishing import agreeing, drafting
from tickets.publishing.headings import WHOLE, heading_in

__all__ = ["desk"]

ASKED = (
    "Kære jurister\n\nMette Eksempel fra Prøvested Kommune her. Må vi udlevere en afgørelse?\n\nVenlig hilsen\nMette"
)
SAID = "KORT: Ja, når den er anonymiseret.\n\nHej Mette\n\nJa, Prøvested Kommune må gerne udlevere den."


def publications(desk: CommandDesk) -> list[Publication]:
    with desk.store.reading() as session:
        return list(session.exec(select(Publication).order_by(col(Publication.id))))


def standing(desk: CommandDesk) -> Publication | None:
    with desk.store.reading() as session:
        ticket = session.exec(select(Ticket).order_by(col(Ticket.id))).first()
        return drafting.standing(session, ticket) if ticket else None


def answers(desk: CommandDesk, person: Person, text: str, html: str = "", letter: int = -1) -> Disposition:
    """Somebody answers the newest letter that they got, to where it asks to be answered."""
    newest = desk.letters_to(person)[letter]
    address = str(newest["Reply-To"]).strip("<>")
    ids = {"In_Reply_To": str(newest["Message-ID"]), "References": str(newest["Message-ID"])}
    arrival = desk.replies(person, text, html=html, address=address, Message_ID=f"<{hash(text)}{len(html)}@x>", **ids)
    disposition = arrival.disposition
    assert disposition is not None
    return disposition


def drafted(desk: CommandDesk, visibility: Visibility = Visibility.OPEN, text: str = ASKED) -> str:
    """A question that was answered, and that Anders wants published; the text of the letter that shows it to him."""
    desk.asks(text=text, visibility=visibility)
    desk.replies(desk.anders, SAID)
    if desk.messages()[-1].text.startswith("Kære"):  # an answer that may tell who asked is shown first
        answers(desk, desk.anders, "SEND")
    desk.forget()
    desk.replies(desk.anders, "OFFENTLIGGØR")
    return body_of_newest(desk, desk.anders)


def body_of_newest(desk: CommandDesk, person: Person) -> str:
    return plain(desk.letters_to(person)[-1]).partition("\n")[2]


def quoted(letter: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in letter.strip().split("\n"))


def test_a_draft_names_nobody_and_tells_what_was_taken_out(desk: CommandDesk) -> None:
    letter = drafted(desk)

    question, answer, removed = sections(letter)
    assert "Må vi udlevere en afgørelse?" in question
    assert "KORT: Ja, når den er anonymiseret." in answer
    assert not [name for name in ("Mette", "Prøvested", "Eksempel") if name in question + answer]
    assert "Mette Eksempel -> [navn]" in removed
    assert desk.owed() == {("anders", "publication"), ("mette", "publishing")}
    assert standing(desk) is None


def sections(letter: str) -> tuple[str, str, str]:
    """What stands below each of the three headings."""
    lines = letter.split("\n")
    places = [number for number, line in enumerate(lines) if heading_in(line)]
    assert [heading_in(lines[one]) for one in places] == WHOLE
    first, second, third = places
    return "\n".join(lines[first:second]), "\n".join(lines[second:third]), "\n".join(lines[third:])


@pytest.mark.alike
@pytest.mark.parametrize("word", ["OK", "ok.", "Ja tak", "OK\n\nMvh\nAnders", "Hej\n\nOK\n\nSendt fra min iPhone"])
def test_a_yes_publishes_it_as_it_was_shown(desk: CommandDesk, word: str) -> None:
    letter = drafted(desk)

    answers(desk, desk.anders, f"{word}\n\nDen 23. nov. 2026 kl. 08.00 skrev Databeskyttelse:\n\n{quoted(letter)}")

    published = standing(desk)
    assert published is not None
    assert published.answer == "Ja, [kommunen] må gerne udlevere den."
    assert published.short_answer == "Ja, når den er anonymiseret."
    assert ("anders", "published") in desk.owed()
    assert f"/svar/{published.path}" in body_of_newest(desk, desk.anders)


def test_a_no_keeps_it(desk: CommandDesk) -> None:
    letter = drafted(desk)

    answers(desk, desk.anders, f"NEJ, den er for følsom.\n\n{quoted(letter)}")

    assert standing(desk) is None
    assert [one.withdrawn_at is not None for one in publications(desk)] == [True]


def changed(letter: str, old: str, new: str) -> str:
    assert old in letter
    return letter.replace(old, new)


def test_blocks_that_were_changed_are_published_as_they_were_changed(desk: CommandDesk) -> None:
    letter = drafted(desk)

    edited = changed(letter, "må gerne udlevere den.", "må gerne udlevere den, når navne er fjernet.")
    answers(desk, desk.anders, quoted(edited))

    published = standing(desk)
    assert published is not None
    assert published.answer == "Ja, [kommunen] må gerne udlevere den, når navne er fjernet."


def test_a_name_that_is_put_back_is_taken_out_again_and_asked_about_once(desk: CommandDesk) -> None:
    letter = drafted(desk)
    edited = changed(letter, "Ja, [kommunen] må", "Ja, Prøvested Kommune må")

    answers(desk, desk.anders, f"OK\n\n{quoted(edited)}")

    assert standing(desk) is None
    warned = body_of_newest(desk, desk.anders)
    assert "nævner nogen ved navn" in warned
    assert "Prøvested" not in "".join(sections(warned)[:2])

    answers(desk, desk.anders, f"OK\n\n{quoted(warned)}")

    published = standing(desk)
    assert published is not None
    assert "Prøvested" not in published.answer


def test_a_name_that_is_put_back_twice_is_meant_to_stand(desk: CommandDesk) -> None:
    letter = drafted(desk)
    for _ in range(2):
        answers(desk, desk.anders, quoted(changed(letter, "Ja, [kommunen] må", "Ja, Prøvested Kommune må")))
        letter = body_of_newest(desk, desk.anders)

    published = standing(desk)
    assert published is not None
    assert published.answer == "Ja, Prøvested Kommune må gerne udlevere den."


def test_a_number_never_stands(desk: CommandDesk) -> None:
    letter = drafted(desk)
    for _ in range(3):
        answers(desk, desk.anders, quoted(changed(letter, "udlevere den.", "udlevere den om 010190-1234.")))
        assert standing(desk) is None
        letter = body_of_newest(desk, desk.anders).replace("om ●●●●●●-●●●●.", "udlevere den.")
        letter = letter.replace("udlevere den udlevere den.", "udlevere den.")

    assert "010190" not in "".join(one.answer + str(one.removed) for one in publications(desk))


@pytest.mark.alike
@pytest.mark.parametrize("lost", ["SPØRGSMÅL, SOM ALLE LÆSER DET", "SVAR, SOM ALLE LÆSER DET", "DET ER TAGET UD"])
def test_a_lost_heading_publishes_nothing_and_is_shown_back(desk: CommandDesk, lost: str) -> None:
    letter = drafted(desk)

    answers(desk, desk.anders, f"OK\n\n{quoted(changed(letter, lost, ''))}")

    assert standing(desk) is None
    assert [one.fault for one in publications(desk)] == [Fault.LOST]
    assert "mangler en af de tre overskrifter" in body_of_newest(desk, desk.anders)


@pytest.mark.alike
@pytest.mark.parametrize(
    ("text", "fault"),
    [("Vent lige, Sofie skal se den.", Fault.OUTSIDE), ("OK\n\nMen ret lige stavefejlen i svaret.", Fault.OUTSIDE),
     ("", Fault.UNCLEAR)],
)  # fmt: skip
def test_other_words_publish_nothing_and_are_shown_back(desk: CommandDesk, text: str, fault: Fault) -> None:
    letter = drafted(desk)

    answers(desk, desk.anders, f"{text}\n\n{quoted(letter)}".strip())

    assert standing(desk) is None
    assert [one.fault for one in publications(desk)] == [fault]


def test_a_reply_to_the_list_itself_is_heard_as_one_to_the_letter_and_no_answer(desk: CommandDesk) -> None:
    """Some programs answer From, whatever Reply-To says."""
    drafted(desk)
    newest = desk.letters_to(desk.anders)[-1]
    before = len(desk.messages())
    ids = {"In_Reply_To": str(newest["Message-ID"]), "References": str(newest["Message-ID"])}

    desk.replies(desk.anders, "OK", address="databeskyttelse@example.dk", **ids)

    assert len(desk.messages()) == before
    assert standing(desk) is not None


def test_nobody_else_may_answer_for_the_lawyer(desk: CommandDesk) -> None:
    drafted(desk)
    address = str(desk.letters_to(desk.anders)[-1]["Reply-To"]).strip("<>")

    arrival = desk.replies(desk.mette, "OK", address=address)

    assert arrival.disposition is Disposition.HELD
    assert standing(desk) is None


def test_a_second_yes_tells_how_it_stands_and_changes_nothing(desk: CommandDesk) -> None:
    drafted(desk)
    draft = len(desk.letters_to(desk.anders)) - 1
    answers(desk, desk.anders, "OK", letter=draft)

    answers(desk, desk.anders, "ok", letter=draft)

    assert len([one for one in desk.events() if one is EventKind.PUBLISHED]) == 1
    assert "er offentliggjort" in plain(desk.letters_to(desk.anders)[-1])


def test_where_nothing_was_answered_nothing_is_drafted(desk: CommandDesk) -> None:
    desk.asks()

    arrival = desk.replies(desk.anders, "OFFENTLIGGØR")

    assert arrival.disposition is Disposition.HELD
    assert desk.owed() == {("anders", "unclear")}


def test_an_answer_and_its_publishing_may_be_one_mail(desk: CommandDesk) -> None:
    desk.asks(text=ASKED)

    desk.replies(desk.anders, "OFFENTLIGGØR\n\nJa, Prøvested må gerne.")

    assert "Ja, [kommunen] må gerne." in body_of_newest(desk, desk.anders)


def test_the_letter_has_the_headings_that_replies_are_read_by() -> None:
    for language in ("da", "en"):
        words = load_language(language, "Europe/Copenhagen")
        source = words.render("mail/publication.txt", **sample_of_a_draft(), list="Databeskyttelse")
        found = [heading for line in source.split("\n") if (heading := heading_in(line))]
        assert found == WHOLE


def sample_of_a_draft() -> dict[str, object]:
    return declarations()[LetterKind.PUBLICATION].samples[0].view.values()


# -- those who asked -------------------------------------------------------------------


def test_an_anonymous_asker_has_two_working_days_to_say_no(desk: CommandDesk) -> None:
    drafted(desk, Visibility.ANONYMOUS)
    assert ("mette", "publishing") not in desk.owed()
    answers(desk, desk.anders, "OK")
    assert {("mette", "publishing"), ("anders", "published")} <= desk.owed()
    assert standing(desk) is None

    answers(desk, desk.mette, "NEJ")

    assert standing(desk) is None
    assert "er ikke offentliggjort" in plain(desk.letters_to(desk.anders)[-1])
    go_on(desk, desk.now + timedelta(days=30))
    assert standing(desk) is None


def leave(desk: CommandDesk, state: DeliveryState = DeliveryState.SENT) -> None:
    """Let the letters that are owed become of it what this says, now."""
    with desk.store.transaction() as session:
        waiting = select(Delivery).where(Delivery.state == DeliveryState.WAITING)
        for one in session.exec(waiting).all():
            one.state, one.settled_at = state, desk.now
            session.add(one)


def go_on(desk: CommandDesk, now: datetime) -> None:
    with desk.store.transaction() as session:
        agreeing.go_on(session, now)
    desk.now = now
    desk.distribute()


def test_an_anonymous_asker_who_says_nothing_lets_it_be_published(desk: CommandDesk) -> None:
    drafted(desk, Visibility.ANONYMOUS)  # on Monday
    answers(desk, desk.anders, "OK")
    leave(desk)

    go_on(desk, desk.now + timedelta(days=2, hours=12))  # Wednesday evening
    assert standing(desk) is None
    go_on(desk, desk.now + timedelta(hours=6))

    assert standing(desk) is not None
    assert "er offentliggjort" in plain(desk.letters_to(desk.anders)[-1])


@pytest.mark.alike
@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.WITHDRAWN])
def test_who_was_never_asked_has_not_agreed_by_silence(desk: CommandDesk, state: DeliveryState) -> None:
    drafted(desk, Visibility.ANONYMOUS)
    answers(desk, desk.anders, "OK")
    leave(desk, state)

    go_on(desk, desk.now + timedelta(days=3))

    assert standing(desk) is None
    assert "er ikke offentliggjort" in plain(desk.letters_to(desk.anders)[-1])


def test_a_letter_that_left_late_leaves_as_long_to_say_no(desk: CommandDesk) -> None:
    drafted(desk, Visibility.ANONYMOUS)
    answers(desk, desk.anders, "OK")
    go_on(desk, desk.now + timedelta(days=3))
    assert standing(desk) is None
    leave(desk)

    go_on(desk, desk.now + timedelta(days=1, hours=23))
    assert standing(desk) is None
    go_on(desk, desk.now + timedelta(days=3))

    assert standing(desk) is not None


def test_what_cannot_be_asked_in_two_weeks_is_not_published(desk: CommandDesk) -> None:
    drafted(desk, Visibility.ANONYMOUS)
    answers(desk, desk.anders, "OK")

    for _ in range(5):
        go_on(desk, desk.now + timedelta(days=4))
    leave(desk)
    go_on(desk, desk.now + timedelta(days=4))

    assert standing(desk) is None


def test_the_weekend_is_no_working_day(desk: CommandDesk) -> None:
    friday = desk.now + timedelta(days=4)

    assert desk.portal.local(agreeing.end_of_veto(desk.portal, friday)).strftime("%A %H.%M") == "Wednesday 00.00"


@pytest.mark.alike
@pytest.mark.parametrize("words", ["Helst ikke, folk kan regne ud, at det er os.", "Nej tak", "NEJ!"])
def test_whatever_is_no_yes_of_an_asker_is_a_no(desk: CommandDesk, words: str) -> None:
    drafted(desk, Visibility.ANONYMOUS)
    answers(desk, desk.anders, "OK")

    answers(desk, desk.mette, words)

    go_on(desk, desk.now + timedelta(days=30))
    assert standing(desk) is None


def test_a_no_that_comes_late_takes_it_down(desk: CommandDesk) -> None:
    drafted(desk, Visibility.ANONYMOUS)
    answers(desk, desk.anders, "OK")
    leave(desk)
    go_on(desk, desk.now + timedelta(days=7))
    assert standing(desk) is not None

    answers(desk, desk.mette, "NEJ")

    assert standing(desk) is None
    assert "ikke offentliggjort længere" in plain(desk.letters_to(desk.anders)[-1])


def test_of_a_confidential_question_nothing_is_published_without_a_yes(desk: CommandDesk) -> None:
    drafted(desk, Visibility.CONFIDENTIAL)
    answers(desk, desk.anders, "OK")
    go_on(desk, desk.now + timedelta(days=13))
    assert standing(desk) is None

    answers(desk, desk.mette, "JA")

    assert standing(desk) is not None


def test_a_confidential_asker_who_says_nothing_keeps_it(desk: CommandDesk) -> None:
    drafted(desk, Visibility.CONFIDENTIAL)
    answers(desk, desk.anders, "OK")

    go_on(desk, desk.now + timedelta(days=15))

    assert standing(desk) is None
    assert "er ikke offentliggjort" in plain(desk.letters_to(desk.anders)[-1])


def test_what_is_closed_off_later_is_not_shown_any_more(desk: CommandDesk) -> None:
    drafted(desk)
    answers(desk, desk.anders, "OK")

    desk.replies(desk.anders, "FORTROLIG")

    assert standing(desk) is None


def test_undone_it_is_published_no_longer(desk: CommandDesk) -> None:
    drafted(desk)
    answers(desk, desk.anders, "OK")

    answers(desk, desk.anders, "FORTRYD")

    assert standing(desk) is None
    assert desk.events()[-1] is EventKind.UNPUBLISHED
    assert "ikke offentliggjort længere" in plain(desk.letters_to(desk.anders)[-1])


# -- corrections -----------------------------------------------------------------------


def test_a_corrected_answer_is_drafted_anew_under_the_same_path(desk: CommandDesk) -> None:
    drafted(desk)
    answers(desk, desk.anders, "OK")
    first = standing(desk)
    assert first is not None

    desk.replies(desk.anders, "KORT: Nej.\nRET\n\nNej, ikke længere.", to=desk.messages()[1])
    assert "ny udgave" in body_of_newest(desk, desk.anders)
    same = standing(desk)
    assert same is not None
    assert same.id == first.id
    answers(desk, desk.anders, "OK")

    second = standing(desk)
    assert second is not None
    assert (second.path, second.answer, second.short_answer) == (first.path, "Nej, ikke længere.", "Nej.")
    assert len(second.corrections) == 1

    answers(desk, desk.anders, "FORTRYD")
    again = standing(desk)
    assert again is not None
    assert again.id == first.id


# -- several who asked -----------------------------------------------------------------


def test_all_who_asked_are_told_and_none_of_them_is_named(desk: CommandDesk) -> None:
    desk.asks(text=ASKED)
    desk.asks(desk.ole, "Kære jurister\n\nMå Øby det også? Det spørger Ole Følger om.")
    desk.replies(desk.anders, "FLET DB-1")
    desk.replies(desk.anders, SAID, to=desk.messages()[0])
    desk.forget()

    desk.replies(desk.anders, "OFFENTLIGGØR", to=desk.messages()[-1])

    assert {("mette", "publishing"), ("ole", "publishing"), ("anders", "publication")} <= desk.owed()
    question, answer, _ = sections(body_of_newest(desk, desk.anders))
    assert not [one for one in ("Mette", "Ole", "Følger", "Prøvested") if one in question + answer]


def test_what_is_published_goes_with_its_ticket_and_comes_back_when_that_is_parted(desk: CommandDesk) -> None:
    drafted(desk)
    answers(desk, desk.anders, "OK")
    first = standing(desk)
    assert first is not None
    desk.asks(desk.ole, "Må vi også det?")
    desk.replies(desk.anders, "FLET DB-2", to=desk.messages()[0])
    assert [one.withdrawn_at for one in publications(desk)] == [None]

    desk.replies(desk.anders, "FORTRYD", to=desk.messages()[0])

    with desk.store.reading() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == 1)).one()
        back = drafting.standing(session, ticket)
        assert back is not None
        assert back.path == first.path
