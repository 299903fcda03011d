"""The sorter: leaves in the quick lane what takes no time, and sends everything else to where it holds up nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailer.addresses import read_directory
from mailer.authorship.authentication import Checked
from mailer.intake.arrivals import Claimed, send_aside
from mailer.processing.lanes import FreshArrival, find_candidate, find_lane, keep_in_order
from mailer.sandbox.attempts import attempt
from mailer.sandbox.framing import Failure
from mailer.sandbox.reader import Reader
from mailer.sandbox.verifier import Verifier, check_arrivals
from tickets.database.models import Lane
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer

QUICK_ANSWERS = 3.0  # seconds that name servers get while others wait


@dataclass
class Sorted:
    """The arrivals that stay in the quick lane."""

    claimed: list[Claimed] = field(default_factory=list)
    checked: list[Checked | None] = field(default_factory=list)
    parties: dict[int, str] = field(default_factory=dict)  # their authors, by number
    behind: set[str] = field(default_factory=set)  # authors of whom something waits elsewhere by now

    def falls_behind(self, claimed: Claimed, *, is_costly: bool) -> bool:
        """Whether an arrival has to wait in another lane after all: it is costly, or behind one that is."""
        party = self.parties[claimed.arrival.key]
        if is_costly:
            self.behind.add(party)
        return party in self.behind


class Sorter:
    """Judges who wrote fresh arrivals, and what they may cost."""

    def __init__(
        self,
        store: Store,
        portal: Portal,
        signer: Signer,
        authserv_id: str | None,
        verifier: Verifier | None,
        reader: Reader,
    ) -> None:
        self._store, self._portal, self._signer = store, portal, signer
        self._authserv_id, self._verifier, self._reader = authserv_id, verifier, reader

    def sort(self, claimed: Sequence[Claimed]) -> Sorted:
        """Send aside the arrivals that may take long; the others, with who vouches for their authors."""
        candidates = self._find_candidates(claimed)
        known = [one for one in candidates if one.author]
        checked = self._check([one.claimed for one in known if one.is_cheap])
        checked |= self._check([one.claimed for one in known if not one.is_cheap])  # the time of nobody else
        chosen = [self._choose(one, checked.get(one.claimed.arrival.key)) for one in candidates]
        left = Sorted()
        with self._store.transaction() as session:
            for one, (lane, party) in zip(claimed, keep_in_order(session, chosen), strict=True):
                if lane is Lane.QUICK:
                    left.claimed.append(one)
                    left.checked.append(checked.get(one.arrival.key))
                    left.parties[one.arrival.key] = party
                else:
                    send_aside(session, one, lane, party)
        return left

    def _find_candidates(self, claimed: Sequence[Claimed]) -> list[FreshArrival]:
        """The arrivals with their authors; of one that cannot be read, nobody."""
        senders = self._reader.read_senders((one.octets for one in claimed), self._authserv_id)
        with self._store.reading() as session:
            directory = read_directory(session, self._portal.domain, self._signer)
            found = [attempt(find_candidate, session, directory, *one) for one in zip(claimed, senders, strict=True)]
        return [
            FreshArrival(one) if isinstance(candidate, Failure) else candidate
            for one, candidate in zip(claimed, found, strict=True)
        ]

    def _check(self, claimed: Sequence[Claimed]) -> dict[int, Checked]:
        """Who vouches for authors that are known, by the arrivals' numbers; nothing of strangers is asked here."""
        found = check_arrivals(self._verifier, claimed, QUICK_ANSWERS)
        return {one.arrival.key: checked for one, checked in zip(claimed, found, strict=True) if checked}

    def _choose(self, candidate: FreshArrival, checked: Checked | None) -> tuple[Lane, str]:
        chosen = attempt(find_lane, candidate, self._authserv_id, checked)
        return (Lane.STRANGERS, "") if isinstance(chosen, Failure) else chosen


class Turns:
    """Whose turn it is, where authors take turns."""

    def __init__(self) -> None:
        self._served: dict[str, int] = {}
        self._count = 0

    def next(self, parties: Sequence[str]) -> str:
        """The author whose last turn is longest ago; of those who had none, the first."""
        party = min(parties, key=lambda one: self._served.get(one, 0))
        self._count += 1
        self._served = {one: turn for one, turn in self._served.items() if one in parties} | {party: self._count}
        return party
