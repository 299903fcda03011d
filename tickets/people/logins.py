"""Ways into the archive: mailed links that are spent once, and the browsers they opened."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import CursorResult
from sqlmodel import Session, col, delete, or_, select, update

from tickets.database.models import LoginAim, LoginLink, LoginRequest, Person, WebSession
from tickets.people.quotas import WITHIN

LINK_LIFETIME = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(days=30)
WAYS_IN = (LoginAim, LoginLink, LoginRequest, WebSession)
ON_ITS_WAY = timedelta(minutes=1)  # from asking for a link until it is made
MOST_NETWORKS = 4  # from which an address may have its whole quota


def ask_for_link(session: Session, person: Person, network: str, quota: int, now: datetime) -> bool:
    """Note that somebody on this network asks for a link to be mailed; whether one is owed.

    Over the quota an hour, none is while an earlier one can still be spent: it lies in the mailbox. So whoever asks
    in another's name fills no mailbox, and keeps nobody out.
    """
    session.get(Person, person.id, with_for_update=True)  # of those who ask at the same time, one after the other
    session.exec(delete(LoginRequest).where(col(LoginRequest.asked_at) <= now - WITHIN))
    if quota and _is_over(session, person, network, quota) and _has_link(session, person, now):
        return False
    session.add(LoginRequest(person_key=person.key, network=network, asked_at=now))
    session.flush()
    return True


def end_all(session: Session, person: Person) -> None:
    """Log a person out everywhere, and let no link open anything that was mailed to them."""
    for table in WAYS_IN:
        session.exec(delete(table).where(col(table.person_key) == person.id))


def _is_over(session: Session, person: Person, network: str, quota: int) -> bool:
    asked = session.exec(select(LoginRequest.network).where(LoginRequest.person_key == person.id)).all()
    return asked.count(network) >= quota or len(asked) >= quota * MOST_NETWORKS


def _has_link(session: Session, person: Person, now: datetime) -> bool:
    """Whether a mailed link can still be spent, or one is about to be mailed."""
    link = (LoginLink.person_key == person.id, col(LoginLink.spent_at).is_(None), col(LoginLink.expires_at) > now)
    request = (LoginRequest.person_key == person.id, col(LoginRequest.asked_at) > now - ON_ITS_WAY)
    return session.exec(
        select(
            or_(select(LoginLink.person_key).where(*link).exists(), select(LoginRequest.id).where(*request).exists())
        )
    ).one()


def aim_at(session: Session, person: Person, path: str, now: datetime) -> None:
    """Keep the page that somebody wants, until the link is made for which they ask at this moment."""
    session.add(LoginAim(person_key=person.key, path=path, asked_at=now))
    session.flush()


def take_aim(session: Session, person: Person, asked_at: datetime) -> str:
    """The page that somebody wanted when they asked for a link at that moment, forgotten now; empty if it was none."""
    theirs = col(LoginAim.person_key) == person.id
    session.exec(delete(LoginAim).where(theirs, col(LoginAim.asked_at) < asked_at - LINK_LIFETIME))
    aim = session.exec(select(LoginAim).where(theirs, LoginAim.asked_at == asked_at).order_by(col(LoginAim.id))).first()
    if aim is None:
        return ""
    session.delete(aim)
    return aim.path


def make_login_link(session: Session, person: Person, now: datetime, path: str = "") -> str:
    """The secret of a new link to a page. An earlier link lives on: somebody else may have asked for this one."""
    secret = secrets.token_urlsafe(32)
    theirs = col(LoginLink.person_key) == person.id
    session.exec(delete(LoginLink).where(theirs, col(LoginLink.expires_at) <= now))
    session.add(
        LoginLink(
            secret_hash=_hash(secret),
            person_key=person.key,
            made_at=now,
            expires_at=now + LINK_LIFETIME,
            path=path or None,
        )
    )
    session.flush()
    return secret


def find_login_link(session: Session, secret: str, now: datetime) -> Person | None:
    """Whose link this is, if it can still be spent. Looking spends nothing: mail scanners look too."""
    link = session.get(LoginLink, _hash(secret))
    if link is None or link.spent_at is not None or link.expires_at <= now:
        return None
    return session.get(Person, link.person_key)


def path_behind(session: Session, secret: str) -> str:
    """The page that a link leads to, spent or not; empty for the front page, and for no link of ours."""
    link = session.get(LoginLink, _hash(secret))
    return (link.path or "") if link else ""


def spend_login_link(session: Session, secret: str, now: datetime) -> Person | None:
    """Spend a link, once however many try at the same time: its person, or None."""
    spent = session.execute(
        update(LoginLink)
        .where(
            col(LoginLink.secret_hash) == _hash(secret),
            col(LoginLink.spent_at).is_(None),
            col(LoginLink.expires_at) > now,
        )
        .values(spent_at=now)
    )
    assert isinstance(spent, CursorResult)
    if spent.rowcount != 1:
        return None
    return session.get(Person, session.get_one(LoginLink, _hash(secret)).person_key)


def open_web_session(session: Session, person: Person, now: datetime) -> str:
    """The secret of a new session, for the browser's cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        WebSession(secret_hash=_hash(secret), person_key=person.key, made_at=now, expires_at=now + SESSION_LIFETIME)
    )
    session.flush()
    return secret


def find_web_session(session: Session, secret: str, now: datetime) -> Person | None:
    """Who is logged in with this cookie."""
    query = (
        select(Person)
        .join(WebSession, col(WebSession.person_key) == col(Person.id))
        .where(WebSession.secret_hash == _hash(secret), WebSession.expires_at > now)
    )
    return session.exec(query).first()


def close_web_session(session: Session, secret: str) -> None:
    """Log out: the secret of a browser's cookie is good no more; an unknown one is no error."""
    session.exec(delete(WebSession).where(col(WebSession.secret_hash) == _hash(secret)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
