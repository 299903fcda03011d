"""Mails' HTML as forms: what is kept of it, and what is left behind."""

import re

import pytest

from mailer.texts.html_forms import find_form, read_form
from mailer.texts.plaintext import html_to_text
from support.timing import is_linear
from tickets.form.blocks import BlockKind, FormRun, links_of
from tickets.form.fitting import as_text

OUTLOOK = """<html><head><style>p.MsoNormal {margin:0cm}</style></head><body lang=DA><div class=WordSection1>
<p class=MsoNormal>Kære alle<o:p></o:p></p><h1>Ny vejledning<o:p></o:p></h1>
<p class=MsoNormal>Den <b>gælder</b> fra <i>1. januar</i>, læs <a href="https://www.tilsynet.example.dk/v?x=1&amp;y=2">hos
tilsynet</a>.<br>Næste linje<br><br>Nyt afsnit</p>
<ul style='margin-top:0cm' type=disc><li class=MsoListParagraph>Opdatér fortegnelsen<ul><li>også bilag</li></ul></li>
<li class=MsoListParagraph>Spørg leverandøren</li></ul>
<ol start=3><li>tre</li><li><p>fire</p><p>mere af fire</p></li></ol>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>
<span style='mso-list:Ignore'>1.<span>&nbsp; </span></span>Word</p>
<table border=1><tr><td><p>Frist</p></td><td><p>Opgave</p></td></tr>
<tr><td><p>1. marts</p></td><td><p>Skema</p></td></tr>
</table></div></body></html>"""
READ = """Kære alle

Ny vejledning

Den gælder fra 1. januar, læs hos tilsynet <https://www.tilsynet.example.dk/v?x=1&y=2>.
Næste linje

Nyt afsnit

- Opdatér fortegnelsen
   - også bilag
- Spørg leverandøren
3. tre
4. fire
  mere af fire
1. Word

Frist | Opgave
1. marts | Skema"""


def test_what_outlook_writes_is_read_block_by_block() -> None:
    form = read_form(OUTLOOK)

    assert as_text(form) == READ
    kinds = ["p", "h", "p", "p", "p", "li", "li", "li", "li", "li", "li", "li", "tr", "tr"]
    assert [block.kind.value for block in form] == kinds
    assert form[2].runs[1] == FormRun("gælder", is_bold=True)
    assert form[2].runs[3] == FormRun("1. januar", is_italic=True)


def test_a_form_is_of_the_text_and_of_no_more() -> None:
    """The rest, a signature or older mail, stands in no form; and there is none of what says something else."""
    text = html_to_text(OUTLOOK)
    older = OUTLOOK.replace("</div></body>", "<hr><p>Fra: Mette Eksempel</p><h2>Fortroligt</h2></div></body>")
    plain = re.sub(r" <http[^>]*>|^(?:[34]|1(?=. Word))\. ", "", READ, flags=re.MULTILINE)

    assert find_form(OUTLOOK, text) == find_form(older, text) == read_form(OUTLOOK)
    assert find_form(OUTLOOK, plain) == read_form(OUTLOOK)
    assert find_form(OUTLOOK, text.replace("Skema", "Et andet skema")) == ()
    assert find_form("<p>Hej</p><p>Ja, det må I.</p>", "Hej\n\nJa, det må I.") == ()  # nothing but paragraphs


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert('Mette')</script>", "<style>p {background: url(https://spor.example.org/Mette)}</style>",
        "<!-- Mette -->", '<img src="https://spor.example.org/p.gif?Mette" alt="Mette" title="Mette">',
        '<img src="data:image/png;base64,TWV0dGU=">', '<p style="display:none">Mette</p>', "<p hidden>Mette</p>",
        '<span style="font-size:0">Mette</span>', "<title>Mette</title>", "<svg><text>Mette</text></svg>",
        '<iframe src="https://spor.example.org/Mette">Mette</iframe>', "<template>Mette</template>",
        '<input value="Mette">', '<video poster="https://spor.example.org/Mette"></video>', "<![CDATA[ --><b>Mette]]>",
    ],
)  # fmt: skip
def test_what_nobody_is_shown_is_left_behind(hostile: str) -> None:
    form = read_form(f"<h1>Nyt</h1>{hostile.replace('--><b>', '')}<p>Læs <b>det</b></p>")

    assert "Mette" not in repr(form).replace("Mette]]>", "")
    assert "spor.example.org" not in repr(form)


@pytest.mark.parametrize(
    ("href", "leads"),
    [
        ("https://example.dk/a?b=1", "https://example.dk/a?b=1"),
        ("HTTP://example.dk", "http://example.dk"),
        ("mailto:karen@example.dk?subject=Om%20Mette&body=Mette", "mailto:karen@example.dk"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,Mette", None),
        ("vbscript:x", None),
        ("file:///etc/passwd", None),
        ("//example.org/x", None),
        ("/unsubscribe/x", None),
        ("#m7", None),
    ],
)
def test_links_lead_to_pages_and_addresses_alone(href: str, leads: str | None) -> None:
    form = read_form(f'<p>Se <a href="{href}" title="Mette" onclick="x()" ping="https://example.org/">her</a></p>')

    assert list(links_of(form)) == ([leads] if leads else [])
    assert form[0].told == "Se her"


def test_a_table_that_lays_out_a_page_is_no_table() -> None:
    page = (
        "<table><tr><td><h2>Nyt</h2><ul><li>en</li></ul></td><td>Kolonne</td></tr><tr><td>a</td><td>b</td></tr></table>"
    )

    assert BlockKind.ROW not in {block.kind for block in read_form(page)}
    assert BlockKind.ROW not in {block.kind for block in read_form("<table><tr><td>kun en</td></tr></table>")}


@pytest.mark.any_database
def test_reading_takes_no_longer_than_what_is_read() -> None:
    piece = '<p>Se <a href="https://example.dk/">her</a></p><ul><li>en</li></ul>'

    assert is_linear(read_form, piece * 300)
    assert read_form("<div>" * 100_000) == () == find_form("<b>" * 100_000, "x")
