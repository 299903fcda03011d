"""The office: who may come in, and how a button does what the command of that name does."""

from collections.abc import Callable
from datetime import datetime

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tickets.acts.acting import Hand
from tickets.database.models import Person, Way
from tickets.errors import BadInput, Conflict, LoginNeeded, NotFound
from tickets.people import appointments
from web_archive.rendering import reader, reading, the_means


def administrator(session: Session) -> Person:
    """Who asks, if that is an administrator. Raises NotFound, and LoginNeeded while nobody knows who it is."""
    person = reader()
    if person is None and request.method in ("GET", "HEAD"):
        raise LoginNeeded(request.path)
    if person is None or not appointments.is_administrator(session, person):
        raise NotFound(request.path)
    return person


def now() -> datetime:
    """The time by the portal's clock."""
    return the_means().clock()


def press(act: Callable[[Session, Hand], str], again: Callable[[str], str]) -> ResponseReturnValue:
    """Do what a button says in the administrator's hand, and go where `act` says; else the page `again` tells why not.

    Raises NotFound for everybody else.
    """
    with reading() as (session, _):
        person = administrator(session)
    try:
        with the_means().store.transaction() as session:
            path = act(session, Hand(session.get_one(Person, person.id), now(), Way.WEB))
    except (BadInput, Conflict, NotFound) as error:
        return again(str(error)), 400
    return redirect(path)


def field(name: str) -> str:
    """What a form says, without spaces round it."""
    return request.form.get(name, "").strip()


def chosen(name: str) -> bool:
    """Whether a box of a form is ticked."""
    return name in request.form
