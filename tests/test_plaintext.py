"""HTML as text, and where it says that old text begins."""

import time

import pytest

from mailer.leadins import MARK
from mailer.plaintext import html_to_text, mark_as_html
from templates.language import load_language

MARKED = [
    '<div id="divRplyFwdMsg">Gammelt</div>',
    '<div id="x_x_divRplyFwdMsg">Gammelt</div>',
    '<div id="appendonsend"></div><p>Gammelt</p>',
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>Gammelt</p></div>',
    "<div style='BORDER-TOP: solid #b5c4df 1pt'><p>Gammelt</p></div>",
    '<div class="x_gmail_quote x_other">Gammelt</div>',
    '<div class="moz-cite-prefix">Gammelt</div>',
    '<div class="letter" data-dialogportal="letter"><p>Gammelt</p></div>',
]


@pytest.mark.parametrize("html", MARKED)
def test_the_mark_of_a_mail_program_stands_before_the_old_text(html: str) -> None:
    assert html_to_text(f"<p>Nyt</p>{html}<p>Mere</p>").split("\n")[2] == f"{MARK}Gammelt"


@pytest.mark.parametrize(
    "html",
    [
        f"<p>Nyt {MARK}</p>",
        '<table><tr><td style="border-top:solid windowtext 1.0pt">Nyt</td></tr></table>',
        '<div id="x_main" class="quoteless">Nyt</div>',
        "<div>" * 300 + f"{MARK}Nyt",
    ],
)
def test_nobody_else_makes_a_mark(html: str) -> None:
    assert MARK not in html_to_text(html)


def test_a_quote_is_told_from_what_its_author_indented() -> None:
    html = '<blockquote type="cite">Citat</blockquote><blockquote style="margin:0 0 0 40px">Lovtekst</blockquote>'

    assert html_to_text(html) == "> Citat\n\nLovtekst"


@pytest.mark.parametrize("html", MARKED)
def test_the_plain_part_gets_the_mark_that_the_html_has(html: str) -> None:
    text = "Nyt\n\n_____\nGammelt\nsom det var, da\nvi skrev"

    assert mark_as_html(text, f"<p>Nyt</p>{html}<p>som det var, da vi skrev</p>") == text.replace("Gam", f"{MARK}Gam")


def test_a_plain_part_that_says_something_else_gets_no_mark() -> None:
    assert mark_as_html("Nyt og andet", f"<p>Nyt</p>{MARKED[0]}<p>som det var, da vi skrev</p>") == "Nyt og andet"
    assert mark_as_html("Nyt", "<p>Nyt</p>") == "Nyt"


def test_our_own_letters_carry_their_mark() -> None:
    html = load_language("da", "Europe/Copenhagen").render("mail/layout.html", title="Brev")

    assert 'data-dialogportal="letter"' in html


@pytest.mark.parametrize("token", ["\n", "G\n", "Gammelt\n", "Gammelt som det \n", "G"])
def test_a_long_plain_part_is_compared_in_no_time(token: str) -> None:
    text = token * (1_000_000 // len(token))
    started = time.process_time()

    mark_as_html(text, f"<p>Nyt</p>{MARKED[0]}<p>som det var, da vi skrev</p>")

    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "attribute", ['id="' + "x_" * 400_000 + '"', 'class="' + "x_a " * 200_000 + '"', 'style="' + "border-top:" * 80_000]
)
def test_an_endless_attribute_costs_little(attribute: str) -> None:
    started = time.process_time()

    html_to_text(f"<div {attribute}>a</div>")

    assert time.process_time() - started < 1
