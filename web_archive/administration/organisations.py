"""Organisations: found, entered, changed, merged and taken out on pages."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tickets import overview
from tickets.acts.acting import Hand
from tickets.administration import organisations as administered
from tickets.database.models import Organisation, OrganisationKind
from tickets.errors import BadInput, NotFound
from tickets.people import organisations, registry
from tickets.text.folding import plain
from web_archive.administration.office import administrator, chosen, field, press
from web_archive.rendering import page, reading

blueprint = Blueprint("administered_organisations", __name__, url_prefix="/admin/organisations")


@blueprint.get("")
def show_all() -> str:
    """Organisations with mail domains or people, or those that are called like what was asked."""
    return _list("")


def _list(refused: str) -> str:
    asked = request.args.get("q", "").strip()
    with reading() as (session, _):
        administrator(session)
        counts = overview.count_people(session)
        rows = [
            (one, registry.domains_of(session, one), counts.get(one.key, 0))
            for one in overview.organisations(session)
            if not asked or plain(asked) in plain(f"{one.name} {one.code or ''}")
        ]
        rows = [row for row in rows if asked or row[1] or row[2]]
        return page(
            "administration/organisations.html", rows=rows, query=asked, refused=refused, kinds=list(OrganisationKind)
        )


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Enter an organisation, or the mail domains of one that is known."""

    def act(session: Session, hand: Hand) -> str:
        kind = next((one for one in OrganisationKind if one == field("kind")), None)
        organisation = administered.add(session, hand, field("name"), _words("domains"), kind)
        return f"/admin/organisations/{organisation.key}?done=added"

    return press(act, _list)


@blueprint.get("/<int(max=2147483647):number>")
def show(number: int) -> str:
    """One organisation with its people."""
    return _page(number, "")


def _page(number: int, refused: str) -> str:
    with reading() as (session, _):
        administrator(session)
        organisation = _get(session, number)
        return page(
            "administration/organisation.html",
            organisation=organisation,
            domains=registry.domains_of(session, organisation),
            people=organisations.people_of(session, organisation),
            refused=refused,
        )


@blueprint.post("/<int(max=2147483647):number>/<any(change,merge,remove):act>")
def press_button(number: int, act: str) -> ResponseReturnValue:
    """Change an organisation, make it part of another, or take it out."""
    return press(
        lambda session, hand: ACTS[act](session, hand, _get(session, number)), lambda told: _page(number, told)
    )


def _change(session: Session, hand: Hand, organisation: Organisation) -> str:
    has, wanted = registry.domains_of(session, organisation), _words("domains")
    wanted = [organisations.normal_domain(one) for one in wanted]
    administered.change(
        session,
        hand,
        organisation,
        new_name=field("name"),
        add=[one for one in wanted if one not in has],
        drop=[one for one in has if one not in wanted],
        approved=chosen("approved"),
    )
    return f"/admin/organisations/{organisation.key}?done=changed"


def _merge(session: Session, hand: Hand, organisation: Organisation) -> str:
    if not field("into"):
        raise BadInput("Write which organisation it is part of")
    target = organisations.organisation_named(session, field("into"))
    administered.merge(session, hand, organisation, target)
    return f"/admin/organisations/{target.key}?done=merged"


def _remove(session: Session, hand: Hand, organisation: Organisation) -> str:
    administered.remove(session, hand, organisation)
    return "/admin/organisations?done=removed"


ACTS = {"change": _change, "merge": _merge, "remove": _remove}


def _get(session: Session, number: int) -> Organisation:
    organisation = session.get(Organisation, number)
    if organisation is None:
        raise NotFound(request.path)
    return organisation


def _words(name: str) -> list[str]:
    return request.form.get(name, "").replace(",", " ").split()
