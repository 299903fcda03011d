"""A token says what it was made to say, and nobody else can make one."""

import hmac
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tickets.tokens import ALPHABET, LENGTH, Signer, looks_like_token

SIGNER = Signer(b"a secret that only the tests know")
STRANGER = Signer(b"a secret that somebody else knows")

KEPT = {
    "reply": "000n0001y4g6zfwy8mv7dprwerk2mzt57m",
    "bounce": "0000009mhba3sqarg358f3gfw5re9nyh9n",
    "unsubscribe": "0000g001xpa3dh1bdnt4var7q4t6d08ycb",
}

small = st.integers(0, (1 << 21) - 1)
large = st.integers(0, (1 << 42) - 1)
anything = st.text(max_size=60) | st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)


@given(list_key=small, number=small, person_key=small)
def test_a_reply_token_tells_the_ticket_and_the_person(list_key: int, number: int, person_key: int) -> None:
    token = SIGNER.reply_token(list_key, number, person_key)

    assert SIGNER.read_reply_token(list_key, token) == (number, person_key)


@given(delivery_key=large)
def test_a_bounce_token_tells_the_delivery(delivery_key: int) -> None:
    assert SIGNER.read_bounce_token(SIGNER.bounce_token(delivery_key)) == delivery_key


@given(list_key=small, person_key=small)
def test_an_unsubscribe_token_tells_the_list_and_the_person(list_key: int, person_key: int) -> None:
    token = SIGNER.unsubscribe_token(list_key, person_key)

    assert SIGNER.read_unsubscribe_token(token) == (list_key, person_key)


@given(number=small, person_key=small)
def test_a_token_is_short_and_of_lower_case_letters_and_digits(number: int, person_key: int) -> None:
    token = SIGNER.reply_token(1, number, person_key)

    assert len(token) == LENGTH
    assert set(token) <= set(string.ascii_lowercase + string.digits)
    assert looks_like_token(token)


@given(number=small, person_key=small, switches=st.lists(st.booleans(), min_size=LENGTH, max_size=LENGTH))
def test_a_token_survives_upper_case_and_look_alikes(number: int, person_key: int, switches: list[bool]) -> None:
    """As mail programs change it, or a person who types it."""
    token = SIGNER.reply_token(1, number, person_key)
    typed = "".join(
        {"0": "O", "1": "l"}.get(letter, letter.upper()) if is_changed else letter
        for letter, is_changed in zip(token, switches, strict=True)
    )

    assert SIGNER.read_reply_token(1, typed) == (number, person_key)


@given(number=small, person_key=small, place=st.integers(0, LENGTH - 1), letter=st.sampled_from(ALPHABET))
def test_a_token_with_one_letter_changed_is_nothing(number: int, person_key: int, place: int, letter: str) -> None:
    token = SIGNER.reply_token(1, number, person_key)
    assume(token[place] != letter)

    assert SIGNER.read_reply_token(1, token[:place] + letter + token[place + 1 :]) is None


@given(text=anything)
def test_nothing_that_was_not_made_here_is_a_token(text: str) -> None:
    assert SIGNER.read_reply_token(1, text) is None
    assert SIGNER.read_bounce_token(text) is None
    assert SIGNER.read_unsubscribe_token(text) is None


@given(first=small, second=small)
def test_a_token_of_another_portal_is_nothing(first: int, second: int) -> None:
    assert SIGNER.read_reply_token(1, STRANGER.reply_token(1, first, second)) is None
    assert SIGNER.read_unsubscribe_token(STRANGER.unsubscribe_token(first, second)) is None


@given(list_key=small, other_key=small, number=small, person_key=small)
def test_a_reply_token_of_one_list_is_nothing_on_another(
    list_key: int, other_key: int, number: int, person_key: int
) -> None:
    assume(list_key != other_key)

    assert SIGNER.read_reply_token(other_key, SIGNER.reply_token(list_key, number, person_key)) is None


@given(first=small, second=small)
def test_a_token_made_for_one_purpose_is_nothing_for_another(first: int, second: int) -> None:
    tokens = {
        "reply": SIGNER.reply_token(1, first, second),
        "unsubscribe": SIGNER.unsubscribe_token(first, second),
        "bounce": SIGNER.bounce_token(first << 21 | second),
    }
    read = {
        "reply": lambda token: SIGNER.read_reply_token(1, token),
        "unsubscribe": SIGNER.read_unsubscribe_token,
        "bounce": SIGNER.read_bounce_token,
    }

    understood = {(made, asked) for made, token in tokens.items() for asked in read if read[asked](token) is not None}

    assert understood == {(purpose, purpose) for purpose in tokens}


@given(first=small, second=small)
def test_tokens_of_different_facts_differ(first: int, second: int) -> None:
    assume(first != second)

    assert SIGNER.reply_token(1, first, second) != SIGNER.reply_token(1, second, first)


@pytest.mark.parametrize("number", [1 << 21, -1])
def test_what_does_not_fit_into_a_token_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="fit into a token"):
        SIGNER.reply_token(1, number, 1)
    with pytest.raises(ValueError, match="fit into a token"):
        SIGNER.unsubscribe_token(1, number)


@pytest.mark.parametrize("number", [1 << 42, -1])
def test_a_delivery_that_does_not_fit_into_a_token_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="fit into a token"):
        SIGNER.bounce_token(number)


def test_tokens_stay_the_same_from_release_to_release() -> None:
    """Somebody may answer an old letter years from now."""
    assert SIGNER.reply_token(1, 42, 7) == KEPT["reply"]
    assert SIGNER.bounce_token(1234) == KEPT["bounce"]
    assert SIGNER.unsubscribe_token(1, 7) == KEPT["unsubscribe"]


def test_marks_differ_by_what_they_stand_for_and_by_portal() -> None:
    marks = {SIGNER.mark("a"), SIGNER.mark("b"), STRANGER.mark("a"), SIGNER.mark("")}

    assert len(marks) == 4
    assert all(len(mark) == 20 for mark in marks)
    assert SIGNER.mark("a") == SIGNER.mark("a")


def test_a_secret_too_short_to_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="16 octets"):
        Signer(b"too short")


@pytest.mark.parametrize("purpose", ["reply", "bounce", "unsubscribe", "resume", "proposal"])
def test_codes_are_compared_in_constant_time(purpose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compare, compared = hmac.compare_digest, list[bool]()
    keys = (1, 42, 7)[: {"reply": 3, "unsubscribe": 2}.get(purpose, 1)]
    token = getattr(SIGNER, f"{purpose}_token")(*keys)
    forged = token[:-1] + ("y" if token.endswith("z") else "z")
    more = keys[:1] if purpose == "reply" else ()

    def noted(given: bytes, wanted: bytes) -> bool:
        compared.append(compare(given, wanted))
        return compared[-1]

    monkeypatch.setattr("tickets.tokens.hmac.compare_digest", noted)
    read = [getattr(SIGNER, f"read_{purpose}_token")(*more, one) for one in (token, forged)]

    assert compared == [True, False]
    assert [one is None for one in read] == [False, True]
