"""What looks as if it were for one reader alone, and what only speaks of such things."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailer.history.archives import open_archive
from mailer.sandbox.message import read_message
from mailer.texts.confidences import find_confidence
from tickets.post import Post
from tickets.text.folding import plain

KNOWN = frozenset({"mette", "anders"})


@pytest.mark.parametrize(
    "text",
    [
        "Fortroligt: Vi er ved at skifte leverandør.",
        "Strengt fortroligt!\n\nVi er ved at skifte leverandør.",
        "Hej Mette\n\nMellem os sagt er jeg ikke enig med Datatilsynet.",
        "Det her bliver mellem os.",
        "Det er kun til dig, men vi har haft et brud.",
        "Jeg siger det i fortrolighed: Vi har haft et brud.",
        "Vi har haft et brud (fortroligt).",
        "Dette er fortroligt, men vi har haft et brud.",
        "Sig det ikke videre, men vi har haft et brud.",
        "Between you and me, we had a breach.",
        "Confidential: we had a breach.",
        "This is strictly confidential.",
        "Hej Sofie\n\nSkal vi tage den over en kop kaffe?",
        "Kære Jens-Peter,\n\nTak for sidst.",
        "Hi Bob, did you see this?",
    ],
)
def test_a_letter_that_looks_private_is_found(text: str) -> None:
    assert find_confidence(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Kære Mette\n\nJa, det må I gerne.",
        "Hej Anders\n\nTak for svaret. Gælder det også for børn?",
        "Hej alle\n\nVi gør det samme.",
        "Kære kolleger\n\nVi gør det samme.",
        "Kære Sofie Berg\n\nVi gør det samme.",  # a stranger's whole name is how one writes to an office
        "Hej Mette og Sofie\n\nVi gør det samme.",
        "Kære KL\n\nMå vi det?",
        "Fortrolige oplysninger må kun deles, når der er hjemmel.",
        "Fortrolighed følger af forvaltningslovens § 27.",
        "Oplysningerne skal behandles fortroligt.",
        "Er oplysningen fortrolig, når den står i et åbent register?",
        "Aftalen mellem os og leverandøren er fra 2019.",
        "Databehandleraftalen mellem os er fra 2019.",
        "Tavshedspligten gælder, og oplysningerne må ikke videregives.",
        "Det er fortrolige oplysninger, jf. databeskyttelsesloven.",
        "Private virksomheder er ikke omfattet.",
        "Er det kun til dig og kommunen?",
        "This e-mail is confidential and intended for the recipient only.",
        "Denne mail er fortrolig og kun bestemt for modtageren. Er den modtaget ved en fejl, så slet den.",
    ],
)
def test_what_speaks_of_confidential_things_is_for_everybody(text: str) -> None:
    assert find_confidence(text, KNOWN) == ""


def replies_in(folder: Path) -> Iterator[tuple[Post, frozenset[str]]]:
    """The replies of a real list, each with the folded names of those who wrote in its thread before."""
    threads: dict[str, frozenset[str]] = {}
    for path in sorted((folder / "archive").glob("*.mbox.gz")):
        with open_archive(path) as archive:
            for position in range(len(archive)):
                post = read_message(archive[position].octets, datetime.now(UTC)).post
                before = frozenset[str]().union(*(threads.get(one, frozenset()) for one in post.cited))
                own = {plain(word) for word in re.findall(r"\w+", f"{post.author.name} {post.author.email}")}
                threads[post.message_id] = before | own
                if any(one in threads for one in post.cited):
                    yield post, before


@pytest.mark.slow
def test_of_real_replies_less_than_one_in_a_hundred_is_asked_about(corpus: Path) -> None:
    replies = list(replies_in(corpus))

    asked = [post.subject for post, names in replies if find_confidence(post.text, names)]

    assert len(replies) > 500
    assert len(asked) / len(replies) < 0.01
