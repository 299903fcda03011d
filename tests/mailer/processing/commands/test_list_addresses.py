"""What a member wants of a list, said by mail: how it comes, of which topics, in which language, from which day on."""

from datetime import date, datetime

import pytest

from mailer.processing.commands.list_addresses import wanted_language, wanted_wishes
from support.builders import a_message, a_post
from support.mail_room import Desk
from tickets import wishes
from tickets.database.models import Arrival, Disposition, Mode, Ticket
from tickets.database.store import Store
from tickets.errors import BadInput
from tickets.people import lists, persons
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer
from tickets.wishes import Wishes

TODAY = date(2026, 11, 23)
LIST = "databeskyttelse@example.dk"
METTE = "mette@proevested.example.dk"
BEFORE = Wishes(Mode.DAILY, ("skole",))


@pytest.mark.parametrize(
    ("subject", "text", "wanted"),
    [
        ("Tilmeld", "Hej\nVenlig hilsen\nMette", Wishes(Mode.WEEKLY, ("skole",))),
        ("alle", "", Wishes(Mode.EACH, ("skole",))),
        ("dagligt", "", Wishes(Mode.DAILY, ("skole",))),
        ("Emner: ældre, AI", "", Wishes(Mode.DAILY, ("ældre", "AI"))),
        ("Tilmeld", "Emner: ældre,  to  ord.\nMvh Mette", Wishes(Mode.DAILY, ("ældre", "to ord"))),
        ("Tilmeld", "ugentligt\nemner: ældre", Wishes(Mode.WEEKLY, ("ældre",))),
        ("Emner: alle", "", Wishes(Mode.EACH)),
        ("Tilmeld", "Topics: all\nevery week", Wishes(Mode.EACH)),
        ("Pause til 12. december", "", Wishes(Mode.DAILY, ("skole",), date(2026, 12, 12))),
        ("Ferie", "Hold pause indtil mandag.", Wishes(Mode.DAILY, ("skole",), date(2026, 11, 30))),
        ("Pause until 4 January", "", Wishes(Mode.DAILY, ("skole",), date(2027, 1, 4))),
        ("pause i 2 uger", "", Wishes(Mode.DAILY, ("skole",), date(2026, 12, 7))),
        ("På engelsk", "", Wishes(Mode.DAILY, ("skole",))),
    ],
)  # fmt: skip
def test_what_is_said_changes_and_the_rest_stays(subject: str, text: str, wanted: Wishes) -> None:
    assert wanted_wishes(a_post(subject=subject, text=text), BEFORE, TODAY) == wanted


@pytest.mark.parametrize("text", ["Pause til jul engang", "pause: til 31. februar", "Pause til 12. november 2020"])
def test_a_day_that_is_none_is_no_wish(text: str) -> None:
    with pytest.raises(BadInput, match="no_day"):
        wanted_wishes(a_post(subject="Tilmeld", text=text), BEFORE, TODAY)


@pytest.mark.parametrize(
    ("text", "language"), [("In English, please", "en"), ("Helst på dansk.", "da"), ("Jeg læser engelsk", None)]
)
def test_a_language_is_asked_for_in_so_many_words(text: str, language: str | None) -> None:
    assert wanted_language(a_post(subject="Tilmeld", text=text)) == language


# -- by mail ---------------------------------------------------------------------------


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    desk = Desk(store, portal, signer, now)
    desk.take(a_message(**{"From": "ole@oeby.example.dk", "text": "Må vi dele børnenes billeder?"}))
    with store.transaction() as session:
        session.get_one(Ticket, 1).topics = ["skole", "billeder"]
    return desk


def command(desk: Desk, name: str, subject: str) -> Arrival:
    address = LIST.replace("@", f"+{name}@")
    return desk.take(a_message(**{"From": METTE, "To": address, "Subject": subject, "text": "Venlig hilsen"}), address)[
        0
    ]


def wishes_now(desk: Desk) -> Wishes:
    with desk.store.reading() as session:
        return wishes.wishes_of(session, persons.get_person(session, METTE), lists.find_list(session, "DB"))


def test_a_reader_chooses_topics_and_pauses_by_mail(desk: Desk) -> None:
    assert command(desk, "tilmeld", "Emner: Skole, gulerødder").disposition is Disposition.OBEYED
    assert wishes_now(desk) == Wishes(Mode.WEEKLY, ("skole",))

    assert command(desk, "afmeld", "Pause til 12. marts").disposition is Disposition.OBEYED
    assert wishes_now(desk).rests_before is not None
    assert (wishes_now(desk).mode, wishes_now(desk).topics) == (Mode.WEEKLY, ("skole",))

    assert command(desk, "afmeld", "afmeld").disposition is Disposition.OBEYED
    assert wishes_now(desk).mode is Mode.NONE


def test_a_language_is_kept(desk: Desk) -> None:
    command(desk, "tilmeld", "In English")

    with desk.store.reading() as session:
        assert persons.get_person(session, METTE).language == "en"


def test_a_pause_until_no_day_is_answered_with_how_it_is_said(desk: Desk) -> None:
    command(desk, "tilmeld", "alle")

    arrival = command(desk, "tilmeld", "Pause til engang")

    assert (arrival.disposition, arrival.reason) == (Disposition.OBEYED, Reason.HELPED)
    assert wishes_now(desk) == Wishes(Mode.EACH)
