"""An operator sees in one place why a person gets no letters, and nothing of what they ask anonymously."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from support.builders import a_lawyer, a_list, a_person
from support.portals import RunningPortal
from support.servers import free_port
from tickets.database.models import (
    Bounce,
    Delivery,
    DeliveryState,
    Letter,
    Mode,
    OtherAddress,
    Person,
    Subscription,
    Ticket,
    Visibility,
)
from tickets.database.store import Store
from tickets.people import appointments, subscriptions
from tickets.reasons import BounceKind

pytestmark = pytest.mark.any_database
METTE = "mette@proevested.example.dk"


@pytest.fixture
def shell(tmp_path: Path, database_url: str, store: Store, now: datetime) -> RunningPortal:
    """A portal with Mette of Prøvested, two lists of which she gets one, and a letter to her that came back."""
    with store.transaction() as session:
        mette, data, closed = (
            a_person(session, METTE),
            a_list(session),
            a_list(session, "udbud", "UD", is_restricted=True),
        )
        a_lawyer(session, data)
        subscriptions.subscribe(session, mette, data, Mode.EACH, now)
        session.add(OtherAddress(email="mette@xn--by-kka.example.dk", person_key=mette.key, added_at=now))
        ticket = Ticket(
            mailing_list_key=data.key,
            number=1,
            subject="Må vi?",
            asker_key=mette.key,
            asked_at=now,
            changed_at=now,
        )
        session.add(ticket)
        session.flush()
        letter = Letter(
            kind="receipt", language="da", mailing_list_key=data.id, ticket_key=ticket.id, message_id="b@x", octets=b"",
            made_at=now,
        )  # fmt: skip
        session.add(letter)
        session.flush()
        delivery = Delivery(
            letter_key=letter.key, kind="receipt", person_key=mette.key, recipient=METTE,
            capacity="asker", state=DeliveryState.FAILED, made_at=now, next_attempt_at=now, attempts=1,
            reply="550 5.1.1 No such user",
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        session.add(
            Bounce(
                delivery_key=delivery.key,
                person_key=mette.key,
                kind=BounceKind.HARD,
                status="5.1.1",
                received_at=now,
            )
        )
        assert closed.id
    return RunningPortal(tmp_path, database_url, free_port())


@pytest.mark.parametrize("email", [METTE, METTE.upper(), "mette@øby.example.dk"])
def test_a_person_is_shown_with_what_they_get_and_what_came_back(shell: RunningPortal, email: str) -> None:
    facts = shell.ask("person", "show", email)

    assert (facts["email"], facts["standing"]) == (METTE, "member")
    assert facts["organisation"]
    assert facts["other_addresses"] == ["mette@xn--by-kka.example.dk"]
    assert {one["list"]: (one["member"], one["mode"]) for one in facts["lists"]} == {
        "databeskyttelse": (True, "each"), "udbud": (False, "none"),
    }  # fmt: skip
    assert [(one["state"], one["reply"]) for one in facts["letters"]] == [("failed", "550 5.1.1 No such user")]
    assert [(one["kind"], one["status"]) for one in facts["bounces"]] == [("hard", "5.1.1")]
    printed = shell.run("person", "show", email)
    for told in (
        "databeskyttelse: a member, mode each",
        "udbud: no member",
        "No such user",
        "hard 5.1.1",
        "xn--by-kka",
    ):
        assert told in printed


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("paused_at", "letters are paused since"),
        ("warned_at", "warned of a pause"),
        ("bounced_at", "a letter came back"),
    ],
)
def test_a_pause_that_is_there_or_near_is_told_with_its_time(
    shell: RunningPortal, store: Store, now: datetime, name: str, told: str
) -> None:
    with store.transaction() as session:
        setattr(session.exec(select(Subscription)).one(), name, now - timedelta(days=2))

    assert told in shell.run("person", "show", METTE)
    assert shell.ask("person", "show", METTE)["lists"][0][name] == (now - timedelta(days=2)).isoformat(
        timespec="seconds"
    )


@pytest.mark.parametrize(("is_guest", "standing"), [(True, "guest"), (False, "stranger")])
def test_it_is_told_why_somebody_is_let_in_or_not(
    shell: RunningPortal, store: Store, now: datetime, is_guest: bool, standing: str
) -> None:
    with store.transaction() as session:
        session.add(Person(email="sam@fremmed.example.org", is_guest=is_guest, joined_at=now))

    assert shell.ask("person", "show", "sam@fremmed.example.org")["standing"] == standing


def test_roles_are_told_for_each_list(shell: RunningPortal, store: Store) -> None:
    with store.reading() as session:
        lawyer = appointments.lawyers(session, 1)[0].email

    assert [one["roles"] for one in shell.ask("person", "show", lawyer)["lists"]] == [["lawyer"], []]


def test_what_a_person_asks_anonymously_has_no_place_in_it(shell: RunningPortal, store: Store) -> None:
    with store.transaction() as session:
        session.get_one(Ticket, 1).visibility = Visibility.ANONYMOUS

    facts = shell.ask("person", "show", METTE)

    assert (facts["letters"], facts["bounces"]) == ([], [])


def test_the_newest_letters_are_shown_and_not_all(shell: RunningPortal, store: Store, now: datetime) -> None:
    with store.transaction() as session:
        letter = session.get_one(Letter, 1)
        for number in range(30):
            session.add(
                Delivery(
                    letter_key=letter.key, kind="receipt", person_key=1,
                    recipient=METTE, capacity="asker", made_at=now, next_attempt_at=now, reply=str(number),
                )
            )  # fmt: skip

    assert [one["reply"] for one in shell.ask("person", "show", METTE)["letters"]] == [
        str(number) for number in range(29, 19, -1)
    ]


def test_nobody_of_that_address_is_said_in_a_line(shell: RunningPortal) -> None:
    with pytest.raises(AssertionError, match="Nobody here has the address"):
        shell.run("person", "show", "ingen@example.dk")
