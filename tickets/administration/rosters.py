"""Rosters: organisations and people as a sheet has them become those that are registered here.

A sheet goes in as a whole or not at all; what it would change is known before. A second time it changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import Session, select

from tickets.acts.acting import Hand
from tickets.administration import organisations as administered
from tickets.administration import people
from tickets.administration.sheets import SheetLine, decode, read_sheet
from tickets.database.models import MailingList, Mode, Organisation, OrganisationKind, Person, Role, Subscription
from tickets.errors import BadInput, PortalError
from tickets.people import appointments, lists, organisations, persons, registry

ORGANISATIONS: Mapping[str, Sequence[str]] = {
    "name": ("navn", "organisation", "kommune", "myndighed"),
    "code": ("kode", "kommunekode", "kommunenr", "kommunenummer"),
    "domains": ("domain", "domaene", "domaener", "maildomaene", "maildomaener", "maildomain", "maildomains"),
    "kind": ("type", "art", "slags"),
    "approved": ("godkendt",),
}
PEOPLE: Mapping[str, Sequence[str]] = {
    "email": ("mail", "emailadresse", "mailadresse", "adresse", "epost", "address"),
    "name": ("navn", "fuldenavn"),
    "first": ("fornavn", "fornavne", "firstname", "givenname"),
    "last": ("efternavn", "efternavne", "lastname", "surname"),
    "organisation": ("kommune", "myndighed", "arbejdsplads"),
    "language": ("sprog",),
    "role": ("rolle",),
    "list": ("liste",),
    "mode": ("hvordan", "hyppighed", "abonnement", "subscription"),
}
Kind = TypeVar("Kind", Role, Mode, OrganisationKind)
WORDS: Mapping[Any, Mapping[str, str]] = {
    Role: {"medlem": "member", "jurist": "lawyer", "redaktør": "editor", "redaktor": "editor"},
    Mode: {"enkeltvis": "each", "straks": "each", "dagligt": "daily", "ugentligt": "weekly", "intet": "none"},
    OrganisationKind: {"kommune": "municipality", "forening": "association", "anden": "other"},
}
YES, NO = ("ja", "yes", "1", "true", "sand"), ("nej", "no", "0", "false", "falsk")


@dataclass(frozen=True)
class RosterStep:
    """What becomes of a line: `new`, or `changed` in these respects."""

    line: int
    what: str
    about: str
    details: tuple[str, ...] = ()


@dataclass
class Roster:
    """What a sheet does, or would do: its steps, faulty lines by their numbers, and how many change nothing."""

    steps: list[RosterStep] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    same: int = 0


def whole_or_not(session: Session, take_in: Callable[[], Roster], *, is_rehearsal: bool) -> Roster:
    """Take a sheet in within a savepoint, which is rolled back where it was a rehearsal or a line is faulty."""
    savepoint = session.begin_nested()
    roster = take_in()
    session.flush()
    if is_rehearsal or roster.faults:
        savepoint.rollback()
        session.expire_all()
    else:
        savepoint.commit()
    return roster


# -- organisations ---------------------------------------------------------------------


def import_organisations(session: Session, hand: Hand, octets: bytes) -> Roster:
    """Enter the organisations of a sheet: name or code, mail domains, kind, whether they are approved.

    Raises BadInput if it cannot be read. Where there are faults, the caller takes back what was done.
    """
    roster = Roster()
    for line in read_sheet(octets, ORGANISATIONS, ()):
        with _told(roster, line):
            _enter_organisation(session, hand, line, roster)
    return roster


def _enter_organisation(session: Session, hand: Hand, line: SheetLine, roster: Roster) -> None:
    organisation = _organisation_of(session, line)
    domains, approved = line.several("domains"), _yes_or_no(line)
    if organisation is None:
        name = line.cells.get("name", "")
        kind = _word(line, "kind", OrganisationKind)
        organisation = administered.add(session, hand, name, domains, kind)
        if approved is False:
            administered.change(session, hand, organisation, approved=False)
        roster.steps.append(RosterStep(line.number, "new", organisation.name, tuple(domains)))
        return
    has = registry.domains_of(session, organisation)
    more = sorted({organisations.normal_domain(one) for one in domains} - {*has})
    if administered.change(session, hand, organisation, add=more, approved=approved):
        roster.steps.append(RosterStep(line.number, "changed", organisation.name, tuple(more)))
    else:
        roster.same += 1


def _organisation_of(session: Session, line: SheetLine) -> Organisation | None:
    """The one that the line names by code or name; None if it is new. Raises BadInput if these are two."""
    everybody = list(session.exec(select(Organisation)))
    named = [value for column in ("code", "name") if (value := line.cells.get(column, ""))]
    found = [organisations.find_organisations(everybody, value) for value in named]
    if not named:
        raise BadInput("it has neither name nor code")
    if len({one.key for some in found for one in some}) > 1:
        told = " and ".join(dict.fromkeys(one.name for some in found for one in some))
        raise BadInput(f"{' and '.join(named)} are {told}: write the whole name")
    if line.cells.get("code") and not found[0]:
        raise BadInput(f"no organisation has the code {line.cells['code']}")
    return next((one for some in found for one in some), None)


def _yes_or_no(line: SheetLine) -> bool | None:
    said = line.cells.get("approved", "").casefold()
    if said and said not in (*YES, *NO):
        raise BadInput(f"approved is {said!r}; write ja or nej")
    return None if not said else said in YES


# -- people ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Registrar:
    """What holds for all lines of people: a list and mode for those that name none, and whether they are welcomed.

    What an organisation is called is looked up once.
    """

    mailing_list: MailingList | None = None
    mode: Mode = Mode.WEEKLY
    is_quiet: bool = True
    known: dict[str, Organisation] = field(default_factory=dict)

    def organisation_called(self, session: Session, name: str) -> Organisation:
        """Raises NotFound and Conflict, as `organisation_named`."""
        if name not in self.known:
            self.known[name] = organisations.organisation_named(session, name)
        return self.known[name]


def import_people(session: Session, hand: Hand, octets: bytes, registrar: Registrar) -> Roster:
    """Enter the people of a sheet: address, name, organisation, language, role, list and mode.

    Whoever gets the list already, or left it, keeps what they chose. Raises BadInput if it cannot be read. Where there
    are faults, the caller takes back what was done.
    """
    roster, names = Roster(), dict[int, tuple[int, str]]()
    for line in read_sheet(octets, PEOPLE, ("email",)):
        with _told(roster, line):
            _enter_person(session, hand, line, registrar, roster, names)
    return roster


def _enter_person(
    session: Session,
    hand: Hand,
    line: SheetLine,
    registrar: Registrar,
    roster: Roster,
    names: dict[int, tuple[int, str]],
) -> None:
    email, name = registry.normal_email(line.cells["email"]), _name_in(line)
    language = people.known_language(line.cells.get("language", "").casefold() or None)
    said = line.cells.get("organisation", "")
    organisation = registrar.organisation_called(session, said) if said else None
    person = persons.person_with(session, email)
    is_new = person is None
    if person is None:
        person = people.add(session, hand, email, name, language, organisation)
        details = []
    else:
        details = _bring_up_to_date(session, hand, person, name, language, organisation)
    _compare(names, line, person, name)
    details += _appoint(session, hand, line, person) + _subscribe(session, hand, line, person, registrar)
    if is_new or details:
        roster.steps.append(RosterStep(line.number, "new" if is_new else "changed", person.email, tuple(details)))
    else:
        roster.same += 1


def _bring_up_to_date(
    session: Session, hand: Hand, person: Person, name: str, language: str | None, organisation: Organisation | None
) -> list[str]:
    is_placed = organisation is not None and person.organisation_key == organisation.id
    return people.change(
        session, hand, person, name=name or None, language=language, organisation=None if is_placed else organisation
    )


def _compare(names: dict[int, tuple[int, str]], line: SheetLine, person: Person, name: str) -> None:
    """Raise BadInput if an earlier line calls the same person something else."""
    before = names.setdefault(person.key, (line.number, name))
    if name and before[1] and before[1] != name:
        raise BadInput(f"{person.email} is called {before[1]} in line {before[0]}, and {name} here")


def _name_in(line: SheetLine) -> str:
    parts = (line.cells.get("first", ""), line.cells.get("last", ""))
    return line.cells.get("name", "") or " ".join(filter(None, parts))


def _appoint(session: Session, hand: Hand, line: SheetLine, person: Person) -> list[str]:
    role = _word(line, "role", Role)
    if role is None or role is Role.MEMBER:
        return []
    if role is Role.ADMINISTRATOR:
        raise BadInput("administrators are appointed one by one, and not by a sheet")
    mailing_list = lists.find_list(session, line.cells["list"]) if line.cells.get("list") else None
    if appointments.is_appointed(session, person, role, mailing_list):
        return []
    people.appoint(session, hand, person, role, mailing_list)
    return [str(role)]


def _subscribe(session: Session, hand: Hand, line: SheetLine, person: Person, registrar: Registrar) -> list[str]:
    said = line.cells.get("list", "")
    mailing_list = lists.find_list(session, said) if said else registrar.mailing_list
    mode = _word(line, "mode", Mode) or registrar.mode
    if mailing_list is None or mode is Mode.NONE:
        return []
    if session.get(Subscription, (person.id, mailing_list.id)) is not None:
        return []
    people.subscribe(session, hand, person, mailing_list, mode, is_quiet=registrar.is_quiet)
    return [f"{mailing_list.name}: {mode}"]


# -- both ------------------------------------------------------------------------------


def text_of(octets: bytes) -> str:
    """A file's text, whichever letters it was written in. Raises BadInput."""
    return decode(octets)


@contextmanager
def _told(roster: Roster, line: SheetLine) -> Iterator[None]:
    """Whatever is wrong with a line stands under its number, and the next is looked at."""
    try:
        yield
    except PortalError as error:
        roster.faults[line.number] = str(error)


def _word(line: SheetLine, name: str, kinds: type[Kind]) -> Kind | None:
    """A word of a cell, in English or Danish. Raises BadInput for another."""
    said = line.cells.get(name, "").casefold()
    if not said:
        return None
    try:
        return kinds(WORDS[kinds].get(said, said))
    except ValueError as error:
        raise BadInput(f"{name} is {said!r}; write one of {', '.join(kinds)}") from error


def tell(steps: Iterable[RosterStep]) -> dict[str, Any]:
    """How many there are of each sort."""
    told = [step.what for step in steps]
    return {what: told.count(what) for what in ("new", "changed")}
