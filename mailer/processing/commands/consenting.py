"""Consenting: the word of somebody who was asked whether others may see more of what they asked."""

import re

from mailer.processing.commands import publishing
from mailer.processing.screening import Verdict, held
from mailer.processing.submission import Inbound
from tickets.acts import consents, opening
from tickets.acts.acting import Hand
from tickets.database.models import ActKind, Consent, Disposition, Person, Ticket, Way
from tickets.reasons import Grounds, Reason

YES = frozenset({"ja", "yes", "ja tak", "yes please", "ok", "okay", "jo", "ja det er i orden", "ja det er fint"})
NO = frozenset({"nej", "no", "nej tak", "no thanks"})
WORDS = re.compile(r"\w+")


def hear(inbound: Inbound, consent_key: int, person: Person | None) -> Verdict:
    """Take the first line as yes or no; anything else changes nothing, and is a person's to read."""
    session = inbound.session
    consent = session.get(Consent, consent_key)
    if consent is None:
        return held(Reason.NOT_ASKED)
    if person is None or consent.person_key != person.id:
        return held(Reason.NOT_THEIRS)
    if consent.kind is ActKind.DRAFT:
        return publishing.hear_lawyer(inbound, consent, person)
    is_granted = read_word(inbound.post.text)
    if is_granted and inbound.reading.sender and not inbound.arrival.is_vouched:  # a no is heard from whoever sends it
        return held(Grounds(Reason.SENT_FOR, {"sender": inbound.reading.sender}))
    if consent.kind is ActKind.PUBLISH:
        return publishing.hear_asker(inbound, consent, person, is_granted=is_granted)
    if is_granted is None:
        return held(Reason.NO_WORD)
    hand = Hand(person, inbound.now, Way.MAIL, inbound.post.message_id)
    portal = inbound.house.portal

    def do(_session: object, ticket: Ticket, argument: str, by: Hand) -> None:
        opening.do(session, portal, consent.kind, ticket, argument, by)

    consents.decide(session, consent, hand, do, is_granted=is_granted)
    return Verdict(Disposition.OBEYED, Grounds(Reason.CONSENTED if is_granted else Reason.REFUSED))


def read_word(text: str) -> bool | None:
    """What the first line says: yes, no, or None of these."""
    lines = (line for line in text.split("\n") if line.strip() and not line.startswith(">"))
    said = " ".join(WORDS.findall(next(lines, "").casefold()))
    return True if said in YES else False if said in NO else None
