"""What not everybody may see of one list is not passed on to all of another by whoever got it as a letter."""

from datetime import datetime

import pytest

from support.builders import a_lawyer, a_list, a_message
from support.mail_room import Desk
from support.town import ANDERS, LIST
from tickets.database.models import Disposition, Visibility
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

OTHER, NEWS = "sikkerhed@example.dk", "databeskyttelse+nyt@example.dk"
PASSED_ON = Grounds(Reason.PASSES_ON, {"ticket": "DB-1"})


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    """A desk with a question on it, DB-1, and another list beside it."""
    desk = Desk(store, portal, signer, now)
    with store.transaction() as session:
        a_lawyer(session, a_list(session, "sikkerhed", "SIK"), "vera@forening.example.dk", "Vera Vagt")
    desk.take(a_message(Subject="Logfiler"))
    return desk


def hide(desk: Desk, visibility: Visibility = Visibility.ANONYMOUS) -> None:
    with desk.store.transaction() as session:
        ticket = desk.ticket()
        ticket.visibility = visibility
        session.merge(ticket)


@pytest.mark.alike
@pytest.mark.parametrize("visibility", [Visibility.ANONYMOUS, Visibility.CONFIDENTIAL])
@pytest.mark.parametrize("recipient", [OTHER, NEWS])
@pytest.mark.parametrize("subject", ["VS: Logfiler [DB-1]", "[db-1] Fwd: Logfiler", "SIK [DB-1]"])
def test_a_letter_of_a_hidden_ticket_is_not_forwarded_to_everybody(
    desk: Desk, visibility: Visibility, recipient: str, subject: str
) -> None:
    hide(desk, visibility)

    arrival = desk.take(a_message(From=ANDERS, Subject=subject, text="Kan I svare Mette?"), recipient)[0]

    assert (arrival.disposition, arrival.grounds) == (Disposition.HELD, PASSED_ON)


@pytest.mark.parametrize("recipient", [OTHER, NEWS])
def test_what_merely_cites_a_letter_of_it_waits_too(desk: Desk, recipient: str) -> None:
    hide(desk)
    cited = f"<{desk.messages()[0].own_id}>"

    arrival = desk.take(a_message(From=ANDERS, Subject="Noget andet", References=cited), recipient)[0]

    assert (arrival.disposition, arrival.grounds) == (Disposition.HELD, PASSED_ON)


def test_what_everybody_may_see_may_be_passed_on_and_what_is_hidden_answered(desk: Desk) -> None:
    hide(desk)
    answer = desk.take(a_message(From=ANDERS, Subject="SV: Logfiler [DB-1]", text="Ja."), LIST)[0]
    hide(desk, Visibility.OPEN)
    unknown = desk.take(a_message(Subject="Sag [KLE-27] og [DB-99]"), OTHER)[0]
    passed_on = desk.take(a_message(From=ANDERS, Subject="VS: Logfiler [DB-1]"), OTHER)[0]

    assert [one.disposition for one in (answer, unknown, passed_on)] == [Disposition.FILED] * 3
