"""Forms as HTML of our own."""

from collections.abc import Sequence

import pytest

from templates.forms import show_form, whither
from templates.language import prose
from tickets.form.blocks import BlockKind, FormBlock, FormRun

EVIL = '<script>"&'


def items(*entries: tuple[str, int, int | None]) -> list[FormBlock]:
    return [FormBlock(BlockKind.ITEM, (FormRun(text),), level, number) for text, level, number in entries]


def shown(form: Sequence[FormBlock]) -> str:
    return "".join(line.strip() for line in show_form(form, 2).split("\n"))


def test_lists_lie_in_lists() -> None:
    form = items(("a", 0, None), ("b", 1, 1), ("c", 1, 2), ("d", 0, None), ("e", 0, 3))

    assert shown(form) == '<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul><ol start="3"><li>e</li></ol>'


def test_a_list_may_begin_deep_and_end_high() -> None:
    assert shown(items(("a", 2, None), ("b", 0, None))) == "<ul><li>a</li></ul><ul><li>b</li></ul>".replace(
        "</ul><ul>", ""
    )


@pytest.mark.parametrize("kind", [kind for kind in BlockKind if kind is not BlockKind.RULE])
def test_words_are_never_html(kind: BlockKind) -> None:
    run = FormRun(EVIL, is_bold=True, href="https://example.dk/?a=1&b='\"><x>")
    form = (FormBlock(kind, (run,), level=1, cells=((run,),) if kind is BlockKind.ROW else ()),)

    html = show_form(form, 2)

    assert "&lt;script&gt;&#34;&amp;" in html
    assert "<script" not in html
    assert '"><x>' not in html


def test_headings_begin_where_the_page_has_room_for_them() -> None:
    form = [FormBlock(BlockKind.HEADING, (FormRun(text),), level) for text, level in (("a", 2), ("b", 3))]

    assert prose("", form) == "<h2>a</h2>\n<h3>b</h3>"
    assert prose("", form, 4) == "<h4>a</h4>\n<h5>b</h5>"


def test_a_link_tells_where_it_leads() -> None:
    def link(words: str, href: str) -> str:
        return shown([FormBlock(BlockKind.PARAGRAPH, (FormRun(words, href=href),))])

    assert link("her", "https://www.example.dk/x").endswith('her</a> <span class="small">(example.dk)</span></p>')
    assert link("Bank.dk", "https://bank.dk@example.org/").endswith('<span class="small">(example.org)</span></p>')
    assert link("example.dk", "https://example.dk/x").endswith("example.dk</a></p>")
    assert link("skriv", "mailto:karen@example.dk").endswith("(karen@example.dk)</span></p>")
    assert whither("https://[") == "https://["
    assert whither("https://elsewhere.example.org\\@example.dk/") == "elsewhere.example.org"  # as browsers read it
