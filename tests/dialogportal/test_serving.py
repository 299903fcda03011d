"""Without one of its parts a portal is none: it says so, and ends."""

import threading
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from dialogportal.house import House
from dialogportal.serving import Service
from dialogportal.settings import Settings
from support.waiting import eventually
from tickets.database.store import Store
from tickets.portal import Portal


def fails(_stop: threading.Event) -> None:
    raise ValueError("broken")


@pytest.mark.parametrize("part", [fails, lambda _stop: None], ids=["fails", "returns"])
def test_a_part_that_ends_is_told_and_the_portal_is_to_end(
    part: Callable[[threading.Event], None], store: Store, portal: Portal
) -> None:
    service = Service(House(Settings(portal=portal), store, b"a secret that only the tests know"), ())

    with capture_logs() as lines:
        service.run("clock", part)
        eventually(lambda: service.has_lost_part)

    assert lines[-1]["event"] == "part ended, so the portal ends"
    assert lines[-1]["part"] == "clock"


def test_a_part_that_ends_as_it_is_told_to_is_no_loss(store: Store, portal: Portal) -> None:
    service = Service(House(Settings(portal=portal), store, b"a secret that only the tests know"), ())

    service.run("clock", lambda stop: stop.wait(5) and None)
    service.stop()

    assert not service.has_lost_part
