"""What is refused is told in the reader's language: every refusal has words in each."""

import ast
import re
from pathlib import Path

import pytest

from templates.grounds import languages, load_refusals, tell_refusal
from tickets.errors import BadInput, NotFound
from tickets.reasons import Refusal

HOUSE = Path(__file__).parent.parent.parent
# What mail asks for is done there
OBEYED = ("tickets/acts", "tickets/desk", "tickets/publishing", "tickets/undoing", "mailer/processing/commands")
RAISED = {"BadInput", "NotFound", "Conflict"}
GAP = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_refusal_has_words_and_no_word_is_left_over(language: str) -> None:
    sentences = load_refusals(language).sentences

    assert sentences.keys() == {one.value for one in Refusal}
    assert all(sentence[0].isupper() or sentence[0] == "%" for sentence in sentences.values())
    assert not [sentence for sentence in sentences.values() if sentence.endswith(".")]


def test_both_languages_name_the_same_details_in_other_words() -> None:
    danish, english = load_refusals("da").sentences, load_refusals("en").sentences

    assert {code: set(GAP.findall(one)) for code, one in danish.items()} == {
        code: set(GAP.findall(one)) for code, one in english.items()
    }
    assert {code for code in danish if danish[code] == english[code]} == set()


def test_what_mail_may_ask_for_is_refused_by_codes_that_have_their_details() -> None:
    english = load_refusals("en").sentences
    found = {}
    for room in OBEYED:
        for path in sorted((HOUSE / room).glob("*.py")):
            found |= {
                f"{path.name}:{call.lineno}": call for call in raised(ast.parse(path.read_text(encoding="utf-8")))
            }

    assert len(found) > 30
    assert [place for place, call in found.items() if not is_coded(call, english)] == []


def raised(tree: ast.AST) -> list[ast.Call]:
    calls = [one.exc for one in ast.walk(tree) if isinstance(one, ast.Raise) and isinstance(one.exc, ast.Call)]
    return [one for one in calls if isinstance(one.func, ast.Name) and one.func.id in RAISED]


def is_coded(call: ast.Call, sentences: dict[str, str]) -> bool:
    (told,) = call.args
    if not isinstance(told, ast.Attribute) or ast.unparse(told.value) != "Refusal":
        return False
    return set(GAP.findall(sentences[Refusal[told.attr].value])) == {one.arg for one in call.keywords}


def test_a_refusal_is_told_in_the_language_of_its_reader_and_others_in_their_own_words() -> None:
    refused = NotFound(Refusal.NO_LAWYER, name="Karl Ravn")

    assert tell_refusal("da", refused) == "Karl Ravn er ikke blandt listens jurister"
    assert tell_refusal("en", refused) == "Karl Ravn is none of the list's lawyers"
    assert tell_refusal("da", BadInput("Say what to search for")) == "Say what to search for"
