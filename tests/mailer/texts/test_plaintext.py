"""HTML as text, and where it says that old text begins."""

import pytest

from mailer.texts.leadins import MARK
from mailer.texts.plaintext import html_to_text, mark_as_html
from mailer.texts.quoting import fold
from support.timing import costing_at_most, is_linear
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
    with costing_at_most(1):
        mark_as_html(text, f"<p>Nyt</p>{MARKED[0]}<p>som det var, da vi skrev</p>")


@pytest.mark.parametrize(
    "attribute", ['id="' + "x_" * 400_000 + '"', 'class="' + "x_a " * 200_000 + '"', 'style="' + "border-top:" * 80_000]
)
def test_an_endless_attribute_costs_little(attribute: str) -> None:
    with costing_at_most(1):
        html_to_text(f"<div {attribute}>a</div>")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ol><li>Må vi?</li><li>Hvornår?</li></ol>", "1. Må vi?\n2. Hvornår?"),
        ('<ol start="3"><li>Hvem?</li></ol>', "3. Hvem?"),
        ('<ol type="a"><li>a</li><li value="4">d</li></ol>', "a. a\nd. d"),
        ('<ol type="A"><li>x</li></ol><ol start="uendelig"><li>y</li></ol>', "A. x\n\n1. y"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n\n1. c"),
        ("<pre>Linje et\n  1. to\n\nTre</pre>", "Linje et\n  1. to\n\nTre"),
        ('<div style="white-space: pre-wrap">A\nB</div><p>c\nd</p>', "A\nB\n\nc d"),
        ('<pre>a\n<span style="white-space:normal">b\nc</span></pre>', "a\nb c"),
        ("<textarea>A\nB</textarea>", "A\nB"),
        ("Vi har <s>ikke</s> <del>slet ikke</del> slettet det.", "Vi har ~~ikke~~ ~~slet ikke~~ slettet det."),
        ('Må <span style="text-decoration: line-through">ikke</span> deles', "Må ~~ikke~~ deles"),
        ("10 m<sup>2</sup> og 5<sup>10</sup>", "10 m² og 5¹⁰"),
        ("1<sup>ste</sup>", "1ste"),
        ("<table><tr><td>System</td><td>Frist</td></tr><tr><td><p>Opus</p></td><td><p>5 år</p></td></tr></table>",
         "System\tFrist\nOpus\t5 år"),
        ("<table><tr><td><p>Kære alle</p><p>Må vi?</p></td><td>x</td></tr></table>", "Kære alle\n\nMå vi?\n\nx"),
    ],
)  # fmt: skip
def test_what_html_alone_says_keeps_its_meaning(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<pre>Tak.\n\nDen 2. november 2026 kl. 09.12 skrev Anders Juul &lt;a@x.dk&gt;:\n&gt; Ja.\n&gt; Anders</pre>",
        '<p>Tak.</p><p id="reply-intro">A Juul skrev den 2026-11-02 09:12:</p><blockquote type="cite">Ja.</blockquote>',
        '<p>Tak.</p><p>Ann Juul skrev den 2026-11-02 09:12:</p><blockquote type="cite"><pre>Ja.\nA</pre></blockquote>',
    ],
)
def test_a_quote_in_html_is_folded_however_it_is_written(html: str) -> None:
    assert fold(html_to_text(html))[0] == "Tak."


@pytest.mark.parametrize(
    "piece", ["<li>a", "<ol><li>", "<s>", "<sup>2</sup>", "<tr><td>a<td>b", "<pre>\n  a", "\x04\x03 "]
)
def test_what_is_kept_costs_linear_time(piece: str) -> None:
    assert is_linear(html_to_text, piece * (30_000 // len(piece)))
