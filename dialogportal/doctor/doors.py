"""The doors: where mail comes in and leaves, and whether anything answers there."""

import socket
from collections import Counter
from pathlib import Path

from sqlmodel import Session

from dialogportal.doctor.names import is_local, is_loopback
from dialogportal.doctor.ports import answers
from dialogportal.doctor.remark import Judgement, Remark
from dialogportal.settings import Settings
from mailer.addresses import Directory
from mailer.delivery import relay as relays
from mailer.delivery.relay import try_relay
from mailer.intake.envelopes import UNREAD, find_recipients
from mailer.intake.mailbox import NOWHERE, PLAIN, envelope_in, look_into
from mailer.sandbox.reader import Workshop
from mailer.sections import MailboxSettings, Relay
from tickets.envelope import KnownBy
from tickets.errors import MailboxTrouble
from tickets.moderation import troubles
from web_archive.sections import Web

PATIENCE = 3.0  # seconds for a greeting
MOST_LOOKED_AT = 20  # of the newest messages in a mailbox
OURS = b"dialogportal"
FIRST_FREE = 1024  # ports below belong to root


def check_doors(settings: Settings) -> Remark:
    """Whether mail and readers can get in: each door is open, or can be opened."""
    judgement, listen = Judgement("doors"), settings.listen
    places = {"SMTP": listen.smtp, "LMTP": listen.lmtp}
    told = [_judge_door(judgement, name, place) for name, place in places.items() if place]
    if settings.mailbox:
        told.append(f"mail is fetched from {settings.mailbox.name}")
    if not told:
        judgement.wrongs.append(
            "there is none for mail: set [listen] smtp or lmtp, to which your mail server hands over, or a [mailbox]"
        )
    if not _is_open(settings.web.listen):
        _judge_place(judgement, f"pages at {settings.web.listen}", settings.web.listen)
    return judgement.finding(", ".join(told))


def _judge_door(judgement: Judgement, name: str, place: str) -> str:
    greeting = greeting_at(place)
    if greeting is None:
        _judge_place(judgement, f"{name} at {place}", place)
        return f"{name} at {place}, while the portal runs, which it does not now"
    if OURS not in greeting:
        judgement.wrongs.append(f"something else listens at {place}, where [listen] has {name}: give one another port")
    return f"{name} at {place}"


def greeting_at(place: str) -> bytes | None:
    """The greeting of the server that listens at a place; None if none does."""
    try:
        with socket.create_connection(_address(place), PATIENCE) as connection:
            return connection.recv(1_000)
    except TimeoutError:
        return b""
    except OSError:
        return None


def is_running(settings: Settings) -> bool:
    """Whether mail can come in at this moment, by a door of ours that is open."""
    places = filter(None, (settings.listen.smtp, settings.listen.lmtp))
    return any(OURS in (greeting_at(place) or b"") for place in places)


def _is_open(place: str) -> bool:
    return not answers(*_address(place), PATIENCE)


def _judge_place(judgement: Judgement, door: str, place: str) -> None:
    """Judge whether the portal may listen at this place when it starts."""
    host, port = _address(place)
    try:
        for kind, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except PermissionError:
        judgement.wrongs.append(
            f"{door} cannot be opened by this user: take a port from {FIRST_FREE} on, or let systemd allow it "
            "(AmbientCapabilities=CAP_NET_BIND_SERVICE)"
        )
    except OSError as error:
        judgement.wrongs.append(f"{door} cannot be opened ({error.strerror or error}): this machine has no such place")


def _address(place: str) -> tuple[str, int]:
    host, _, port = place.rpartition(":")
    return host.strip("[]"), int(port)


def check_proxy(web: Web) -> Remark:
    """Whether a server that bears many and slow clients stands before the pages."""
    judgement = Judgement("proxy")
    if web.trusted_proxy is None:
        judgement.doubts.append(
            f"there is none before the pages at {web.listen}, and slow clients and floods meet the portal itself: put "
            "nginx in front (deploy/nginx.conf), and name its address in [web] trusted_proxy"
        )
    elif is_local(web.trusted_proxy) and not is_loopback(_address(web.listen)[0]):
        judgement.doubts.append(
            f"the pages at {web.listen} can be reached past the proxy on this machine: set [web] listen to 127.0.0.1"
        )
    return judgement.finding(f"pages are reached through {web.trusted_proxy}")


