"""Mailing lists: the commands that enter, change and remove them."""

import re
from typing import Annotated, Any

import typer
from sqlmodel import Session

from dialogportal.commands.changing.organisations import operator
from dialogportal.commands.changing.people import somebody_known
from dialogportal.entrance import AsJson, Config
from dialogportal.facts import registered
from dialogportal.opening import house_to_write
from dialogportal.printing import tell
from mailer.addresses import check_list_address, read_directory
from mailer.sections import WEEKDAYS, DigestTimes
from tickets.administration import lists as administered
from tickets.administration import people
from tickets.administration.people import known_language
from tickets.database.models import MailingList, Role
from tickets.database.store import system_clock
from tickets.errors import BadInput
from tickets.people import lists

DigestOption = Annotated[
    str | None, typer.Option(help='When the weekly letter goes out, as "mon 08:00"; "": at the usual time.')
]
AnswerOption = Annotated[
    int | None,
    typer.Option(
        "--answer-days",
        min=0,
        max=60,
        help="Working days in which a question is answered, as askers are told; 0: none.",
    ),
]
LanguageOption = Annotated[str | None, typer.Option(help="Of its letters, for whoever chose none: da or en.")]
Lawyers = Annotated[list[str] | None, typer.Option(help="Address of a lawyer; may be given more than once.")]
Editors = Annotated[list[str] | None, typer.Option(help="Address of an editor; may be given more than once.")]


def add(
    name: str,
    address: Annotated[str, typer.Option(help="Where questions are mailed.")],
    prefix: Annotated[str, typer.Option(help="Of ticket numbers: DB in DB-42.")],
    lawyer: Lawyers = None,
    editor: Editors = None,
    digest: DigestOption = None,
    answer_days: AnswerOption = None,
    public: Annotated[bool, typer.Option(help="Everybody may read the archive.")] = False,
    restricted: Annotated[bool, typer.Option(help="Only subscribers and the appointed are members.")] = False,
    description: Annotated[str, typer.Option()] = "",
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Enter a list, its lawyers and its editors."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        settings = opened.settings
        weekday, hour, minute = read_time(digest or usual_time(settings.digest))
        directory = read_directory(session, settings.portal.domain, opened.signer)
        mailing_list = administered.add(
            session,
            operator(),
            MailingList(
                name=name,
                address=check_list_address(directory, name, address),
                prefix=prefix,
                description=description,
                language=settings.portal.language,
                is_public=public,
                is_restricted=restricted,
                digest_weekday=weekday,
                digest_hour=hour,
                digest_minute=minute,
                answer_days=answer_days or None,
                created_at=system_clock(),
            ),
        )
        appoint_all(session, mailing_list, lawyer, editor)
        facts = registered.describe_list(session, mailing_list)
    tell(facts, f"{mailing_list.name}: {mailing_list.address}, tickets {mailing_list.prefix}-1 and on", json_)


def change(
    name: str,
    rename: Annotated[str | None, typer.Option()] = None,
    lawyer: Lawyers = None,
    editor: Editors = None,
    digest: DigestOption = None,
    answer_days: AnswerOption = None,
    public: Annotated[bool | None, typer.Option("--public/--closed")] = None,
    restricted: Annotated[bool | None, typer.Option("--restricted/--for-all")] = None,
    language: LanguageOption = None,
    description: Annotated[str | None, typer.Option()] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Change a list; its address and prefix stay, since mail and links out there lead to them."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        mailing_list = lists.find_list(session, name)
        before = registered.describe_list(session, mailing_list)
        settings: dict[str, Any] = {"name": rename, "description": description, "language": known_language(language)}
        settings |= {"is_public": public, "is_restricted": restricted}
        wanted = {key: value for key, value in settings.items() if value is not None}
        if answer_days is not None:
            wanted["answer_days"] = answer_days or None
        if digest is not None:
            weekday, hour, minute = read_time(digest or usual_time(opened.settings.digest))
            wanted |= {"digest_weekday": weekday, "digest_hour": hour, "digest_minute": minute}
        administered.change(session, operator(), mailing_list, **wanted)
        appoint_all(session, mailing_list, lawyer, editor)
        after = registered.describe_list(session, mailing_list)
    changed = {key: [before[key], value] for key, value in after.items() if before[key] != value}
    tell(after | {"changed": changed}, f"{mailing_list.name}: {_tell_changes(changed)}", json_)


def _tell_changes(changed: dict[str, list[Any]]) -> str:
    """Each setting with what it was and what it is."""
    told = [f"{key} was {_spell(before)}, is {_spell(after)}" for key, (before, after) in changed.items()]
    return "; ".join(told) or "nothing is changed, all that was as it is"


def _spell(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "yes" if value else "no" if value is False else "none"
    return ", ".join(value) or "nobody" if isinstance(value, list) else str(value) or "empty"


def remove(name: str, config: Config = None, json_: AsJson = False) -> None:
    """Take out a list that has no tickets."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        administered.remove(session, operator(), lists.find_list(session, name))
    tell({"name": name, "removed": True}, f"{name} is removed.", json_)


def appoint_all(
    session: Session, mailing_list: MailingList, lawyers: list[str] | None, editors: list[str] | None
) -> None:
    """Appoint the lawyers and editors of a list, given by address."""
    for role, addresses in ((Role.LAWYER, lawyers or []), (Role.EDITOR, editors or [])):
        for address in addresses:
            people.appoint(session, operator(), somebody_known(session, address), role, mailing_list)


def usual_time(usual: DigestTimes) -> str:
    """When the weekly letter of a list goes out for which no other time was said."""
    return f"{usual.weekday} {usual.hour:02}:00"


def read_time(text: str) -> tuple[int, int, int]:
    """Weekday, Monday being 0, hour and minute of "mon 08:00"."""
    found = re.fullmatch(r"\s*([a-z]{3})[a-z]*\s+(\d{1,2})[:.](\d{2})\s*", text.lower())
    if not found or found[1] not in WEEKDAYS or int(found[2]) > 23 or int(found[3]) > 59:
        raise BadInput(f'{text!r} is no time of the week; write it as "mon 08:00"')
    return WEEKDAYS.index(found[1]), int(found[2]), int(found[3])
