"""The fetcher: IMAP (RFC 3501). Takes messages out of a mailbox, and marks them there only when they are durable."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from sqlmodel import Session, col, select

from mailer.intake import large_mail, leftovers
from mailer.intake.ages import is_newer, known_until, newest
from mailer.intake.arrivals import Handover, store_handovers
from mailer.intake.envelopes import UNREAD, ReadEnvelope, Recipients, find_recipients
from mailer.intake.mailbox import PLAIN, TIMEOUT, envelope_in, make_folder, open_mailbox, select_folder
from mailer.sections import MailboxSettings
from tickets.database.models import Arrival, LeftoverReason, MailboxMark
from tickets.database.store import Clock, Store
from tickets.envelope import EnvelopeNotes
from tickets.errors import MailboxTrouble, StorageTrouble
from tickets.moderation.troubles import MAILBOX, TroubleWatch

log = structlog.get_logger()

DOOR = "imap"
LOOK_EVERY = 60.0  # seconds, also in IDLE: a push is only a hint, and servers and firewalls cut the silent off
SLICE = 1.0  # seconds of waiting between two looks at whether to stop
LONGEST_PAUSE = 30.0  # seconds before the next try to connect
LARGEST_BATCH = 50, 20_000_000  # messages and octets that share a commit
MOST_ASKED = 500  # numbers in one question
MOST_OF_HEAD = 65_536  # octets of a header section that are read of what stays in the mailbox
HEAD = f"BODY.PEEK[HEADER]<0.{MOST_OF_HEAD}>"
DATES = "BODY.PEEK[HEADER.FIELDS (RECEIVED DATE)]"

Batch = list[int]
Answers = dict[int, dict[bytes, Any]]


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
        read_envelope: ReadEnvelope,
        clock: Clock,
        look_every: float = LOOK_EVERY,
        timeout: SocketTimeout = TIMEOUT,
        most_octets: int = 36_700_160,
        is_vouched: Callable[[EnvelopeNotes], bool] = lambda _notes: True,
    ) -> None:
        """`read_envelope` is a child's work; `is_vouched` says by what was read whether an author is believed."""
        self._settings, self._store, self._is_known, self._clock = settings, store, is_known, clock
        self._look_every, self._timeout, self._most_octets = look_every, timeout, most_octets
        self._read_envelope, self._is_vouched = read_envelope, is_vouched
        self._watch = TroubleWatch(store.whisper, MAILBOX, clock)
        self._pause = SLICE
        self._is_careful = False  # the connection ended over a batch: one by one, till it is known over which message
        self._is_narrowing = False  # it ended again, and we know more than before

    def run(self, stop: threading.Event) -> None:
        """Fetch until told to stop; connects again whatever happens, after 1 s, doubling to 30."""
        if self._settings.shows_password:
            log.warning(PLAIN, mailbox=self._settings.name)
        while not stop.is_set():
            try:
                with open_mailbox(self._settings, self._timeout) as client:
                    self._follow(client, stop)
            except StorageTrouble:
                self._rest(stop)
            except Exception as error:  # noqa: BLE001 - the door's last word; a traceback every half minute tells no more
                self._bear(error)
                self._rest(stop)

    def _bear(self, error: Exception) -> None:
        """Tell of trouble, unless it only shows which message it is about."""
        if not self._is_narrowing:
            self._watch.fails(_words_of(error))
        self._is_narrowing = False

    def _rest(self, stop: threading.Event) -> None:
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
        mark = self._read_mark(client, select_folder(client, self._settings.folder))
        left, due = self._look_after_leftovers(client)
        new = [uid for uid in client.search(["UID", f"{mark.last_uid + 1}:*", "UNDELETED"]) if uid > mark.last_uid]
        if with_unread and mark.last_uid:
            new += client.search(["UID", f"1:{mark.last_uid}", "UNSEEN", "UNDELETED"])
        for batch in self._batches(client, sorted(set(new) - left | due), mark):
            self._take(client, batch, mark)
        self._is_careful = False
        self._tell_of_health()

    def _look_after_leftovers(self, client: IMAPClient) -> tuple[set[int], set[int]]:
        """The UIDs of all that was left, and of those to be tried now; forgets what is gone from the folder."""
        name, now = self._settings.name, self._clock()
        with self._store.reading() as session:
            left = leftovers.numbers_left(session, name)
            looked_after = leftovers.left_in(session, name, LeftoverReason.UNREADABLE, LeftoverReason.TOO_LARGE)
            due = {one.uid for one in looked_after if leftovers.is_due(one, self._most_octets, now)}
            uids = [one.uid for one in looked_after]
        there = {uid for start in range(0, len(uids), MOST_ASKED) for uid in _there(client, uids[start:][:MOST_ASKED])}
        if gone := set(uids) - there:
            with self._store.transaction() as session:
                leftovers.forget(session, name, gone)
        return left - gone, due & there

    def _tell_of_health(self) -> None:
        """Note, for all to see, whether the server keeps back messages."""
        with self._store.reading() as session:
            unreadable = leftovers.left_in(session, self._settings.name, LeftoverReason.UNREADABLE)
            session.expunge_all()
        if unreadable:
            first = unreadable[0]
            self._watch.fails(f"{len(unreadable)} not handed out; UID {first.uid}: {first.said}")
        elif not self._watch.is_quiet:
            self._watch.works()

    def _read_mark(self, client: IMAPClient, selected: dict[bytes, Any]) -> MailboxMark:
        """How far we are in this folder as it is numbered now (RFC 3501 2.3.1.1)."""
        validity = int(selected[b"UIDVALIDITY"])
        with self._store.reading() as session:
            mark = session.get(MailboxMark, self._settings.name)
            session.expunge_all()
        if mark is not None and mark.uid_validity == validity:
            return mark
        fresh = MailboxMark(mailbox=self._settings.name, uid_validity=validity, last_uid=_newest(selected))
        fresh.began_at = fresh.newest_at = newest(client)
        if mark is not None:
            log.warning("mailbox was renumbered, what is new in it is looked for", mailbox=self._settings.name)
            fresh.began_at, fresh.newest_at = mark.began_at, mark.newest_at
            fresh.known_until, fresh.renumbered_to = known_until(mark) or self._clock(), fresh.last_uid
            fresh.last_uid = 0
        with self._store.transaction() as session:
            session.merge(fresh)
            leftovers.forget_all(session, self._settings.name)
        return fresh

    # -- what is to be fetched ---------------------------------------------------------

    def _batches(self, client: IMAPClient, uids: Batch, mark: MailboxMark) -> Iterator[Batch]:
        """The messages that may be had, in their order, a few at a time: so many, or so many octets."""
        most, largest = LARGEST_BATCH
        while uids:
            these, uids = uids[:most], uids[most:]
            about = self._ask(client, these, ["RFC822.SIZE", "INTERNALDATE"], mark)
            taken = [
                uid for uid in self._new_ones(client, these, about, mark) if self._is_small(client, uid, about, mark)
            ]
            batch: Batch = []
            total = 0
            for uid in taken:
                total += _size(about, uid)
                if batch and (total > largest or self._is_careful):
                    yield batch
                    batch, total = [], _size(about, uid)
                batch.append(uid)
            if batch:
                yield batch
            self._move_mark(mark, these, about)

    def _new_ones(self, client: IMAPClient, uids: Batch, about: Answers, mark: MailboxMark) -> Batch:
        """The messages that were not there under another number before the mailbox was numbered anew."""
        until, to = mark.known_until, mark.renumbered_to or 0
        doubtful = [uid for uid in uids if uid <= to and uid in about]
        if until is None or not doubtful:
            return [uid for uid in uids if uid in about]
        heads = self._ask(client, doubtful, [DATES], mark)
        old = {uid for uid in doubtful if uid in heads and not is_newer(about[uid] | heads[uid], until)}
        if old:
            log.warning("messages seen before the mailbox was renumbered stay there", messages=len(old))
        with self._store.transaction() as session:
            for uid in old:
                leftovers.leave(session, self._settings.name, uid, LeftoverReason.KNOWN, self._clock())
        return [uid for uid in uids if uid in about and uid not in set(doubtful) - set(heads) | old]

    def _is_small(self, client: IMAPClient, uid: int, about: Answers, mark: MailboxMark) -> bool:
        """Whether a message is no larger than the portal takes; a larger one stays in the mailbox, and is noted."""
        if (size := _size(about, uid)) <= self._most_octets:
            return True
        is_news = large_mail.is_news(about[uid].get(b"INTERNALDATE"), self._clock())
        answer = self._ask(client, [uid], [HEAD], mark).get(uid, {}) if is_news else {}
        self._leave_large(uid, size, mark, answer.get(b"BODY[HEADER]<0>") or b"")
        return False

    def _leave_large(self, uid: int, size: int, mark: MailboxMark, head: bytes) -> None:
        """Note that a message stays, and have its author told the first time. `head`: its header section, or empty."""
        log.warning("message too large, left in the mailbox", mailbox=self._settings.name, uid=uid, octets=size)
        mark.last_uid = max(mark.last_uid, uid)
        notes = self._read_envelope(head) if head else None
        with self._store.transaction() as session:
            if notes and not leftovers.is_left(session, self._settings.name, uid) and self._is_vouched(notes):
                recipients = self._find_recipients(notes).addresses
                large_mail.tell_author(session, notes, recipients, self._clock())
            leftovers.leave(session, self._settings.name, uid, LeftoverReason.TOO_LARGE, self._clock(), size)
            session.merge(mark)

    def _move_mark(self, mark: MailboxMark, uids: Batch, about: Answers) -> None:
        """Note how far the folder was read, and the date of the newest message that was seen."""
        before = (mark.last_uid, mark.newest_at)
        mark.last_uid = max(mark.last_uid, *uids)
        dates = [about[uid][b"INTERNALDATE"] for uid in uids if b"INTERNALDATE" in about.get(uid, {})]
        mark.newest_at = max([*dates, *([mark.newest_at] if mark.newest_at else [])], default=None)
        if (mark.last_uid, mark.newest_at) != before:
            with self._store.transaction() as session:
                session.merge(mark)

    # -- having it handed out ----------------------------------------------------------

    def _ask(self, client: IMAPClient, uids: Batch, what: list[str], mark: MailboxMark) -> Answers:
        """The server's answers about messages; those at which it fails are passed over and noted."""
        try:
            return _told_of(client, uids, what)
        except (IMAPClientError, OSError) as error:
            if len(uids) == 1:
                self._pass_over(uids[0], error, mark)
            if isinstance(error, IMAPClientAbortError | OSError):
                self._is_narrowing = len(uids) == 1 or not self._is_careful
                self._is_careful = True
                raise
        if len(uids) == 1:
            return {}
        answers: Answers = {}
        for uid in uids:
            answers |= self._ask(client, [uid], what, mark)
        return answers

    def _pass_over(self, uid: int, error: Exception, mark: MailboxMark) -> None:
        mark.last_uid = max(mark.last_uid, uid)
        with self._store.transaction() as session:
            leftovers.leave(
                session, self._settings.name, uid, LeftoverReason.UNREADABLE, self._clock(), said=_words_of(error)
            )
            session.merge(mark)
        self._pause = SLICE

    def _take(self, client: IMAPClient, batch: Batch, mark: MailboxMark) -> None:
        """Store a batch and how far we are in one commit; only then mark it on the server."""
        fetched = self._ask(client, batch, ["BODY.PEEK[]"], mark)
        octets = {uid: one for uid in batch if (one := fetched.get(uid, {}).get(b"BODY[]"))}
        for uid, one in list(octets.items()):
            if len(one) > self._most_octets:  # larger than the server said
                self._leave_large(uid, len(octets.pop(uid)), mark, one[:MOST_OF_HEAD])
        mark.last_uid = max(mark.last_uid, *batch)
        with self._store.transaction() as session:
            if new := _not_taken_before(session, [self._handover(one) for one in octets.values()]):
                store_handovers(session, new)
            leftovers.forget(session, self._settings.name, octets)
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
        notes = self._read_envelope(octets) or UNREAD
        found = self._find_recipients(notes)
        return Handover(octets, notes.return_path, found.addresses, DOOR, self._clock(), known_by=found.known_by)

    def _find_recipients(self, notes: EnvelopeNotes) -> Recipients:
        return find_recipients(notes, envelope_in(self._settings).otherwise, self._is_known)


