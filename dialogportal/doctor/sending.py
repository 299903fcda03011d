"""Sending: a letter to somebody who wants to see whether one arrives, and what became of it."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from sqlmodel import Session

from dialogportal.doctor.doors import is_running
from dialogportal.doctor.remark import Remark
from dialogportal.house import House
from mailer.addresses import read_directory
from mailer.delivery.relay import Fate
from mailer.delivery.trial import Trial, find_return, has_come_in, make_trial, send_trial
from mailer.sandbox.incoming import Incoming, Unread
from mailer.sandbox.reader import Reader
from tickets.people import persons

WHAT = "letter"
RETURN_PATIENCE = 10.0  # seconds in which a server that refuses it says so, as most do
ROUND_PATIENCE = 60.0  # seconds for the way out and in again
LOOK_EVERY = 0.2
UNSENT = {
    Fate.PERMANENT: "refused it",
    Fate.TRANSIENT: "put it off, as it would others; try again in some minutes",
    Fate.TROUBLE: "is in trouble",
    Fate.UNCLEAR: "is in trouble",
}

T = TypeVar("T")


def send_letter(house: House, recipient: str) -> Remark:
    """Carry a letter to this address and tell what became of it."""
    relay, portal = house.settings.relay, house.settings.portal
    if relay.host is None:
        told = f"there is no relay to carry one to {recipient}: set [relay] host"
        return Remark(WHAT, told, is_well=False)
    with house.store.reading() as session:
        person = persons.person_with(session, recipient)
        language = persons.language_of(person, None, portal.language) if person else portal.language
        is_ours = read_directory(session, portal.domain, house.signer).knows(recipient)
    trial = make_trial(portal, house.signer, recipient, language, house.clock())
    outcome = send_trial(trial, relay, portal)
    place = f"{relay.host}:{relay.port}"
    if outcome.fate is not Fate.SENT:
        return Remark(WHAT, f"{place} {UNSENT[outcome.fate]}: {outcome.reply}", is_well=False)
    told = f"{place} took one to {recipient}: {outcome.reply}"
    if not is_running(house.settings) and house.settings.mailbox is None:
        more = "the portal is not running, so it cannot be seen if it comes back"
        return Remark(WHAT, f"{told}; {more}. Look for it there, among the junk too")
    return _await_round(house, trial, told) if is_ours else _await_return(house, trial, told)


def _await_round(house: House, trial: Trial, told: str) -> Remark:
    """Wait for a letter to an address of our own: out by the relay, and in again by the MX and our door."""
    if _wait_for(house, lambda session: has_come_in(session, trial), ROUND_PATIENCE):
        return Remark(WHAT, f"{told}; it came in again at our own door")
    more = (
        f"it did not come in again within {ROUND_PATIENCE:.0f} seconds: look where the MX and your mail server bring it"
    )
    return Remark(WHAT, f"{told}; {more}", is_well=False)


def _await_return(house: House, trial: Trial, told: str) -> Remark:
    report = _wait_for(house, lambda session: find_return(session, trial), RETURN_PATIENCE)
    if report is None:
        more = f"nothing came back within {RETURN_PATIENCE:.0f} seconds"
        return Remark(WHAT, f"{told}; {more}. Look for it there, among the junk too")
    return Remark(WHAT, f"{told}; but it came back: {_reason_in(house, report)}", is_well=False)


def _wait_for(house: House, look: Callable[[Session], T | None], patience: float) -> T | None:
    """The result of a look as soon as there is one; None after so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with house.store.reading() as session:
            if found := look(session):
                return found
        time.sleep(LOOK_EVERY)
    return None


def _reason_in(house: House, report: bytes) -> str:
    """The failure that a report tells, by its code and in our words; read by a child, as all foreign octets are."""
    with closing(Reader()) as reader, reader.read([Unread(report, house.clock(), came_back=True)]) as ahead:
        found = ahead.take()
    if not isinstance(found, Incoming) or found.report is None:
        return "`dialogportal held` may show how"
    return f"{found.report.kind} {found.report.status}".strip()
