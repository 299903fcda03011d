"""What nobody answered in time is told to whoever wanted it, and to those who were asked."""

from datetime import timedelta

from support.command_desk import CommandDesk, desk, plain
from tickets import links
from tickets.acts import consents
from tickets.database.models import ActKind, Consent, Person, Visibility

__all__ = ["desk"]
OVER = consents.PATIENCE + timedelta(hours=1)


def wanted(desk: CommandDesk) -> None:
    """A lawyer wants others to see a confidential question."""
    desk.asks(visibility=Visibility.CONFIDENTIAL)
    desk.replies(desk.anders, "ÅBEN")
    desk.forget()


def expires(desk: CommandDesk) -> int:
    desk.now += OVER
    with desk.store.transaction() as session:
        assert consents.has_expired(session, desk.now)
        count = consents.expire(session, desk.now)
    desk.distribute()
    return count


def says(desk: CommandDesk, person: Person, word: str) -> None:
    with desk.store.reading() as session:
        consent = session.get_one(Consent, 1)
        address = links.consent_address(desk.signer, desk.mailing_list, consent.key)
    desk.replies(person, word, address=address)


def test_who_wanted_it_and_who_was_asked_are_told_once(desk: CommandDesk) -> None:
    wanted(desk)

    assert expires(desk) == 1

    assert desk.owed() == {("anders", "refused"), ("mette", "lapsed")}
    assert "Ikke alle, der er spurgt, har svaret i tide" in plain(desk.letters_to(desk.anders)[-1])
    assert "Fristen for at svare er forbi" in plain(desk.letters_to(desk.mette)[-1])
    with desk.store.reading() as session:
        assert not consents.has_expired(session, desk.now)


def test_a_yes_that_comes_too_late_is_answered(desk: CommandDesk) -> None:
    wanted(desk)
    expires(desk)
    desk.forget()

    says(desk, desk.mette, "JA")

    assert desk.ticket().visibility is Visibility.CONFIDENTIAL
    assert desk.owed() == {("mette", "lapsed")}


def test_what_was_answered_does_not_expire(desk: CommandDesk) -> None:
    wanted(desk)
    says(desk, desk.mette, "NEJ")
    desk.forget()

    with desk.store.transaction() as session:
        assert consents.expire(session, desk.now + OVER) == 0


def test_the_same_can_be_wanted_again(desk: CommandDesk) -> None:
    wanted(desk)
    expires(desk)
    desk.forget()

    desk.replies(desk.anders, "ÅBEN")

    assert ("mette", "consent") in desk.owed()


def test_where_the_operator_wanted_it_all_lawyers_are_told(desk: CommandDesk) -> None:
    wanted(desk)
    with desk.store.transaction() as session:
        consent = session.get_one(Consent, 1)
        assert consent.kind is ActKind.VISIBILITY
        consent.wanted_by_key = None

    expires(desk)

    assert desk.owed() == {("anders", "refused"), ("sofie", "refused"), ("mette", "lapsed")}
