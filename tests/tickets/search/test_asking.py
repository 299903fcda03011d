"""What people type is read as they mean it, and nothing in it is dear."""

from datetime import UTC, datetime

import pytest

from tickets.search.asking import LONGEST_QUERY, MOST_TERMS, Concept, Phrasing, read_question


def stems(concepts: tuple[Concept, ...]) -> list[str]:
    return [" ".join(concept.ways[0].terms) if concept.ways else concept.beginning for concept in concepts]


def test_plus_and_minus_and_quotation_marks_are_strict() -> None:
    question = read_question('sletning +logfiler -"på mandag" "af sager" afgør* -kamera')

    assert stems(question.wanted) == ["slet", "afgør"]
    assert question.needed == (Concept((Phrasing(("logfil",)),)), Concept(phrase=("af", "sager")))
    assert question.unwanted == (Concept(phrase=("på", "mandag")), Concept((Phrasing(("kamera",)),)))


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("fra:Mette", (("authors", "mette"),)),
        ('fra:"Mette Eksempel"', (("authors", "mette"), ("authors", "eksempel"))),
        ("kommune:øby", (("organisations", "øby"),)),
        ("stikord:skole", (("topics", "skole"),)),
        ("svar:ja", (("answered", "1"),)),
        ("SVAR:nej", (("answered", "0"),)),
        ("svar:måske", ()),
        ("seen_by:lawyers-1", ()),
    ],
)
def test_fields_narrow(words: str, terms: tuple[tuple[str, str], ...]) -> None:
    question = read_question(words)

    assert question.terms == terms
    assert question.is_narrowed == bool(terms)


@pytest.mark.parametrize(
    ("words", "after", "before"),
    [
        ("efter:2026", datetime(2026, 1, 1, tzinfo=UTC), None),
        ("før:2026-03", None, datetime(2026, 3, 1, tzinfo=UTC)),
        ("efter:2.3.2026 før:2026-03-05", datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)),
        ("efter:2026-13 før:0000", None, None),
        ("efter:i_går", None, None),
    ],
)
def test_times_narrow(words: str, after: datetime | None, before: datetime | None) -> None:
    question = read_question(words)

    assert (question.after, question.before) == (after, before)


@pytest.mark.parametrize("words", ["DB-24", " db-24 ", "Db-24"])
def test_a_name_of_a_ticket_asks_for_it(words: str) -> None:
    assert read_question(words).ticket == "db-24"


def test_a_citation_is_one_term_however_it_is_written() -> None:
    wanted = [read_question(words).wanted for words in ("art. 6, stk. 1", "artikel 6 stk. 1", "Artikel 6(1)")]

    assert wanted[0] == wanted[1] == wanted[2]
    assert stems(wanted[0]) == ["artikel 6 stykke 1"]
    assert stems(read_question("artiklerne 16 og 17").wanted) == ["artikel 16", "artikel 17"]


def test_words_that_every_question_is_made_of_need_not_occur_unless_there_are_no_others() -> None:
    assert [one.is_everyday for one in read_question("skal kommunen slette").wanted] == [True, False]
    assert [one.is_everyday for one in read_question("kommunen").wanted] == [False]


@pytest.mark.parametrize("words", ["", "-", "og", '"', '""', "+", "()", "\x00", "[ TO ]"[:1], "*"])
def test_what_says_nothing_asks_for_nothing(words: str) -> None:
    assert read_question(words).is_empty


def test_no_more_is_read_than_is_cheap() -> None:
    many = read_question(" ".join(f"ord{number}" for number in range(100)))
    long = read_question("1" * 5_000)

    assert len(many.wanted) == MOST_TERMS
    assert [len(stem) for stem in stems(long.wanted)] == [LONGEST_QUERY]
    assert stems(read_question("aft* ban* cit*").wanted) == ["aft", "ban"]
