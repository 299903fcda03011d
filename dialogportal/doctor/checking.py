"""Checking: everything the portal leans on is looked at before it goes live, and whenever somebody asks."""

import time
from collections.abc import Iterator
from contextlib import closing

from sqlmodel import select

from dialogportal.doctor import certificates, doors, machine, names, people, sending, signing, vouching
from dialogportal.doctor.remark import Remark
from dialogportal.house import House
from mailer.addresses import read_directory
from mailer.authorship.nameservers import DnsTrouble, Questions
from mailer.sandbox.reader import Workshop
from tickets.database.models import MailingList
from tickets.people import registry

__all__ = ["Remark", "check"]

LONGEST = 20.0  # seconds for all questions to DNS


def check(house: House, send_to: str | None = None) -> list[Remark]:
    """Look at everything that the portal needs, and carry a letter to an address if one is given. Raises BadInput."""
    recipient = registry.normal_email(send_to) if send_to else ""
    database = machine.check_database(house)
    if not database.is_well:
        return [database]
    with closing(Workshop()) as workshop:
        found = list(_look_round(house, workshop))
    return [database, *found, *([sending.send_letter(house, recipient)] if recipient else [])]


def _look_round(house: House, workshop: Workshop) -> Iterator[Remark]:
    settings, now = house.settings, house.clock()
    portal, listen = settings.portal, settings.listen
    questions = Questions(time.monotonic() + LONGEST)
    yield machine.check_disk(house)
    yield machine.check_files(house)
    yield machine.check_clock(house)
    yield names.check_base_url(portal, settings.web)
    yield from names.check_website(portal, questions)
    with house.store.reading() as session:
        domains = [portal.domain, *(one.domain for one in session.exec(select(MailingList)))]
        yield names.check_domains(domains, questions)
        yield doors.check_doors(settings)
        yield doors.check_proxy(settings.web)
        yield from certificates.check_certificate(listen, _names_of_doors(domains, questions), now)
        yield vouching.check_authors(session, listen, portal.domain, questions, workshop, now)
        yield from people.check_people(session)
        addresses = read_directory(session, portal.domain, house.signer)
        yield from doors.check_troubles(session)
    yield machine.check_index(house)
    yield doors.check_relay(settings.relay, portal.data_dir)
    yield from signing.check_signing(settings.dkim, portal.domain, questions)
    yield from doors.check_mailbox(settings.mailbox, addresses, workshop)


def _names_of_doors(domains: list[str], questions: Questions) -> list[str]:
    """The names by which mail servers may know our doors: those in DNS, and the domains themselves."""
    try:
        servers = [server for domain in domains for server in names.mail_servers(domain, questions)]
    except DnsTrouble:
        servers = []
    return [*servers, *domains]
