"""Making a digest: put together at one time, sent at another, and telling what there was at the first."""

from datetime import datetime, timedelta

import pytest

from mailer.letters.digests import making
from support.newsroom import Town, make_town
from support.publishing import publish
from support.town import text, the_list
from tickets.database.models import Publication, Ticket, Visibility
from tickets.database.store import Store
from tickets.people import persons
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    return make_town(store, portal, signer, now)


def put_together(town: Town) -> int:
    with town.store.transaction() as session:
        digest = making.put_together(session, town.portal, the_list(session), town.now, "2026-W48")
        assert digest
        return digest.key


def send(town: Town) -> str:
    """Send the digest that waits; its text."""
    with town.store.transaction() as session:
        digest = making.find(session, the_list(session), "2026-W48")
        assert digest
        making.send(session, town.portal, town.signer, digest, town.now)
    return text(town.letters()[-1])


def test_what_comes_after_it_was_put_together_is_the_next_ones(town: Town) -> None:
    asked = town.file("mette", subject="Må vi udlevere?", text="Må vi?")
    put_together(town)
    town.now += timedelta(hours=3)
    town.file("anders", asked, text="Nej, det må I ikke.", is_lawyer=True)
    town.file("ole", subject="Hvor længe?")

    told = send(town)

    assert "Må vi udlevere? (DB-1)" in told
    assert "det må I ikke" not in told
    assert "Hvor længe?" not in told
    town.now += timedelta(days=7)
    town.make()
    following = text(town.letters()[-1])
    assert "det må I ikke" in following
    assert "Hvor længe?" in following


def test_what_was_closed_off_after_it_was_put_together_is_left_out(town: Town) -> None:
    hidden = town.file("mette", subject="Hemmelig sag")
    town.file("ole", subject="Åben sag")
    put_together(town)
    with town.store.transaction() as session:
        session.get_one(Ticket, hidden.ticket_key).visibility = Visibility.CONFIDENTIAL

    told = send(town)

    assert "Åben sag" in told
    assert "emmelig" not in told


def test_it_is_put_together_once(town: Town) -> None:
    town.file("mette")
    put_together(town)

    with town.store.transaction() as session:
        assert making.put_together(session, town.portal, the_list(session), town.now, "2026-W48") is None


def test_a_published_answer_stands_in_it_without_who_asked(town: Town) -> None:
    hidden = town.file("mette", subject="Hemmelig sag i Prøvested", visibility=Visibility.CONFIDENTIAL)
    with town.store.transaction() as session:
        anders = persons.get_person(session, "anders@forening.example.dk")
        row = publish(session, town.portal, hidden, anders, town.now, "Ja, i højst 30 dage.")
        row.subject = "Hvor længe må vi gemme?"
        session.add(row)
    put_together(town)

    told = send(town)

    assert "Offentliggjort svar\n\nHvor længe må vi gemme?" in told
    assert f"https://portal.example.dk/svar/{row.path}" in told
    assert "DB-1" not in told
    assert "Prøvested" not in told
    town.now += timedelta(days=7)
    town.make()
    assert len(town.letters()) == 1  # the next has nothing to say


def test_what_was_taken_down_before_it_is_sent_is_left_out(town: Town) -> None:
    asked = town.file("mette", subject="Må vi udlevere?")
    with town.store.transaction() as session:
        anders = persons.get_person(session, "anders@forening.example.dk")
        row = publish(session, town.portal, asked, anders, town.now, "Ja.")
    put_together(town)
    with town.store.transaction() as session:
        session.get_one(Publication, row.id).withdrawn_at = town.now

    assert "/svar/" not in send(town)
