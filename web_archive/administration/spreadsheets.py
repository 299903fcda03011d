"""Spreadsheets: people and organisations taken in as a file has them, after a look at what that would change."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, select

from tickets import overview
from tickets.acts.acting import Hand
from tickets.administration import rosters
from tickets.administration.rosters import Registrar, Roster
from tickets.administration.sheets import write_sheet
from tickets.database.models import MailingList, Mode, Person, Way
from tickets.errors import BadInput, NotFound
from tickets.people import lists, organisations, persons, registry
from web_archive.administration.office import administrator, chosen, field, now
from web_archive.rendering import page, reading, the_means

blueprint = Blueprint("spreadsheets", __name__, url_prefix="/admin/sheets")


@blueprint.get("")
def show() -> str:
    """The forms for a file of people or organisations."""
    return _page()


def _page(**values: object) -> str:
    usual: dict[str, object] = {
        "refused": "",
        "roster": None,
        "text": "",
        "what": "people",
        "list": "",
        "welcome": False,
    }
    with reading() as (session, _):
        administrator(session)
        everything = list(session.exec(select(MailingList).order_by(MailingList.name)))
        return page("administration/sheets.html", lists=everything, **usual | values)


@blueprint.post("")
def take_in() -> ResponseReturnValue:
    """Show what a file would change; once that was seen, take it in."""
    with reading() as (session, _):
        person = administrator(session)
    octets = _octets()
    what, is_rehearsal = field("what"), not chosen("confirmed")
    try:
        with the_means().store.transaction() as session:
            hand = Hand(session.get_one(Person, person.id), now(), Way.WEB)
            roster = rosters.whole_or_not(session, _taking_in(session, hand, what, octets), is_rehearsal=is_rehearsal)
    except (BadInput, NotFound) as error:
        return _page(refused=str(error), what=what), 400
    if not is_rehearsal and not roster.faults:
        return redirect("/admin/sheets?done=imported")
    text = octets.decode("utf-8", "replace") if chosen("text") else rosters.text_of(octets)
    return _page(roster=roster, text=text, what=what, list=field("list"), welcome=chosen("welcome"))


def _octets() -> bytes:
    """The file, or its text as the form with its rehearsal gave it back."""
    file = request.files.get("file")
    return file.read() if file else request.form.get("text", "").encode()


def _taking_in(session: Session, hand: Hand, what: str, octets: bytes) -> Callable[[], Roster]:
    if what == "organisations":
        return lambda: rosters.import_organisations(session, hand, octets)
    mailing_list = lists.find_list(session, field("list")) if field("list") else None
    registrar = Registrar(mailing_list, Mode.WEEKLY, is_quiet=not chosen("welcome"))
    return lambda: rosters.import_people(session, hand, octets, registrar)


@blueprint.get("/people.csv")
def people() -> Response:
    """Everybody, as a sheet."""
    with reading() as (session, _):
        administrator(session)
        rows = [
            (one.email, one.name, organisations.organisation_name(session, one), one.language)
            for one in session.exec(select(Person).order_by(Person.email))
            if persons.can_be_written_to(one)
        ]
    return _sheet("personer.csv", ("email", "name", "organisation", "language"), rows)


@blueprint.get("/organisations.csv")
def all_organisations() -> Response:
    """All organisations, as a sheet."""
    with reading() as (session, _):
        administrator(session)
        rows = [
            (one.name, one.code, one.kind, registry.domains_of(session, one), one.is_approved)
            for one in overview.organisations(session)
        ]
    return _sheet("organisationer.csv", ("name", "code", "kind", "domains", "approved"), rows)


def _sheet(name: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_sheet(columns, rows), content_type="text/csv; charset=utf-8", headers=headers)
