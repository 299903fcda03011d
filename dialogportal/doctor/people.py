"""People: lists, and whether somebody is there who answers, decides and reads."""

from sqlmodel import Session, func, select

from dialogportal.doctor.remark import Judgement, Remark
from dialogportal.printing import counted
from mailer.sections import WEEKDAYS
from tickets.database.models import MailDomain, MailingList, Mode
from tickets.people import appointments, subscriptions

ADMINISTRATOR = "`dialogportal person add EMAIL --name NAME --role administrator`, or `person change` with that role"


def check_people(session: Session) -> list[Remark]:
    """Whether the lists have members, lawyers and digests, and the portal administrators."""
    lists = list(session.exec(select(MailingList).order_by(MailingList.name)))
    about_lists = [_check_lawyers(session, lists), _check_digests(session, lists)] if lists else []
    return [_check_lists(session, lists), *about_lists, _check_administrators(session)]


def _check_lists(session: Session, lists: list[MailingList]) -> Remark:
    domains = session.exec(select(func.count()).select_from(MailDomain)).one()
    if not lists:
        return Remark("lists", "there are none; enter one with `dialogportal list add`", is_well=False)
    if not domains:
        return Remark("lists", "no organisation has a mail domain; use `dialogportal organisation add`", is_well=False)
    return Remark("lists", f"{counted(len(lists), 'list')}, {counted(domains, 'mail domain')}")


def _check_lawyers(session: Session, lists: list[MailingList]) -> Remark:
    judgement = Judgement("lawyers")
    for one in lists:
        if not appointments.lawyers(session, one.key):
            judgement.wrongs.append(
                f"{one.name} has none, and nobody is told of a question: `dialogportal list change {one.name} "
                "--lawyer EMAIL`"
            )
    return judgement.finding("every list has somebody who answers")


def _check_digests(session: Session, lists: list[MailingList]) -> Remark:
    """Whether somebody gets the weekly letter that is made for each list."""
    judgement, days = Judgement("digest"), list(WEEKDAYS)
    for one in lists:
        if not any(subscriptions.subscribers(session, one.key, mode) for mode in (Mode.WEEKLY, Mode.DAILY)):
            at = f"{days[one.digest_weekday]} {one.digest_hour:02}:{one.digest_minute:02}"
            judgement.doubts.append(
                f"nobody gets the letter of {one.name} that is due {at}: `dialogportal subscribe EMAIL {one.name}`, or "
                f"they write to {one.local_part}+tilmeld@{one.domain}"
            )
    return judgement.finding("somebody gets it")


def _check_administrators(session: Session) -> Remark:
    found = len(appointments.administrators(session))
    if not found:
        told = f"there is none, and what is held waits for nobody: {ADMINISTRATOR}"
        return Remark("administrators", told, is_well=False)
    return Remark("administrators", f"{counted(found, 'administrator')}")
