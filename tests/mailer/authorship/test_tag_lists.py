"""Tag lists: how domains write down keys and signatures (RFC 6376 3.2)."""

import pytest

from mailer.authorship.tag_lists import decode, read_tags


def test_tags_are_read_with_blanks_and_folds_around_them() -> None:
    assert read_tags(b" v=1; a = rsa-sha256;\r\n b=ab=\r\n cd==; ") == {
        "v": b"1",
        "a": b"rsa-sha256",
        "b": b"ab=\r\n cd==",
    }


@pytest.mark.parametrize("octets", [b"v=1; v=1", b"v", b"v=1;;a=b", b"1v=1", b""])
def test_what_is_malformed_or_names_a_tag_twice_is_none(octets: bytes) -> None:
    assert read_tags(octets) is None


@pytest.mark.parametrize(
    ("value", "octets"), [(b"aGVq", b"hej"), (b"aG\r\n Vq", b"hej"), (b"aGV", None), (b"a.Vq", None)]
)
def test_base64_is_decoded_folded_or_not(value: bytes, octets: bytes | None) -> None:
    assert decode(value) == octets
