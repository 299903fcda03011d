"""Excerpts: the piece of a message around what was looked for, the hits told apart."""

from tickets.text.excerpt import LENGTH, make_excerpt
from tickets.text.stems import stem_of


def test_hits_are_told_apart_in_whatever_form_the_word_stands() -> None:
    excerpt = make_excerpt("Må vi udlevere afgørelsen til naboen?", {stem_of("afgørelse")})

    assert excerpt.parts == ("Må vi udlevere ", "afgørelsen", " til naboen?")


def test_a_long_text_is_cut_around_its_first_hit_at_whole_words() -> None:
    excerpt = make_excerpt(f"{'ord ' * 200}afgørelse{' ord' * 200}", {stem_of("afgørelse")})

    assert str(excerpt).startswith("… ord ")
    assert str(excerpt).endswith(" …")
    assert excerpt.parts[1] == "afgørelse"
    assert len(str(excerpt)) <= LENGTH + len("…  …")


def test_a_text_without_hits_is_told_from_its_beginning() -> None:
    assert make_excerpt("Kære\n\n  jurister", {stem_of("afgørelse")}).parts == ("Kære jurister",)


def test_a_phrase_is_one_hit_whatever_stands_between_its_words() -> None:
    assert make_excerpt("Retten til sletning, nu", (), [("til", "sletning")]).parts == (
        "Retten ",
        "til sletning",
        ", nu",
    )


def test_a_hit_within_another_is_told_once() -> None:
    excerpt = make_excerpt("Retten til sletning", {stem_of("sletning")}, [("til", "sletning")])

    assert excerpt.parts == ("Retten ", "til sletning", "")
