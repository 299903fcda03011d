"""Every kind of letter is declared once, and can be written in both languages and both parts."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

from mailer.letters.declaration import Declaration, LetterBudget
from mailer.letters.previewing import Previewed, render_samples, write_previews
from mailer.letters.registry import declarations, declarations_by_event, kinds_for_owners, kinds_within
from mailer.letters.samples import Sample
from templates.language import FOLDER, LANGUAGES, load_language
from tickets.database.models import EventKind, LetterKind

COPENHAGEN = "Europe/Copenhagen"
GIVEN = {"list", "nameless", "title", "language", "_", "ngettext", "gettext"}  # what every template has
SAMPLES = [(declaration, sample) for declaration in declarations().values() for sample in declaration.samples]


def name_of(previewed: Previewed) -> str:
    return f"{previewed.name}.{previewed.language}"


def variables(template: str) -> set[str]:
    """The names that a template reads, with those of the templates that it is made of."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= load_language("en", COPENHAGEN).filters
    tree = environment.parse((FOLDER / template).read_text(encoding="utf-8"))
    others = {str(one) for one in meta.find_referenced_templates(tree) if one and one not in IMPORTED}
    imported = {str(name) for node in tree.find_all(nodes.FromImport) for name in node.names}
    own = imported | {node.target.name for node in tree.find_all(nodes.Assign) if isinstance(node.target, nodes.Name)}
    return meta.find_undeclared_variables(tree).union(*map(variables, others)) - own - {"finding"}  # of a loop


IMPORTED = {"mail/words.txt", "mail/sections.txt", "mail/nameless.txt"}  # macros, which read what they are handed


@pytest.mark.parametrize("kind", LetterKind)
def test_every_kind_is_declared_and_has_both_templates(kind: LetterKind) -> None:
    declaration = declarations()[kind]

    for template in declaration.templates:
        assert (FOLDER / "mail" / f"{template}.txt").is_file()
        assert (FOLDER / "mail" / f"{template}.html").is_file()


def test_every_letter_among_the_templates_is_of_some_kind() -> None:
    letters = {path.stem for path in (FOLDER / "mail").glob("*.html")} - {
        "layout",
        "deciding",
        "waiting_question",
        "closed",
    }

    assert letters == {template for one in declarations().values() for template in one.templates}


@pytest.mark.parametrize(("declaration", "sample"), SAMPLES)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_templates_read_what_the_view_has(declaration: Declaration, sample: Sample, part: str) -> None:
    template = sample.template or declaration.kind.value

    assert variables(f"mail/{template}.{part}") <= sample.view.values().keys() | GIVEN


@pytest.mark.parametrize("previewed", list(render_samples(COPENHAGEN)), ids=name_of)
def test_every_kind_can_be_written(previewed: Previewed) -> None:
    parts = previewed.parts

    assert parts.subject == parts.subject.strip() != ""
    assert len(parts.text.split()) > 5
    assert f'lang="{previewed.language}"' in parts.html
    assert "None" not in parts.subject + parts.text


def test_danish_and_english_letters_say_it_in_other_words() -> None:
    texts: dict[str, set[str]] = {}
    for one in render_samples(COPENHAGEN):
        texts.setdefault(one.name, set()).add(one.parts.text)

    assert {name for name, found in texts.items() if len(found) < len(LANGUAGES)} == set()


def test_an_event_causes_the_letters_that_name_it() -> None:
    caused = {event: [one.kind for one in letters] for event, letters in declarations_by_event().items()}

    assert caused[EventKind.ASKED] == [LetterKind.QUESTION, LetterKind.RECEIPT]
    assert caused[EventKind.CPR_FOUND] == [LetterKind.CPR, LetterKind.CPR_HELD]
    assert EventKind.FILED_QUIETLY not in caused


def test_whatever_an_event_causes_can_be_written_about_it() -> None:
    assert [one.kind for one in declarations().values() if bool(one.events) is not (one.write is not None)] == []


def test_letters_of_the_portal_itself_share_a_budget_and_posts_have_none() -> None:
    automatic, asking = set(kinds_within(LetterBudget.AUTOMATIC)), set(kinds_within(LetterBudget.ASKING))

    assert {LetterKind.SUBSCRIBED, LetterKind.HELP, LetterKind.UNDECIDED} <= automatic
    assert asking == {
        LetterKind.AUDIENCE, LetterKind.CPR, LetterKind.PREVIEW, LetterKind.UNCLEAR, LetterKind.UNPROVEN,
    }  # fmt: skip
    assert not (automatic | asking) & {
        LetterKind.QUESTION, LetterKind.ANSWER, LetterKind.LOGIN, LetterKind.RECEIPT, LetterKind.RECEIPTS,
    }  # fmt: skip


def test_an_answer_to_the_digest_is_for_those_who_run_the_list_and_one_to_a_post_is_not() -> None:
    assert LetterKind.DIGEST in kinds_for_owners()
    assert LetterKind.ANSWER not in kinds_for_owners()


def test_previews_are_a_file_for_each_part_and_language(tmp_path: Path) -> None:
    written = write_previews(tmp_path / "breve", COPENHAGEN)

    receipt = tmp_path / "breve" / "receipt-open.da.txt"
    assert receipt in written
    assert "Kære jurister" in receipt.read_text(encoding="utf-8")
    assert "<h1" in receipt.with_suffix(".html").read_text(encoding="utf-8")
    assert len(written) == 4 * len(SAMPLES)
