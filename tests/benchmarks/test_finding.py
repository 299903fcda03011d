"""Everyday questions find the ticket that answers them, in the demonstration's year and among much else."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.finding import FIRST_FEW, QUESTIONS, Archive, Placed, read_questions
from tickets.database.store import Store

FURTHER = 400  # tickets that are about nothing
ASKED_BY_NEWCOMERS = Path(__file__).parent.parent / "tickets" / "search" / "questions.csv"


def among_the_first(placed: list[Placed], most: int) -> int:
    return sum(0 < one.place <= most for one in placed)


def test_there_are_forty_questions_of_six_kinds() -> None:
    kinds = Counter(one.kind for one in read_questions())

    assert kinds == {"inflected": 6, "compound": 8, "abbreviation": 9, "misspelt": 6, "everyday": 8, "law": 3}


def test_sixty_more_were_written_by_who_had_not_seen_the_synonyms() -> None:
    assert len({one.words for one in read_questions(ASKED_BY_NEWCOMERS)}) == 60


@pytest.mark.slow
@pytest.mark.parametrize(("further", "least"), [(0, [(36, 39), (55, 59)]), (FURTHER, [(34, 39), (51, 58)])])
def test_everyday_questions_find_their_ticket(
    store: Store, tmp_path: Path, further: int, least: list[tuple[int, int]]
) -> None:
    archive = Archive(store, tmp_path, further)

    asked = [list(archive.ask(read_questions(path))) for path in (QUESTIONS, ASKED_BY_NEWCOMERS)]

    for placed, (first, among_few) in zip(asked, least, strict=True):
        missed = [(one.place, one.judged.words) for one in placed if one.place != 1]
        assert among_the_first(placed, FIRST_FEW) >= among_few, missed
        assert among_the_first(placed, 1) >= first, missed
        assert [one.judged.words for one in placed if not one.found] == []


@pytest.mark.any_database
def test_all_words_in_one_message_find_few(store: Store, tmp_path: Path) -> None:
    placed = list(Archive(store, tmp_path).ask_for_all_in_one(read_questions()))

    assert among_the_first(placed, FIRST_FEW) <= 8
