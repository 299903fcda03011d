"""People: entered, changed, merged and taken out by an administrator, with their roles and what they get."""

from sqlmodel import Session

from tickets.acts.acting import Hand
from tickets.administration.changes import note
from tickets.database.models import ChangeKind, MailingList, Mode, Organisation, Person, Role
from tickets.errors import BadInput
from tickets.people import appointments, merging, reachability, registry, subscriptions

LANGUAGES = ("da", "en")


def add(
    session: Session,
    hand: Hand,
    email: str,
    name: str,
    language: str | None = None,
    organisation: Organisation | None = None,
) -> Person:
    """Enter a person: of the organisation that has their mail domain, else of this one, else a guest.

    Raises Conflict if the address is known, or its domain is another organisation's, and BadInput.
    """
    person = registry.add_person(session, email, name, hand.at, language=known_language(language))
    if organisation is not None:
        registry.place(session, person, organisation)
    note(session, hand, ChangeKind.PERSON_ADDED, person)
    return person


def change(
    session: Session,
    hand: Hand,
    person: Person,
    name: str | None = None,
    email: str | None = None,
    language: str | None = None,
    organisation: Organisation | None = None,
) -> list[str]:
    """Give a person another name, address, language or organisation, each unless it is None; what changed."""
    before = (person.name, person.email, person.language, person.organisation_key)
    if name is not None:
        registry.rename_person(person, name)
    if email:
        registry.change_email(session, person, email, hand.at)
    person.language = known_language(language) or person.language
    if organisation is not None:
        registry.place(session, person, organisation)
    after = (person.name, person.email, person.language, person.organisation_key)
    pairs = zip(("name", "address", "language", "organisation"), before, after, strict=True)
    changed = [word for word, was, now in pairs if was != now]
    session.add(person)
    if changed:
        note(session, hand, ChangeKind.PERSON_CHANGED, person, changed=changed)
    return changed


def known_language(language: str | None) -> str | None:
    """The code of a language that the portal speaks. Raises BadInput for another."""
    if language not in (None, *LANGUAGES):
        raise BadInput(f"{language!r} is no language here; they are da and en")
    return language


def appoint(session: Session, hand: Hand, person: Person, role: Role, mailing_list: MailingList | None = None) -> None:
    """Give a person a role, on one list or on all."""
    if role is not Role.MEMBER and not appointments.is_appointed(session, person, role, mailing_list):
        appointments.appoint(session, person, role, mailing_list)
        note(session, hand, ChangeKind.ROLE_GIVEN, person, **_role(role, mailing_list))


def dismiss(session: Session, hand: Hand, person: Person, role: Role, mailing_list: MailingList | None = None) -> None:
    """Take a role away, on one list or everywhere. Raises BadInput for the last administrator's."""
    last = appointments.administrators(session) == [person]
    if role is Role.ADMINISTRATOR and last and hand.person is not None:
        raise BadInput("The last administrator stays one: appoint another first")
    appointments.dismiss(session, person, role, mailing_list)
    note(session, hand, ChangeKind.ROLE_TAKEN, person, **_role(role, mailing_list))


def _role(role: Role, mailing_list: MailingList | None) -> dict[str, str]:
    return {"role": str(role), "list": mailing_list.name if mailing_list else ""}


def add_address(session: Session, hand: Hand, person: Person, email: str) -> None:
    """Give a person one more address to write and log in from. Raises Conflict if it is another's."""
    merging.add_address(session, person, email, hand.at)
    note(session, hand, ChangeKind.ADDRESS_ADDED, person)


def drop_address(session: Session, hand: Hand, person: Person, email: str) -> None:
    """Take another address from a person. Raises NotFound if it is none of theirs."""
    merging.drop_address(session, person, email)
    note(session, hand, ChangeKind.ADDRESS_DROPPED, person)


def merge(session: Session, hand: Hand, other: Person, person: Person) -> None:
    """Make two people one, who stays `person`. Raises BadInput if that makes no sense."""
    merging.merge(session, other, person, hand.at)
    note(session, hand, ChangeKind.PERSON_MERGED, person)


def remove(session: Session, hand: Hand, person: Person) -> None:
    """Forget a person; what they wrote stays without their name."""
    if hand.person is not None and hand.person.id == person.id:
        raise BadInput("Nobody removes themselves: another administrator does it")
    registry.remove_person(session, person.email, hand.at)
    note(session, hand, ChangeKind.PERSON_REMOVED, person)


def subscribe(
    session: Session, hand: Hand, person: Person, mailing_list: MailingList, mode: Mode, *, is_quiet: bool = False
) -> None:
    """Let a person get a list in this mode, whoever they are; they are told by letter, unless it is quiet."""
    subscriptions.subscribe(session, person, mailing_list, mode, hand.at, is_quiet=is_quiet)
    note(session, hand, ChangeKind.SUBSCRIPTION_CHANGED, person, list=mailing_list.name, mode=str(mode))


def resume(session: Session, hand: Hand, person: Person) -> None:
    """Let letters go to a person again, as if none had come back."""
    if reachability.resume(session, person, hand.at):
        note(session, hand, ChangeKind.PERSON_RESUMED, person)
