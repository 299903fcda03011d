"""A slip of the pen is told as the word that its reader can see, and as nothing that only others see."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from support.builders import a_filed_message, a_list, a_person
from tickets.database.models import Visibility
from tickets.database.store import Store
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search.searching import Search

Ask = Callable[..., str]


@pytest.fixture
def meant(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> Ask:
    """What somebody is told that they may have meant: a member, or the asker of what only they and the lawyers see."""
    search = Search(store, tmp_path / "index", "tests")
    with store.transaction() as session:
        row, asker = a_list(session), a_person(session)
        people = {"member": a_person(session, "ole@oeby.example.dk", "Ole Følger"), "asker": asker}
        a_filed_message(session, portal, row, asker, now, subject="Om analysen", text="Konsekvensanalyse af billeder?")
        a_filed_message(
            session, portal, row, asker, now, text="Hun har en underliggaarden",
            visibility=Visibility.CONFIDENTIAL,
        )  # fmt: skip
    while search.update(now):
        pass

    def ask(words: str, who: str = "member") -> str:
        with store.reading() as session:
            return search.find(session, sight_of(session, people[who]), words).meant

    return ask


def test_a_slip_is_put_right_in_the_words_of_the_archive(meant: Ask) -> None:
    assert meant("Konsekvensanalyce af bileder") == "konsekvensanalyse af billeder"
    assert meant("konsekvensanalysen af billedet") == ""


def test_a_word_that_only_a_confidential_ticket_holds_is_never_suggested_to_others(meant: Ask) -> None:
    assert meant("underligaarden", "asker") == "underliggaarden"
    assert meant("underligaarden") == ""
