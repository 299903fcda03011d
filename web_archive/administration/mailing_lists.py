"""Mailing lists: their settings on pages."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlmodel import Session, select

from tickets.acts.acting import Hand
from tickets.administration import lists as administered
from tickets.database.models import MailingList, Role
from tickets.errors import BadInput
from tickets.people import appointments, lists
from web_archive.administration.office import administrator, chosen, field, press
from web_archive.rendering import page, reading

blueprint = Blueprint("administered_lists", __name__, url_prefix="/admin/lists")


@blueprint.get("")
def show_all() -> str:
    """All lists."""
    with reading() as (session, _):
        administrator(session)
        rows = list(session.exec(select(MailingList).order_by(MailingList.name)))
        return page("administration/lists.html", rows=rows)


@blueprint.get("/<prefix>")
def show(prefix: str) -> str:
    """The settings of one list."""
    return _page(prefix, "")


def _page(prefix: str, refused: str) -> str:
    with reading() as (session, _):
        administrator(session)
        mailing_list = lists.find_list(session, prefix)
        return page(
            "administration/list.html",
            mailing_list=mailing_list,
            lawyers=appointments.lawyers(session, mailing_list.key),
            editors=appointments.appointed(session, Role.EDITOR, mailing_list.key),
            refused=refused,
        )


@blueprint.post("/<prefix>")
def change(prefix: str) -> ResponseReturnValue:
    """Change the settings of a list."""

    def act(session: Session, hand: Hand) -> str:
        mailing_list = lists.find_list(session, prefix)
        hour, _, minute = field("time").partition(":")
        administered.change(
            session,
            hand,
            mailing_list,
            name=field("name"),
            description=field("description"),
            language=field("language"),
            is_public=chosen("public"),
            is_restricted=chosen("restricted"),
            digest_weekday=_number(field("weekday"), 6),
            digest_hour=_number(hour, 23),
            digest_minute=_number(minute, 59),
            answer_days=_number(field("answer_days") or "0", 60) or None,
        )
        return f"/admin/lists/{mailing_list.prefix}?done=changed"

    return press(act, lambda told: _page(prefix, told))


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise BadInput(f"{text[:20]!r} is no number up to {most}")
    return int(text)
