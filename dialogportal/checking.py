"""Checking: what is wrong with the portal's surroundings, and what to do about it."""

import shutil
import time
from dataclasses import dataclass

from sqlmodel import func, select

from dialogportal.printing import counted
from dialogportal.serving import House, answers
from mailer.fetcher import try_mailbox
from mailer.listener import LEAST_FREE
from mailer.nameservers import PATIENCE, DnsTrouble, Questions
from mailer.relay import try_relay
from tickets.errors import PortalError
from tickets.models import MailDomain, MailingList


@dataclass(frozen=True)
class Finding:
    what: str
    told: str
    is_well: bool = True
    is_warning: bool = False  # it works, but not as it should


def check(house: House) -> list[Finding]:
    """Look at everything the portal leans on."""
    return [
        _check_database(house),
        _check_disk(house),
        _check_lists(house),
        _check_authors(house),
        _check_relay(house),
        *_check_mailbox(house),
    ]


def _check_database(house: House) -> Finding:
    try:
        house.store.check()
    except PortalError as error:
        return Finding("database", f"{error}. Look at [database] url", is_well=False)
    return Finding("database", "SQLite" if house.store.is_sqlite else "PostgreSQL")


def _check_disk(house: House) -> Finding:
    free = shutil.disk_usage(house.settings.portal.data_dir).free
    told = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        return Finding("disk", f"{told}; new mail is put off until there are {LEAST_FREE / 1e9:.1f}", is_well=False)
    return Finding("disk", told)


def _check_lists(house: House) -> Finding:
    with house.store.reading() as session:
        lists = session.exec(select(func.count()).select_from(MailingList)).one()
        domains = session.exec(select(func.count()).select_from(MailDomain)).one()
    if not lists:
        return Finding("lists", "there are none; enter one with `dialogportal list add`", is_well=False)
    if not domains:
        return Finding("lists", "no organisation has a mail domain; use `dialogportal organisation add`", is_well=False)
    return Finding("lists", f"{counted(lists, 'list')}, {counted(domains, 'mail domain')}")


def _check_authors(house: House) -> Finding:
    listen = house.settings.listen
    if listen.verify:
        told = "signatures, servers and policies" if listen.verify == "dmarc" else "signatures"
        try:
            Questions(time.monotonic() + PATIENCE).ask_texts(f"_dmarc.{house.settings.portal.domain}")
        except DnsTrouble as trouble:
            told = f"DNS does not answer ({trouble}): mail waits for it, and is held after some hours"
            return Finding("authors", told, is_well=False)
        return Finding("authors", f"{told} are checked here")
    if listen.authserv_id:
        return Finding("authors", f"by the word of {listen.authserv_id}")
    told = (
        "nobody checks who wrote a mail: anybody can write as a lawyer or a member. Set [listen] authserv_id to the "
        'name that your mail server writes into Authentication-Results, or verify = "dmarc" where none is in front'
    )
    return Finding("authors", told, is_warning=True)


def _check_relay(house: House) -> Finding:
    relay = house.settings.relay
    if relay.host is None:
        return Finding("relay", f"none: letters are laid in {house.settings.portal.data_dir / relay.maildir}")
    place = f"{relay.host}:{relay.port}"
    if trouble := answers(relay.host, relay.port):
        return Finding("relay", f"{place} does not answer ({trouble}). Look at [relay] host and port", is_well=False)
    if relay.password_file and not relay.password_file.is_file():
        return Finding("relay", f"there is no password file {relay.password_file}", is_well=False)
    if trouble := try_relay(relay):
        told = f"{place} does not let us in ({trouble}). Look at [relay] starttls, username and password_file"
        return Finding("relay", told, is_well=False)
    return Finding("relay", f"{place} lets us in")


def _check_mailbox(house: House) -> list[Finding]:
    mailbox = house.settings.mailbox
    if mailbox is None:
        return []
    port = mailbox.port or (993 if mailbox.security == "tls" else 143)
    if not mailbox.password_file.is_file():
        return [Finding("mailbox", f"there is no password file {mailbox.password_file}", is_well=False)]
    if trouble := answers(mailbox.host, port):
        told = f"{mailbox.host}:{port} does not answer ({trouble}). Look at [mailbox] host and port"
        return [Finding("mailbox", told, is_well=False)]
    if trouble := try_mailbox(mailbox):
        told = f"{mailbox.name} cannot be read ({trouble}). Look at [mailbox] username, password_file, folder, security"
        return [Finding("mailbox", told, is_well=False)]
    return [Finding("mailbox", f"{mailbox.name} can be read")]
