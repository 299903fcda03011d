"""Folding: one spelling to compare texts in, and the way back to what was written."""

import pytest

from tickets.text.folding import fold, plain, unicode_domain


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Aalborg Ålborg", "aalborg aalborg"),
        ("SØREN Æbelø", "soeren aebeloe"),
        ("Müller Renée", "muller renee"),
        ("af\u00adgørelse", "afgoerelse"),
        ("Sønder-\nborg", "soenderborg"),
        ("Мette", "mette"),  # the M is Russian
        ("S%C3%B8ren", "soeren"),
        ("S&oslash;ren", "soeren"),
        ("post@xn--bcher-kva.dk", "post@bucher.dk"),
        ("", ""),
    ],
)
def test_what_is_written_otherwise_is_folded_to_the_same(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_a_place_of_the_folded_text_is_found_in_the_one_that_was_written() -> None:
    written = "Kære Søren Ås, på Øen"
    folded = fold(written)

    for word in ("Søren", "Ås", "Øen"):
        at = folded.text.index(fold(word).text)
        assert folded.origin(at) == written.index(word)
        assert folded.origin(at + len(fold(word).text)) == written.index(word) + len(word)


def test_a_name_alone_is_folded_with_its_hyphen_as_it_is() -> None:
    assert plain("Anne-Møller") == "anne-moeller"


@pytest.mark.parametrize(
    ("domain", "told"), [("xn--nrresundby-0cb.dk", "nørresundby.dk"), ("xn--\u00f8", "xn--\u00f8")]
)
def test_a_domain_is_told_without_a_labels_where_it_is_one(domain: str, told: str) -> None:
    assert unicode_domain(domain) == told
