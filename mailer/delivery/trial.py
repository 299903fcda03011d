"""The trial: a letter of the portal's own that is carried the whole way while somebody waits to hear of it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from mailer.delivery.relay import Outcome, open_carrier
from mailer.letters.kinds.trial import TrialView
from mailer.letters.letters import Draft, compose
from mailer.sections import Relay
from tickets import links
from tickets.database.models import Arrival, Content, LetterKind
from tickets.portal import Portal
from tickets.tokens import Signer

NO_DELIVERY = 0  # the key of no delivery: what comes back to this return path is counted for nobody
LONGEST_HEAD = 65_536  # octets in which a Message-ID is looked for


@dataclass(frozen=True)
class Trial:
    """A letter that shows whether one arrives, with its envelope."""

    recipient: str
    return_path: str
    message_id: str
    octets: bytes
    sent_at: datetime


def make_trial(portal: Portal, signer: Signer, recipient: str, language: str, now: datetime) -> Trial:
    """A letter to this recipient with the sender, return path and fields that all letters have."""
    draft = Draft(
        kind=LetterKind.TRIAL,
        template=LetterKind.TRIAL.value,
        view=TrialView(portal.domain, portal.base_url, now),
        message_id=links.make_own_id(portal),
        auto_submitted="auto-generated",
    )
    return_path = links.return_path(portal, signer, NO_DELIVERY)
    return Trial(recipient, return_path, draft.message_id, compose(portal, draft, language, now), now)


def send_trial(trial: Trial, relay: Relay, portal: Portal) -> Outcome:
    """Hand the trial to the relay as all letters are; the relay's reply."""

    async def send() -> Outcome:
        carrier = open_carrier(relay, portal.data_dir)
        try:
            return await carrier.send(trial.return_path, trial.recipient, trial.octets)
        finally:
            await carrier.close()

    return asyncio.run(send())


def find_return(session: Session, trial: Trial) -> bytes | None:
    """The report that the trial could not be delivered; None as long as there is none."""
    query = select(Content.octets).join(Arrival, col(Arrival.content_key) == col(Content.sha256))
    returned = query.where(Arrival.recipient == trial.return_path, Arrival.received_at >= trial.sent_at)
    return session.exec(returned.order_by(col(Arrival.id).desc())).first()


def has_come_in(session: Session, trial: Trial) -> bool:
    """Whether the trial came in again at a door of ours, as one to an address of this portal does."""
    head = select(func.substr(Content.octets, 1, LONGEST_HEAD))
    query = head.join(Arrival, col(Arrival.content_key) == col(Content.sha256))
    heads = session.exec(query.where(Arrival.recipient == trial.recipient, Arrival.received_at >= trial.sent_at))
    return any(trial.message_id.encode() in bytes(octets) for octets in heads)
