"""A draft, the letter it becomes, and its delivery to one reader."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from mailer.letters.kinds.posts import PostView
from mailer.letters.letters import Draft, marks_for
from support.builders import a_list
from tickets.database.models import Capacity, Delivery, Letter, LetterKind, MailingList, MessageKind, Visibility
from tickets.tokens import Signer

MESSAGE_ID = "0123456789abcdef01234567@example.dk"


@pytest.fixture
def mailing_list(session: Session) -> MailingList:
    return a_list(session, name="Databeskyttelse på dansk", address="databeskyttelse@example.dk")


def a_draft(signer: Signer, mailing_list: MailingList | None, now: datetime, **values: Any) -> Draft:
    usual: dict[str, Any] = {
        "subject": "Må vi udlevere en afgørelse?",
        "is_first": True,
        "name": "DB-42",
        "kind": MessageKind.QUESTION,
        "capacity": Capacity.SUBSCRIBER,
        "visibility": Visibility.OPEN,
        "author": "Mette Eksempel",
        "organisation": "Prøvested Kommune",
        "at": now,
        "text": "Kære jurister\n\nMå vi udlevere en afgørelse til naboen?",
        "url": "https://portal.example.dk/m/0123456789abcdef012345",
        "unsubscribe": marks_for(signer, MESSAGE_ID).unsubscribe,
        "watch": marks_for(signer, MESSAGE_ID).watch,
    }
    return Draft(
        kind=LetterKind.QUESTION,
        template="post",
        view=PostView(**{**usual, **values}),
        message_id=MESSAGE_ID,
        mailing_list=mailing_list,
        author="Mette Eksempel, Prøvested Kommune",
        references=("db-42.ticket@example.dk",),
        is_list_mail=True,
        archived_at="https://portal.example.dk/m/0123456789abcdef012345",
    )


def a_letter(octets: bytes, now: datetime) -> Letter:
    return Letter(kind=LetterKind.QUESTION, language="da", message_id=MESSAGE_ID, octets=octets, made_at=now)


def a_delivery(now: datetime, capacity: Capacity = Capacity.SUBSCRIBER, person_key: int = 7) -> Delivery:
    return Delivery(
        id=1, letter_key=1, kind=LetterKind.QUESTION, person_key=person_key, capacity=capacity,
        recipient="ole@oeby.example.dk", made_at=now, next_attempt_at=now,
    )  # fmt: skip
