"""Of a form, what says the same as a text."""

from tickets.form.blocks import BlockKind, Form, FormBlock, FormRun
from tickets.form.fitting import as_text, cut, fit


def block(text: str, kind: BlockKind = BlockKind.PARAGRAPH, **more: bool | int) -> FormBlock:
    return FormBlock(kind, (FormRun(text),), **more)  # type: ignore[arg-type]


FORM: Form = (
    block("RET"), block("Hej alle"), block("Ny frist", BlockKind.HEADING, level=1),
    block("Fristen er flyttet.", BlockKind.ITEM, number=1), block("Venlig hilsen"), block("Karen"),
)  # fmt: skip


def test_a_form_is_cut_to_the_words_of_the_text() -> None:
    assert fit(FORM, "Hej alle\n\nNy frist\n\n1. Fristen er\nflyttet.") == FORM[1:4]
    assert fit(FORM, "Ny frist\n\nFristen er flyttet.") == FORM[2:4]  # a plain text without numbers
    assert fit(FORM, "Ny frist\n\nFristen er flyttet") == FORM[2:4]


def test_what_stands_above_is_told_as_it_is_and_what_differs_has_no_form() -> None:
    found = fit(FORM, "Ja, til 1. maj.\n\nNy frist\n\n1. Fristen er flyttet.")

    assert found == (block("Ja, til 1. maj."), *FORM[2:4])
    assert fit(FORM, "Ny frist\n\n1. Fristen er ikke flyttet.") == ()
    assert fit(FORM, "Fristen er") == ()  # half a block
    assert fit(FORM, "") == fit((), "Hej alle") == ()


def test_a_long_form_is_cut_behind_a_block() -> None:
    assert cut(FORM, 1000) == FORM
    assert cut(FORM, 15) == (*FORM[:2], block("…"))


def test_a_link_is_told_with_where_it_leads_unless_its_words_say_so() -> None:
    href = "https://example.dk/"
    said = (FormRun("Se "), FormRun("vej", href=href), FormRun("ledningen", is_bold=True, href=href), FormRun("."))
    named = (FormRun("example.dk: https://example.dk", href=href),)

    assert as_text((FormBlock(BlockKind.PARAGRAPH, said),)) == "Se vejledningen <https://example.dk/>."
    assert as_text((FormBlock(BlockKind.PARAGRAPH, named),)) == "example.dk: https://example.dk"
