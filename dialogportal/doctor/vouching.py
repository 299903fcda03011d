"""Vouching: who says that an author is who the From field names, and whether that word can be relied on.

The mail that came lately shows what a server does (Authentication-Results, RFC 8601). One that writes the field does so
in every mail, on top, and takes out what others wrote in its name (section 5). So three things tell that a name is not
safe: not all mail has it on top; it stands in two places with a handover (Received) between them; or one method is told
of in two of its fields.
"""

from collections import Counter
from datetime import datetime, timedelta
from ipaddress import ip_address

from sqlmodel import Session, col, func, select

from dialogportal.doctor.remark import Judgement, Remark
from dialogportal.printing import counted
from mailer.authorship.nameservers import DnsTrouble, Questions
from mailer.authorship.server_word import ServerWord
from mailer.intake.entrances import NOBODY, Listen
from mailer.sandbox.reader import Workshop
from tickets.database.models import Arrival, Content

RECENT = timedelta(days=30)
MOST_LOOKED_AT = 50
LONGEST_HEAD = 65_536  # octets
SEE = "docs/operating.md has how"


def check_authors(
    session: Session, listen: Listen, domain: str, questions: Questions, workshop: Workshop, now: datetime
) -> Remark:
    """Whether anybody vouches for authors: the portal itself, or a mail server in front."""
    if not listen.has_judge:
        return Remark("authors", NOBODY, is_warning=True)
    judgement, told = Judgement("authors"), ""
    if listen.verify:
        _judge_dns(judgement, domain, questions)
        told = f"{'signatures, servers and policies' if listen.verify == 'dmarc' else 'signatures'} are checked here"
    if listen.authserv_id:
        told = _judge_server(judgement, listen.authserv_id, read_words(session, listen.authserv_id, workshop, now))
        _judge_reach(judgement, listen)
    return judgement.finding(told)


def _judge_dns(judgement: Judgement, domain: str, questions: Questions) -> None:
    try:
        questions.ask_texts(f"_dmarc.{domain}")
    except DnsTrouble as trouble:
        judgement.wrongs.append(f"DNS does not answer ({trouble}): mail waits for it, and is held after some hours")


# -- the word of a server --------------------------------------------------------------


def read_words(session: Session, authserv_id: str, workshop: Workshop, now: datetime) -> list[ServerWord]:
    """What each of the newest mails tells of the server, once however many recipients it had."""
    newest = (
        select(Arrival.content_key, func.max(Arrival.id).label("newest"))
        .where(Arrival.received_at > now - RECENT)
        .group_by(Arrival.content_key)
        .order_by(func.max(Arrival.id).desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    head = func.substr(Content.octets, 1, LONGEST_HEAD)
    heads = session.exec(select(head).join(newest, newest.c.content_key == col(Content.sha256)))
    words = [workshop.read_server_word(bytes(octets), authserv_id) for octets in heads]
    return [one for one in words if one is not None]


def _judge_server(judgement: Judgement, authserv_id: str, tops: list[ServerWord]) -> str:
    lately, trusted = counted(len(tops), "mail"), sum(top.is_trusted for top in tops)
    forged = sum(top.is_forged for top in tops)
    if not tops:
        judgement.doubts.append(
            f"no mail came lately to show that {authserv_id} writes its name into it: send one from outside"
        )
        return ""
    if forged:
        judgement.wrongs.append(
            f"strangers can write as {authserv_id}: it let fields in its name stand in {forged} of the last {lately}, "
            f"so anybody can be a lawyer. Have it take them out before it writes its own; {SEE}"
        )
    if not trusted:
        judgement.wrongs.append(
            f"none of the last {lately} has a field of {authserv_id} on top: all are held, and a stranger who writes "
            f"one is believed. {_who_else(tops)}; {SEE}"
        )
    elif trusted < len(tops):
        weighty = judgement.wrongs if trusted * 2 < len(tops) else judgement.doubts
        weighty.append(
            f"only {trusted} of the last {lately} have a field of {authserv_id} on top: the others are held, and these "
            f"may be strangers' own, for a server that writes it writes it into all. {_who_else(tops)}; {SEE}"
        )
    return f"by the word of {authserv_id}, as the last {lately} had it"


def _who_else(tops: list[ServerWord]) -> str:
    others = Counter(top.server for top in tops if top.server and not top.is_trusted)
    if others:
        return f"Set [listen] authserv_id to {others.most_common(1)[0][0]} if that is your server"
    return "Have your mail server write it, or leave [listen] authserv_id out"


def _judge_reach(judgement: Judgement, listen: Listen) -> None:
    """Whether strangers may come to a door where only the trusted server should."""
    reached = [place for place in (listen.smtp, listen.lmtp) if place and not _is_near(place.rpartition(":")[0])]
    if reached:
        judgement.doubts.append(
            f"the door at {', '.join(reached)} may be open to everybody, and who hands over there can write as "
            f"{listen.authserv_id}: let nobody but your mail server reach it, as by [listen] 127.0.0.1"
        )


def _is_near(host: str) -> bool:
    """Whether only this machine, or a network of ours, reaches that address."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    return address.is_private and not address.is_unspecified
