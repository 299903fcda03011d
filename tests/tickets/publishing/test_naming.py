"""The path of a published answer tells what it is about, and nothing else."""

import re

from tickets.publishing.naming import key_of, make_path


def test_a_path_has_the_words_of_the_subject_in_plain_letters() -> None:
    path = make_path("Må vi udlevere en afgørelse til naboen?")

    assert re.fullmatch(r"maa-vi-udlevere-en-afgoerelse-til-naboen-[0-9a-z]{6}", path)


def test_no_two_paths_are_the_same_and_a_long_subject_makes_no_long_one() -> None:
    subject = "meget lange ord " * 30

    paths = {make_path(subject) for _ in range(50)}

    assert len(paths) == 50
    assert max(map(len, paths)) <= 70


def test_a_subject_without_letters_has_a_path_too() -> None:
    path = make_path("§ ?")

    assert path == key_of(path)
