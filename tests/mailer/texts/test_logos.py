"""Logos: pictures of a signature are none to look at, and what was pasted in above it is."""

from mailer.texts.logos import find_logos

HTML = (
    '<p>Se her: <img src="cid:paste@x"></p><p>Med venlig hilsen<br>Mette Eksempel<br><img width=9 src="cid:logo@x"></p>'
    '<div>-----Oprindelig meddelelse-----<br>Fra: Ole<br>Emne: x</div><p>Hej <img src="cid:old@x"></p>'
)


def test_pictures_below_a_signature_are_logos() -> None:
    assert find_logos(HTML, is_answer=False) == {"logo@x"}


def test_in_an_answer_those_in_the_old_mail_came_before() -> None:
    assert find_logos(HTML, is_answer=True) == {"logo@x", "old@x"}


def test_a_text_without_pictures_has_none() -> None:
    assert find_logos("<p>Hej</p>", is_answer=False) == set()
