"""People: found, entered, changed, merged and forgotten on pages, with their roles and what they get."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, select

from tickets.acts.acting import Hand
from tickets.administration import people as administered
from tickets.database.models import MailingList, Mode, Organisation, Person, Role
from tickets.errors import BadInput, NotFound
from tickets.people import appointments, lists, merging, organisations, persons, subscriptions
from web_archive.administration.office import administrator, chosen, field, press
from web_archive.rendering import page, reading

blueprint = Blueprint("administered_people", __name__, url_prefix="/admin/people")
MOST = 100
APPOINTED = [role for role in Role if role is not Role.MEMBER]


@blueprint.get("")
def show_all() -> str:
    """People whose name, address or organisation has what was asked; the newest, if nothing was."""
    return _list("")


def _list(refused: str) -> str:
    asked = request.args.get("q", "").strip()
    with reading() as (session, _):
        administrator(session)
        rows = persons.find_people(session, asked, MOST)
        return page("administration/people.html", rows=rows, query=asked, refused=refused, most=MOST)


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Enter a person."""

    def act(session: Session, hand: Hand) -> str:
        organisation, language = _organisation_said(session), field("language") or None
        person = administered.add(session, hand, field("email"), field("name"), language, organisation)
        return f"/admin/people/{person.key}?done=added"

    return press(act, _list)


@blueprint.get("/<int(max=2147483647):number>")
def show(number: int) -> str:
    """One person: what they are called, do and get."""
    return _page(number, "")


def _page(number: int, refused: str) -> str:
    with reading() as (session, _):
        administrator(session)
        person = _get(session, number)
        everything = list(session.exec(select(MailingList).order_by(MailingList.name)))
        return page(
            "administration/person.html",
            person=person,
            organisation=organisations.organisation_name(session, person),
            addresses=merging.addresses_of(session, person),
            appointed=appointments.all_of(session, person),
            gets=[(one, subscriptions.mode_of(session, person, one)) for one in everything],
            roles=APPOINTED,
            modes=list(Mode),
            refused=refused,
        )


@blueprint.post("/<int(max=2147483647):number>/<any(change,address,drop,appoint,dismiss,subscribe,merge,remove):act>")
def press_button(number: int, act: str) -> ResponseReturnValue:
    """Do to a person what the button says."""

    def work(session: Session, hand: Hand) -> str:
        person = _get(session, number)
        ACTS[act](session, hand, person)
        return "/admin/people?done=removed" if act == "remove" else f"/admin/people/{_path(session, number)}?done={act}"

    return press(work, lambda told: _page(number, told))


def _path(session: Session, number: int) -> int:
    """Where the person is found now: whoever was merged is part of another."""
    person = persons.person_by_key(session, number)
    return person.key if person else number


def _change(session: Session, hand: Hand, person: Person) -> None:
    organisation = _organisation_said(session)
    is_same = organisation is not None and organisation.id == person.organisation_key
    email = field("email") if field("email").lower() != person.email else None
    administered.change(
        session, hand, person, field("name"), email, field("language") or None, None if is_same else organisation
    )


def _appoint(session: Session, hand: Hand, person: Person) -> None:
    administered.appoint(session, hand, person, _role(), _list_said(session))


def _dismiss(session: Session, hand: Hand, person: Person) -> None:
    administered.dismiss(session, hand, person, _role(), _list_said(session))


def _subscribe(session: Session, hand: Hand, person: Person) -> None:
    try:
        mode = Mode(field("mode"))
    except ValueError as error:
        raise BadInput("mode") from error
    mailing_list = lists.find_list(session, field("list"))
    administered.subscribe(session, hand, person, mailing_list, mode, is_quiet=not chosen("welcome"))


def _merge(session: Session, hand: Hand, person: Person) -> None:
    administered.merge(session, hand, person, persons.get_person(session, field("into")))


ACTS = {
    "change": _change,
    "address": lambda session, hand, person: administered.add_address(session, hand, person, field("email")),
    "drop": lambda session, hand, person: administered.drop_address(session, hand, person, field("email")),
    "appoint": _appoint,
    "dismiss": _dismiss,
    "subscribe": _subscribe,
    "merge": _merge,
    "remove": administered.remove,
}


def _organisation_said(session: Session) -> Organisation | None:
    return organisations.organisation_named(session, field("organisation")) if field("organisation") else None


def _role() -> Role:
    try:
        return Role(field("role"))
    except ValueError as error:
        raise BadInput("role") from error


def _list_said(session: Session) -> MailingList | None:
    return lists.find_list(session, field("list")) if field("list") else None


def _get(session: Session, number: int) -> Person:
    person = session.get(Person, number)
    if person is None or not persons.can_be_written_to(person):
        raise NotFound(request.path)
    return person
