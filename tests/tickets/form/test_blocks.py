"""Forms as they are stored."""

import json

from tickets.form.blocks import BlockKind, FormBlock, FormRun, as_stored, from_stored

FORM = (
    FormBlock(BlockKind.HEADING, (FormRun("Nyt om æbler"),), level=2),
    FormBlock(
        BlockKind.PARAGRAPH, (FormRun("Se "), FormRun("her", is_bold=True, is_italic=True, href="https://example.dk/"))
    ),
    FormBlock(BlockKind.ITEM, (FormRun("tre", is_struck=True),), level=1, number=3),
    FormBlock(BlockKind.ITEM, (FormRun("mere"),), level=1, goes_on=True),
    FormBlock(BlockKind.ROW, cells=((FormRun("Frist"),), ()), is_head=True),
)


def test_a_form_is_read_as_it_was_stored() -> None:
    assert from_stored(json.loads(json.dumps(as_stored(FORM)))) == FORM
    assert as_stored(()) is None
    assert from_stored(None) == ()


def test_a_stored_link_of_another_kind_leads_nowhere() -> None:
    stored = [{"k": "p", "r": [["her", "", "javascript:alert(1)"]]}]

    assert from_stored(stored)[0].runs == (FormRun("her"),)
