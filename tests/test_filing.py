"""A bare "tak" is no reason to open a ticket again; a tak with something behind it is."""

import pytest

from tickets.filing import is_mere_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Tak", "tak!", "Mange tak.", "Tusind tak :-)", "Tak for hjælpen!", "Tak for dit svar.", "Mange tak for svaret",
        "Hej Anders\n\nTak for hjælpen\n\nVenlig hilsen\nMette",
        "Kære jurister\nTak\n\nMvh Mette", "Tak for det. God dag",
    ],
)  # fmt: skip
def test_thanks_alone_are_mere_thanks(text: str) -> None:
    assert is_mere_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Tak. En ting mere: gælder det også børn?", "Tak, men det var ikke det, jeg spurgte om.", "Takket være jer",
        "Tak for svaret. Må vi så også slette?", "Nej tak", "Taksten er for høj", "Ja", "Tak for hjælpen, men hvornår?",
        "Tak. Hilsen Mette\nPS: Hvor længe må vi gemme det?",
    ],
)  # fmt: skip
def test_thanks_and_more_are_not(text: str) -> None:
    assert not is_mere_thanks(text)
