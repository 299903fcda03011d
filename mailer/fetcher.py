"""The fetcher: IMAP (RFC 3501). Takes messages out of a mailbox, and marks them there only when they are durable."""

import hashlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, Literal

import structlog
from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from mailer.arrivals import Handover, store_handovers
from mailer.fields import BARE_ADDRESS, decode_octets, raw_fields
from mailer.mailboxes import mailboxes
from mailer.recipients import Mailbox, find_recipients
from tickets.errors import MailboxTrouble
from tickets.models import Arrival, MailboxMark
from tickets.store import Clock, Store

log = structlog.get_logger()

DOOR = "imap"
TIMEOUT = SocketTimeout(10, 30)  # seconds to connect, and to read; the library has none of its own
LOOK_EVERY = 60.0  # seconds, also in IDLE: a push is only a hint, and servers and firewalls cut the silent off
SLICE = 1.0  # seconds of waiting between two looks at whether to stop
LONGEST_PAUSE = 30.0  # seconds before the next try to connect
LARGEST_BATCH = 50, 20_000_000  # messages and octets that share a commit
LONGEST_HEAD = 262_144  # octets of a header section that are looked at for the envelope
NOWHERE = "postmaster"  # for what names no address of ours: the administrators see it

Batch = list[int]


class MailboxSettings(BaseModel, frozen=True, extra="forbid"):
    """The `[mailbox]` section: where mail is fetched from."""

    host: str
    port: int | None = None  # 993, or 143 without tls
    username: str
    password_file: Path
    folder: str = "INBOX"
    security: Literal["tls", "starttls", "none"] = "tls"
    list: str | None = None  # address where a message is held if it names none of ours
    recipient_field: str = "Delivered-To"
    after: str = Field("flag", pattern="^(flag|move:.+)$")  # flag as seen, or move to a folder as well

    @property
    def name(self) -> str:
        return f"{self.username}@{self.host}/{self.folder}"

    @property
    def as_mailbox(self) -> Mailbox:
        return Mailbox(self.username, self.recipient_field, self.list or NOWHERE)

    @property
    def folder_after(self) -> str:
        """Where messages are moved; empty if they stay."""
        return self.after.partition(":")[2]


