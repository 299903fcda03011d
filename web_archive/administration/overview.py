"""The office's front page: what there is, what is in trouble, and who changed what."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from tickets.acts.acting import Hand
from tickets.administration import changes, people
from tickets.database.models import Delivery, DeliveryState
from tickets.moderation import holding, troubles
from tickets.people import persons, reachability
from web_archive.administration.office import administrator, field, press
from web_archive.rendering import page, page_number, reading

blueprint = Blueprint("administration", __name__, url_prefix="/admin")
MOST = 50
FAILED = 20


@blueprint.get("")
def show() -> str:
    """The administrators' front page."""
    return _page("")


def _page(refused: str) -> str:
    with reading() as (session, _):
        administrator(session)
        return page(
            "administration/overview.html",
            refused=refused,
            aside=holding.count_aside(session),
            troubles=troubles.current(session),
            paused=reachability.paused(session),
            failed=_failed(session),
        )


def _failed(session: Session) -> list[Delivery]:
    """The newest letters that were refused or given up."""
    query = select(Delivery).where(Delivery.state == DeliveryState.FAILED).order_by(col(Delivery.id).desc())
    return list(session.exec(query.limit(FAILED)))


@blueprint.post("/resume")
def resume() -> ResponseReturnValue:
    """Let letters go to somebody again whose letters came back."""

    def act(session: Session, hand: Hand) -> str:
        person = persons.get_person(session, field("email"))
        people.resume(session, hand, person)
        return "/admin?done=resume"

    return press(act, _page)


@blueprint.get("/changes")
def show_changes() -> str:
    """Who changed what, newest first."""
    number = page_number()
    with reading() as (session, _):
        administrator(session)
        found = changes.newest(session, MOST + 1, (number - 1) * MOST)
        return page("administration/changes.html", rows=found[:MOST], number=number, has_more=len(found) > MOST)
