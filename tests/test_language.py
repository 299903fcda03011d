"""What the templates say exists in Danish, and times and texts are as people here read them."""

import ast
import email.errors
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import UndefinedError

from support.timing import costing_at_most
from templates.grounds import load_reasons
from templates.language import FOLDER, load_language, prose
from templates.oddities import load_oddities
from tickets.database.models import Choice, Mode
from tickets.reasons import BounceKind, Grounds, Reason

HOUSE = FOLDER.parent

DANISH = load_language("da", "Europe/Copenhagen")
ENGLISH = load_language("en", "Europe/Copenhagen")
IN_TEMPLATES = [("**.txt", "jinja2"), ("**.html", "jinja2")]
JINJA = {"**.txt": {"trimmed": "true"}, "**.html": {"trimmed": "true"}}


def sentences(folder: Path) -> set[object]:
    return {found[2] for found in extract_from_dir(folder, IN_TEMPLATES, options_map=JINJA)}


@pytest.mark.parametrize(
    ("room", "catalogs"), [("mail", ["mail"]), ("web", ["web", "forms", "desk", "administration"])]
)
def test_every_sentence_in_the_templates_is_translated(room: str, catalogs: list[str]) -> None:
    read = [
        read_po(io.BytesIO((FOLDER / "translations" / f"{name}.da.po").read_bytes()), locale="da") for name in catalogs
    ]

    said = sentences(FOLDER / room)

    assert len(said) > 20
    assert {one for one in said if not any(found.string for po in read if (found := po.get(one)))} == set()  # type: ignore


def test_no_translation_is_left_that_nothing_says() -> None:
    with (FOLDER / "translations" / "mail.da.po").open("rb") as source:
        known = {message.id for message in read_po(source, locale="da") if message.id}

    assert known - sentences(FOLDER / "mail") == set()


@pytest.mark.parametrize("room", ["mail", "web"])
def test_nothing_says_that_mail_is_journalised(room: str) -> None:
    """To a municipality that is what its own case system does."""
    assert "journalis" not in (FOLDER / "translations" / f"{room}.da.po").read_text(encoding="utf-8").lower()


NOTING = {"Unreadable", "append", "NamedMailboxes"}  # calls that are given a note
NOTERS = {"_address_of", "_split"}  # functions
DEFECTS = {
    (kind.__doc__ or kind.__name__).partition("\n")[0].rstrip(".")
    for kind in vars(email.errors).values()
    if isinstance(kind, type) and issubclass(kind, email.errors.MessageDefect) and not kind.__subclasses__()
}