def check_troubles(session: Session) -> list[Remark]:
    """The troubles of the running portal, and since when."""
    return [
        Remark(f"{one.name} trouble", f"in trouble since {one.since:%Y-%m-%d %H:%M} UTC: {one.said}", is_well=False)
        for one in troubles.current(session)
    ]


# -- other people's servers ------------------------------------------------------------


def check_relay(relay: Relay, data_dir: Path) -> Remark:
    """Whether letters can leave; without a relay they are laid in a folder, which is told as a fault."""
    if relay.host is None:
        told = f"there is none, and letters reach nobody: they are laid in {data_dir / relay.maildir}. Set [relay] host"
        return Remark("relay", told, is_well=False)
    place = f"{relay.host}:{relay.port}"
    if trouble := answers(relay.host, relay.port):
        return Remark("relay", f"{place} does not answer ({trouble}). Look at [relay] host and port", is_well=False)
    if relay.password_file and not relay.password_file.is_file():
        return Remark("relay", f"there is no password file {relay.password_file}", is_well=False)
    if trouble := try_relay(relay):
        told = (
            f"{place} does not let us in ({trouble}). Look at [relay] tls, starttls, ca_file, username, password_file"
        )
        return Remark("relay", told, is_well=False)
    if relay.shows_password:
        return Remark("relay", f"{place} lets us in, but {relays.PLAIN}", is_warning=True)
    on_from_there = "by TLS to which domains letters go on from there, it decides (Postfix: smtp_tls_policy_maps)"
    return Remark("relay", f"{place} lets us in; {on_from_there}")


def check_mailbox(mailbox: MailboxSettings | None, addresses: Directory, workshop: Workshop) -> list[Remark]:
    """Whether the mailbox can be fetched from; no finding without one."""
    if mailbox is None:
        return []
    port = mailbox.port or (993 if mailbox.security == "tls" else 143)
    if not mailbox.password_file.is_file():
        return [Remark("mailbox", f"there is no password file {mailbox.password_file}", is_well=False)]
    if trouble := answers(mailbox.host, port):
        told = f"{mailbox.host}:{port} does not answer ({trouble}). Look at [mailbox] host and port"
        return [Remark("mailbox", told, is_well=False)]
    try:
        heads = look_into(mailbox, MOST_LOOKED_AT)
    except MailboxTrouble as trouble:
        told = f"{mailbox.name} cannot be read ({trouble}). Look at [mailbox] username, password_file, folder, security"
        return [Remark("mailbox", told, is_well=False)]
    notes = [workshop.read_envelope(head, envelope_in(mailbox), None) or UNREAD for head in heads]
    found = [find_recipients(one, NOWHERE, addresses.knows).known_by for one in notes]
    told = f"{mailbox.name} can be read" + (f", but {PLAIN}" if mailbox.shows_password else "")
    return [Remark("mailbox", told, is_warning=mailbox.shows_password), _judge_recipients(Counter(found))]


def _judge_recipients(found: Counter[KnownBy]) -> Remark:
    """Whether the mailbox's server notes recipients; else a Bcc to `+anonym` looks like one to the list."""
    noted, unnoted = found[KnownBy.ENVELOPE], found[KnownBy.FIELDS]
    if unnoted:
        told = (
            f"{unnoted} of the {noted + unnoted} newest messages for us do not show which address they came for: what "
            "comes by Bcc or an alias is held, and nothing tells +anonym or +fortrolig from the list. Have your mail "
            "server write X-Original-To (Postfix: enable_original_recipient), or name its field in [mailbox] "
            "recipient_field"
        )
        return Remark("recipients", told, is_warning=True)
    if not noted:
        told = "no message for us lies there yet: write to +hjaelp of a list by Bcc, and check again"
        return Remark("recipients", told, is_warning=True)
    return Remark("recipients", f"noted in the {noted} newest messages for us")