class Fetcher:
    """Follows one folder: fetches what is new whenever the server hints at it, and every minute besides.

    At the first start only what is unread is fetched; of everything later, all, read or not. After a change of
    UIDVALIDITY everything is looked at again; what was taken before is known by its octets.
    """

    def __init__(
        self,
        settings: MailboxSettings,
        store: Store,
        is_known: Callable[[str], bool],
        clock: Clock,
        look_every: float = LOOK_EVERY,
        timeout: SocketTimeout = TIMEOUT,
    ) -> None:
        self._settings, self._store, self._is_known, self._clock = settings, store, is_known, clock
        self._look_every, self._timeout = look_every, timeout
        self._pause = SLICE

    def run(self, stop: threading.Event) -> None:
        """Fetch until told to stop; connects again whatever happens, after 1 s, doubling to 30."""
        while not stop.is_set():
            try:
                with open_mailbox(self._settings, self._timeout) as client:
                    self._follow(client, stop)
            except Exception as error:  # noqa: BLE001 - the door's last word; a traceback every half minute tells no more
                log.warning("mailbox in trouble", mailbox=self._settings.name, error=f"{type(error).__name__}: {error}")
                stop.wait(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _follow(self, client: IMAPClient, stop: threading.Event) -> None:
        self.fetch(client, with_unread=True)
        while not stop.is_set():
            self._await_hint(client, stop)
            self._pause = SLICE
            if not stop.is_set():
                self.fetch(client)

    # -- waiting -----------------------------------------------------------------------

    def _await_hint(self, client: IMAPClient, stop: threading.Event) -> None:
        """Return when the server says that something happened, when it is time to look anyway, or to stop."""
        if not client.has_capability("IDLE"):
            stop.wait(self._look_every)
            return
        client.idle()
        until = time.monotonic() + self._look_every
        while time.monotonic() < until and not stop.is_set():
            if self._idle(client):
                break
        if not stop.is_set():
            client.idle_done()

    def _idle(self, client: IMAPClient) -> bool:
        """Wait one slice; whether anything was said. Raises ConnectionError if nobody is there any more.

        At the end of the connection the library returns at once with nothing, for ever (its issue 565).
        """
        begun = time.monotonic()
        said = client.idle_check(timeout=SLICE)
        if not said and time.monotonic() - begun < SLICE / 2:
            raise ConnectionError("The server closed the connection")
        return bool(said)

    # -- fetching ----------------------------------------------------------------------

    def fetch(self, client: IMAPClient, *, with_unread: bool = False) -> None:
        """Take in what came since the mark and, after connecting, what an interruption left unread before it."""
        mark = self._read_mark(client.select_folder(self._settings.folder))
        new = [uid for uid in client.search(["UID", f"{mark.last_uid + 1}:*", "UNDELETED"]) if uid > mark.last_uid]
        if with_unread and mark.last_uid:
            new += client.search(["UID", f"1:{mark.last_uid}", "UNSEEN", "UNDELETED"])
        for batch in _batches(client, sorted(new)):
            self._take(client, batch, mark)

    def _read_mark(self, selected: dict[bytes, Any]) -> MailboxMark:
        """How far we are in this folder as it is numbered now (RFC 3501 2.3.1.1)."""
        validity = int(selected[b"UIDVALIDITY"])
        with self._store.reading() as session:
            mark = session.get(MailboxMark, self._settings.name)
        if mark is None:
            fresh = MailboxMark(mailbox=self._settings.name, uid_validity=validity, last_uid=_newest(selected))
        elif mark.uid_validity != validity:
            log.warning("mailbox was renumbered, looking at all of it", mailbox=self._settings.name)
            fresh = MailboxMark(mailbox=self._settings.name, uid_validity=validity, last_uid=0)
        else:
            return mark
        with self._store.transaction() as session:
            session.merge(fresh)
        return fresh

    def _take(self, client: IMAPClient, batch: Batch, mark: MailboxMark) -> None:
        """Store a batch and how far we are in one commit; only then mark it on the server."""
        fetched: dict[int, dict[bytes, Any]] = client.fetch(
            batch, ["BODY.PEEK[]"]
        )  # and others, if their flags changed
        octets = {uid: fetched[uid][b"BODY[]"] for uid in batch if fetched.get(uid, {}).get(b"BODY[]")}
        mark.last_uid = max(mark.last_uid, *batch)
        with self._store.transaction() as session:
            if new := _not_taken_before(session, [self._handover(one) for one in octets.values()]):
                store_handovers(session, new)
            session.merge(mark)
        if octets:
            self._put_away(client, list(octets))

    def _put_away(self, client: IMAPClient, uids: Batch) -> None:
        client.add_flags(uids, [SEEN], silent=True)
        folder = self._settings.folder_after
        if not folder:
            return
        make_folder(client, folder)
        if client.has_capability("MOVE"):
            client.move(uids, folder)
        else:
            client.copy(uids, folder)
            client.delete_messages(uids, silent=True)
            if client.has_capability("UIDPLUS"):  # a plain EXPUNGE would remove what others deleted
                client.uid_expunge(uids)

    # -- the envelope that IMAP does not have --------------------------------------------

    def _handover(self, octets: bytes) -> Handover:
        head = read_head(octets)
        found = find_recipients(head, self._settings.as_mailbox, self._is_known)
        return Handover(octets, find_return_path(head), found.addresses, DOOR, self._clock(), known_by=found.known_by)


@contextmanager
def open_mailbox(settings: MailboxSettings, timeout: SocketTimeout = TIMEOUT) -> Iterator[IMAPClient]:
    """A connection that is logged in."""
    context = ssl.create_default_context()
    is_tls = settings.security == "tls"
    client = IMAPClient(settings.host, settings.port, ssl=is_tls, ssl_context=context, timeout=timeout)
    client.normalise_times = False
    try:
        if settings.security == "starttls":
            client.starttls(context)
        client.login(settings.username, settings.password_file.read_text(encoding="utf-8").strip())
        yield client
    finally:
        client.shutdown()


def look_into(settings: MailboxSettings, most: int) -> list[Message]:
    """The header sections of the newest messages; changes nothing. Raises MailboxTrouble if it cannot be read."""
    try:
        with open_mailbox(settings) as client:
            client.select_folder(settings.folder, readonly=True)
            newest = client.search(["UNDELETED"])[-most:]
            fetched = client.fetch(newest, ["BODY.PEEK[HEADER]"]) if newest else {}
    except (IMAPClientError, OSError) as error:
        raise MailboxTrouble(f"{type(error).__name__}: {error}") from error
    return [read_head(one.get(b"BODY[HEADER]", b"")) for one in fetched.values()]


def read_head(octets: bytes) -> Message:
    """The header section of a message, as far as it is looked at for the envelope."""
    return BytesHeaderParser().parsebytes(octets[:LONGEST_HEAD].partition(b"\r\n\r\n")[0])


def make_folder(client: IMAPClient, folder: str) -> None:
    """Make a folder unless it is there; somebody else may make it at the same moment."""
    if client.folder_exists(folder):
        return
    try:
        client.create_folder(folder)
    except IMAPClientError as error:
        if "ALREADYEXISTS" not in str(error) and not client.folder_exists(folder):  # RFC 5530 3
            raise


def find_return_path(head: Message) -> str:
    """The topmost Return-Path, empty for the null one; where no server noted it, the author stands in."""
    noted = raw_fields(head, "Return-Path")[:1]
    if noted:
        return next(iter(_addresses(noted)), "")
    return next((box.email for field in ("Sender", "From") for box in mailboxes(head, field)), "")


def _addresses(raw: list[str]) -> list[str]:
    return [address for value in raw for address in BARE_ADDRESS.findall(decode_octets(value))]


def _newest(selected: dict[bytes, Any]) -> int:
    return int(selected.get(b"UIDNEXT", 1)) - 1


def _batches(client: IMAPClient, uids: Batch) -> Iterator[Batch]:
    """The messages in their order, a few at a time: so many, or so many octets."""
    most, largest = LARGEST_BATCH
    while uids:
        sizes = client.fetch(uids[:most], ["RFC822.SIZE"])
        batch: Batch = []
        total = 0
        for uid in uids[:most]:
            total += sizes.get(uid, {}).get(b"RFC822.SIZE", 0)
            if batch and total > largest:
                break
            batch.append(uid)
        uids = uids[len(batch) :]
        yield batch


def _not_taken_before(session: Session, handovers: list[Handover]) -> list[Handover]:
    """Those whose octets did not come through this door already; the same octets twice count once."""
    by_digest = {hashlib.sha256(handover.octets).hexdigest(): handover for handover in handovers}
    known = select(Arrival.content_key).where(col(Arrival.content_key).in_(by_digest), col(Arrival.door) == DOOR)
    taken = set(session.exec(known))
    return [handover for digest, handover in by_digest.items() if digest not in taken]