def notes_in_the_code() -> set[str]:
    """All that the code can note of what is odd about a message, `7` where something varies."""
    trees = [ast.parse(path.read_text()) for room in ("mailer", "tickets") for path in (HOUSE / room).rglob("*.py")]
    constants = {
        target.id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = {text for tree in trees for expression in _noted(tree) for text in _texts(expression, constants)}
    return {text for text in found if " " in text}


def _noted(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            is_defect = name != "append" or (
                isinstance(node.func, ast.Attribute) and _name(node.func.value) == "defects"
            )
            yield from node.args if name in NOTING and is_defect else ()
        elif isinstance(node, ast.FunctionDef) and node.name in NOTERS:
            inner = [one for one in ast.walk(node) if isinstance(one, ast.Assign | ast.Return) and one.value]
            yield from (one.value for one in inner if isinstance(one, ast.Return) or _name(one.targets[0]) == "fault")


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _texts(node: ast.expr, constants: dict[str, object]) -> Iterator[str]:
    """What an expression can come to, as far as it stands there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and isinstance(value := constants.get(node.id), str):
        yield value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (text for branch in (node.body, node.orelse) for text in _texts(branch, constants))
    elif isinstance(node, ast.BoolOp | ast.Tuple):
        parts = node.values if isinstance(node, ast.BoolOp) else node.elts
        yield from (text for part in parts for text in _texts(part, constants))


def test_every_note_of_what_is_odd_has_a_danish_sentence() -> None:
    notes = notes_in_the_code()

    assert len(notes) > 30
    assert {"has no Message-ID", "has more than 7 parts", "breaks off"} <= notes
    assert {note for note in notes | DEFECTS if not load_oddities("da").find(note)} == set()


def test_no_sentence_is_left_for_a_note_that_nobody_makes() -> None:
    notes = notes_in_the_code() | DEFECTS
    known = [re.sub(r"%\(\w+\)s", "7", note) for note in load_oddities("da").notes]

    assert {note for note in known if note not in notes} == set()


def test_what_varies_in_a_note_stays_and_is_told_too() -> None:
    told = load_oddities("da")

    assert told("has a file that is encrypted: løn%s.pdf") == "Den har en fil, som er krypteret: løn%s.pdf"
    assert load_oddities("en")("has no Message-ID") == "It has no Message-ID."
    assert told("is of a kind that is to come") == "It is of a kind that is to come."


DETAILS = {"mode": Mode, "choice": Choice, "kind": [*BounceKind, "unknown"]}  # that of an early release


@pytest.mark.parametrize("code", ["da", "en"])
def test_every_reason_has_words_and_nothing_else_has(code: str) -> None:
    reasons = load_reasons(code)

    assert reasons.sentences.keys() == {*Reason}
    assert {name: {*words} for name, words in reasons.details.items()} == {
        name: {*words} for name, words in DETAILS.items()
    }


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_tells_the_same_details_in_both_languages(reason: Reason) -> None:
    danish, english = (re.findall(r"%\((\w+)\)s", load_reasons(code).sentences[reason]) for code in ("da", "en"))

    assert sorted(danish) == sorted(english)
    assert "%" not in load_reasons("da").tell_in_general(reason)


def test_what_varies_in_a_reason_is_told_as_it_is_and_what_is_a_word_in_words() -> None:
    in_danish, in_english = load_reasons("da"), load_reasons("en")

    hidden = Grounds(Reason.ANSWERS_HIDDEN, {"ticket": "DB-3"})
    assert in_danish(hidden) == "Den svarer på DB-3, som afsenderen ikke må se."
    assert in_english(Grounds(Reason.ENCRYPTED, {"kind": "100 %(kind)s"})).startswith(
        "It is encrypted with 100 %(kind)s and"
    )
    assert in_danish(Grounds(Reason.SUBSCRIPTION, {"mode": Mode.EACH})) == "Afsenderen får nu fra listen: hver mail."
    assert in_english(None) == ""


def test_what_was_held_before_it_was_dropped_is_told_with_it() -> None:
    before = Grounds(Reason.LOOKALIKE, {"twin": "mette@øby.example.dk"}).stored()

    told = load_reasons("da")(Grounds(Reason.DISCARDED, {"before": before}))

    assert told.startswith("En administrator har kasseret den. ")
    assert told.endswith("Den kommer fra en adresse, der ligner mette@øby.example.dk, men er en anden.")


def test_telling_takes_linear_time() -> None:
    with costing_at_most(1):
        load_oddities("da")("has a file that " + "is: " * 100_000)


def test_times_are_told_on_the_clock_of_the_place() -> None:
    at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    assert DANISH.day(at) == "mandag den 23. november 2026"
    assert DANISH.moment(at) == "23. nov. 2026 kl. 08.00"
    assert DANISH.clock(at) == "08.00"
    assert ENGLISH.moment(at) == "23 Nov 2026, 08:00"


def test_sizes_are_told_in_round_numbers() -> None:
    assert [DANISH.size(octets) for octets in (1, 12_300, 3_400_000)] == ["1 kB", "12 kB", "3,4 MB"]
    assert ENGLISH.size(3_400_000) == "3.4 MB"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        DANISH.render("mail/login.txt", link="https://example.dk")


def test_a_language_nobody_speaks_here_is_refused() -> None:
    with pytest.raises(ValueError, match="not among the languages"):
        load_language("fr", "Europe/Copenhagen")


def test_prose_keeps_paragraphs_and_lines_and_escapes_the_rest() -> None:
    assert (
        prose("Kære <b>jurister</b>\n\n- et\n- to") == "<p>Kære &lt;b&gt;jurister&lt;/b&gt;</p>\n<p>- et<br>\n- to</p>"
    )


def test_prose_links_web_addresses_and_nothing_else() -> None:
    html = prose("Se https://example.dk/a?b=1&c=2 og javascript://alert(1) og ftp://x.example.dk")

    assert 'href="https://example.dk/a?b=1&amp;c=2"' in html
    assert html.count("href") == 1


@pytest.mark.parametrize("piece", ["https://a.example.dk/ ", "\n \n", "<", "://", "(http://", "www. :// "])
def test_prose_takes_linear_time(piece: str) -> None:
    with costing_at_most(10):  # in quadratic time it would be minutes
        prose(piece * (300_000 // len(piece)))
