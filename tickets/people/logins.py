"""Ways into the archive: mailed links and codes that are spent once, and the browsers they opened."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult
from sqlmodel import Session, col, delete, func, or_, select, update

from tickets.database.models import LoginAim, LoginCode, LoginLink, LoginRequest, Person, WebSession
from tickets.people.quotas import WITHIN

LINK_LIFETIME = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(days=30)
WAYS_IN = (LoginAim, LoginCode, LoginLink, LoginRequest, WebSession)
DIGITS = 6  # of a code
TRIES = 5  # of a code, before it is good no more
WRONG_A_DAY = 15  # tries at any codes of a person; beyond them links alone lead in
DAY = timedelta(days=1)
SHORT = 16  # characters of a hash that name a session
NEVER_A_HASH = "-" * 64
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


# -- codes -----------------------------------------------------------------------------


def await_code(session: Session, person: Person, browser: str, now: datetime) -> None:
    """Let a code be mailed beside the link that is asked for now, to be typed in this browser alone.

    `browser` is a secret that nobody else has. What was asked for more than a day ago is forgotten.
    """
    session.exec(delete(LoginCode).where(col(LoginCode.asked_at) <= now - DAY))
    row = LoginCode(person_key=person.key, browser_hash=_hash(browser), asked_at=now, expires_at=now + LINK_LIFETIME)
    session.add(row)
    session.flush()


def await_one_persons(session: Session, browser: str, person: Person | None, now: datetime) -> None:
    """Let a browser wait for codes of this person alone, or of nobody: one try never tests the codes of several."""
    others = (col(LoginCode.browser_hash) == _hash(browser), col(LoginCode.person_key) != (person.key if person else 0))
    session.exec(update(LoginCode).where(*others, col(LoginCode.spent_at).is_(None)).values(spent_at=now))


def make_code(session: Session, person: Person, asked_at: datetime, now: datetime) -> str:
    """The digits for whoever asked at that moment; empty where no browser waits for any."""
    waits = (LoginCode.person_key == person.id, LoginCode.asked_at == asked_at, LoginCode.code_hash == "")
    good = col(LoginCode.spent_at).is_(None)
    row = session.exec(select(LoginCode).where(*waits, good).order_by(col(LoginCode.id))).first()
    if row is None:
        return ""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row.code_hash, row.expires_at = _hash(row.browser_hash + digits), now + LINK_LIFETIME
    session.add(row)
    session.flush()
    return digits


def spend_code(session: Session, browser: str, typed: str, now: datetime) -> LoginCode | None:
    """Spend a code that was typed in the browser that waits for it: whose it is, or None.

    A wrong one counts against all that this browser waits for. Which of two is wrong takes the same time.
    """
    digits = "".join(letter for letter in typed if letter.isdecimal())
    right = None
    for row in _codes_awaited(session, browser, now):
        said = row.code_hash or NEVER_A_HASH
        if hmac.compare_digest(said, _hash(row.browser_hash + digits)) and right is None:
            right = row
    if right is not None and not _is_worn_out(session, right.person_key):
        return right if _spend(session, right, now) else None
    for row in _codes_awaited(session, browser, now):
        row.wrong += 1
        session.add(row)
    session.flush()
    return None


def _codes_awaited(session: Session, browser: str, now: datetime) -> list[LoginCode]:
    """Those that this browser waits for and that can be spent, locked: tries are counted one after the other."""
    good = (col(LoginCode.spent_at).is_(None), col(LoginCode.expires_at) > now, col(LoginCode.wrong) < TRIES)
    query = select(LoginCode).where(LoginCode.browser_hash == _hash(browser), *good)
    return list(session.exec(query.order_by(col(LoginCode.id)).with_for_update()))


def _is_worn_out(session: Session, person_key: int) -> bool:
    tried = session.exec(select(func.sum(LoginCode.wrong)).where(LoginCode.person_key == person_key)).one()
    return (tried or 0) >= WRONG_A_DAY


def _spend(session: Session, row: LoginCode, now: datetime) -> bool:
    spent = session.execute(
        update(LoginCode).where(col(LoginCode.id) == row.id, col(LoginCode.spent_at).is_(None)).values(spent_at=now)
    )
    assert isinstance(spent, CursorResult)
    return spent.rowcount == 1


# -- sessions --------------------------------------------------------------------------


def open_web_session(session: Session, person: Person, now: datetime, browser: str = "") -> str:
    """The secret of a new session, for the browser's cookie; `browser` is what people call that browser."""
    secret = secrets.token_urlsafe(32)
    row = WebSession(
        secret_hash=_hash(secret), person_key=person.key, made_at=now, expires_at=now + SESSION_LIFETIME,
        browser=browser[:60],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return secret


@dataclass(frozen=True)
class OpenBrowser:
    """A browser in which somebody is logged in: a name for it that opens nothing, what it is, and since when."""

    name: str
    browser: str
    made_at: datetime
    is_this: bool


def browsers_of(session: Session, person: Person, secret: str, now: datetime) -> list[OpenBrowser]:
    """Where a person is logged in, the newest first; `secret` is that of the browser that asks."""
    query = select(WebSession).where(WebSession.person_key == person.id, WebSession.expires_at > now)
    return [
        OpenBrowser(one.secret_hash[:SHORT], one.browser, one.made_at, one.secret_hash == _hash(secret))
        for one in session.exec(query.order_by(col(WebSession.made_at).desc()))
    ]


def log_out_there(session: Session, person: Person, name: str) -> None:
    """Log a person out in the browser with this name; a name that is none of theirs is no error."""
    theirs = (col(WebSession.person_key) == person.id, func.substr(WebSession.secret_hash, 1, SHORT) == name)
    session.exec(delete(WebSession).where(*theirs))


def log_out_elsewhere(session: Session, person: Person, secret: str) -> None:
    """Log a person out in all browsers but the one with this secret."""
    others = (col(WebSession.person_key) == person.id, col(WebSession.secret_hash) != _hash(secret))
    session.exec(delete(WebSession).where(*others))


def last_entry(session: Session, person: Person) -> datetime | None:
    """When somebody last logged in, as far as that is still known."""
    return session.exec(select(func.max(WebSession.made_at)).where(WebSession.person_key == person.id)).one()


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
