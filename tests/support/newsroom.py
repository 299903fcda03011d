"""The town with weekly readers, and the digests that they are owed."""

from datetime import datetime, timedelta
from email.message import EmailMessage

from mailer.letters.digests.timetable import make_digest
from support.builders import a_person
from support.town import WrittenTown, settle, the_list
from tickets.database.models import Digest, LetterKind, Mode
from tickets.database.store import Store
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer

WEEK = timedelta(days=7)


class Town(WrittenTown):
    """A list whose digest is made when somebody says so."""

    def make(self) -> Digest | None:
        with self.store.transaction() as session:
            return make_digest(session, self.portal, self.signer, the_list(session), self.now)

    def letters(self, reader: str = "ulla") -> list[EmailMessage]:
        """The digests that this reader is owed, as they would leave."""
        return self.copies(reader, LetterKind.DIGEST)


def make_town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    with store.transaction() as session:
        people = settle(session, name="Databeskyttelse")
        ulla = a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")
        subscriptions.subscribe(session, ulla, people.mailing_list, Mode.WEEKLY, now)
        subscriptions.subscribe(session, people.ole, people.mailing_list, Mode.EACH, now)
    return Town(store, portal, signer, now)