def _newest(selected: dict[bytes, Any]) -> int:
    return int(selected.get(b"UIDNEXT", 1)) - 1


def _told_of(client: IMAPClient, uids: Batch, what: list[str]) -> Answers:
    """The server's answers about these messages and no others. Raises IMAPClientError or OSError."""
    told: Answers = client.fetch(uids, what)
    missing = [uid for uid in uids if not set(told.get(uid, {})) - {b"SEQ", b"FLAGS"}]
    if missing and set(_there(client, missing)) & set(missing):
        raise IMAPClientError("The server says nothing of it")
    return {uid: told[uid] for uid in uids if uid in told and uid not in missing}


def _there(client: IMAPClient, uids: Batch) -> Batch:
    """The UIDs of those that are still in the folder."""
    return list(client.search(["UID", ",".join(map(str, uids)), "UNDELETED"]))


def _size(about: Answers, uid: int) -> int:
    return int(about[uid].get(b"RFC822.SIZE", 0))


def _words_of(error: Exception) -> str:
    if isinstance(error, MailboxTrouble):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _not_taken_before(session: Session, handovers: list[Handover]) -> list[Handover]:
    """Those whose octets did not come through this door already; the same octets twice count once."""
    by_digest = {hashlib.sha256(handover.octets).hexdigest(): handover for handover in handovers}
    known = select(Arrival.content_key).where(col(Arrival.content_key).in_(by_digest), col(Arrival.door) == DOOR)
    taken = set(session.exec(known))
    return [handover for digest, handover in by_digest.items() if digest not in taken]
