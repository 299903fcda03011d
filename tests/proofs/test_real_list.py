"""All mail of a real list: its threads stay whole, it is found, and little of it seems private."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import select

from mailer.history.archives import open_archive
from mailer.sandbox.message import read_message
from mailer.texts.confidences import find_confidence
from support.builders import a_list, a_person, an_organisation
from support.real_list import ARCHIVE, follow_threads
from tickets.database.models import Message
from tickets.database.store import Store
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.post import Post
from tickets.search.searching import Search
from tickets.text.folding import plain


def test_every_reply_lies_in_the_ticket_of_its_parent(
    store: Store, portal: Portal, corpus: Path, tmp_path: Path, now: datetime
) -> None:
    with store.transaction() as session:
        an_organisation(session)
        a_list(session)

    assert follow_threads(store, portal, corpus / ARCHIVE, now) > 2_500

    search = Search(store, tmp_path / "search", "tests")
    while search.update(now):
        pass
    with store.reading() as session:
        assert min(session.exec(select(Message.sent_at))).year == 1996
        assert search.find(session, sight_of(session, a_person(session)), "indigo kernel").total > 20


def test_of_replies_less_than_one_in_a_hundred_is_asked_about(corpus: Path) -> None:
    replies = list(replies_in(corpus))

    asked = [post.subject for post, names in replies if find_confidence(post.text, names)]

    assert len(replies) > 500
    assert len(asked) / len(replies) < 0.01


def replies_in(corpus: Path) -> Iterator[tuple[Post, frozenset[str]]]:
    """The replies, each with the folded names of those who wrote in its thread before."""
    threads: dict[str, frozenset[str]] = {}
    with open_archive(corpus / ARCHIVE) as archive:
        for position in range(len(archive)):
            post = read_message(archive[position].octets, datetime.now(UTC)).post
            before = frozenset[str]().union(*(threads.get(one, frozenset()) for one in post.cited))
            own = {plain(word) for word in re.findall(r"\w+", f"{post.author.name} {post.author.email}")}
            threads[post.message_id] = before | own
            if any(one in threads for one in post.cited):
                yield post, before
