import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mime.parts import open_part, parse
from mailer.reading.bodies import read_body, safe_name
from mailer.sandbox.message import read_message
from mailer.texts.quoting import Layer, read_layers
from support.checkout import MESSAGES
from support.timing import costing_at_most, is_linear
from tickets.tokens import Signer

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FRAGMENTS = [
    b"\n",
    b"\n\n",
    b"\x00",
    b"\xff",
    b'"',
    b"(",
    b"=?utf-8?q?=",
    b"?=",
    b"--b\n",
    b"*0*=",
    b"*=",
    b";",
    b"<",
    b",",
]
EXPECTED: dict[str, Any] = json.loads((MESSAGES / "expected.json").read_text())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_message_of_the_danish_corpus_reads_as_its_author_meant_it(name: str) -> None:
    expected = EXPECTED[name]

    post = read_message((MESSAGES / f"{name}.eml").read_bytes(), NOW).post

    assert post.author.email == expected["author"]
    assert post.subject == expected["subject"]
    assert post.text.strip() == expected["new_text"]
    assert any(part.startswith(expected["folded_starts"]) for part in (post.signature, post.quoted))
    assert bool(post.folded) == bool(expected["folded_starts"])
    assert expected["quote"] in post.folded
    assert [file.name for file in post.files] == expected["files"]
    assert bool(post.robot) == expected["robot"]


def squeezed(text: str | None) -> str:
    return "".join((text or "").split()).lower()


def test_replies_of_foreign_programs_lose_their_history_and_nothing_else(corpus: Path) -> None:
    expected: dict[str, dict[str, str]] = json.loads((corpus / "talon/expected.json").read_text())

    read, alone, with_signature = 0, 0, 0
    for name, wanted in expected.items():
        octets, reply = (corpus / "talon/messages" / name).read_bytes(), squeezed(wanted["reply_text"])
        layers = read_layers(read_body(parse(octets)).text)
        read += squeezed(read_message(octets, NOW).post.text) == reply
        alone += squeezed(layers.pick({Layer.OWN})) == reply
        with_signature += reply in map(squeezed, [layers.pick({Layer.OWN}), layers.pick({Layer.OWN, Layer.SIGNATURE})])

    assert read >= 18  # one was stored without all that makes it an answer, and so is shown whole
    assert alone >= 19  # the two others want "Sent from my iPhone" and what stands below "-- " in the new text
    assert with_signature == len(expected) == 21


PASTED = "Vi fik denne:\n\nFra: Borger <borger@example.org>\nSendt: i går\nEmne: Indsigt\n\nSlet mig.\n\nHvad gør vi?"


@pytest.mark.parametrize(
    "subject", ["Indsigt", "VS: Indsigt", "Vs.: SV: Indsigt", "[EKSTERN] Fwd: Indsigt", "Reglerne: nye"]
)
def test_what_is_passed_on_or_put_into_a_question_is_shown(subject: str) -> None:
    octets = f"From: a@b.dk\r\nSubject: {subject}\r\n\r\n{PASTED}".encode()

    assert read_message(octets, NOW).post.text == PASTED


TOKEN = Signer(b"some sixteen octets").reply_token(1, 1, 1)
TO_US = f"Subject: x\r\nTo: databeskyttelse+{TOKEN}@example.dk"


@pytest.mark.parametrize(
    "fields", ["Subject: SV: Indsigt", "Subject: [EKSTERN] RE: VS: x", "Subject: x\r\nIn-Reply-To: <a@b>", TO_US]
)
def test_what_stands_below_an_answer_is_folded(fields: str) -> None:
    head, answer = f"From: a@b.dk\r\n{fields}\r\n\r\n", PASTED.replace("Vi fik denne:", "Vi er enige.")
    post = read_message(f"{head}{answer}".encode(), NOW).post

    assert (post.text, post.quoted.partition(" ")[0]) == ("Vi er enige.", "Fra:")
    assert read_message(f"{head}{PASTED}".encode(), NOW).post.text == PASTED  # the author says that they put it in


HOSTILE = {
    "parentheses": b"To: " + b"(" * 900,
    "quotes": b"To: " + b'"' * 40_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 20_000,
    "references": b"References: " + b"<a@b> " * 5_000,
    "recipients": b"To: " + b",".join(b"a%d@b.dk" % number for number in range(10_000)),
    "parameters": b"Content-Type: text/plain; " + b"a;" * 300_000,
    "continuations": b"Content-Type: text/plain; " + b"".join(b"title*%d=a;" % number for number in range(20_000)),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_field_costs_little(name: str) -> None:
    with costing_at_most(1):
        reading = read_message(b"From: a@b.dk\r\n" + HOSTILE[name] + b"\r\n\r\nhej\r\n", NOW)

        assert reading.post.text == "hej"


def test_a_header_section_is_read_up_to_a_limit_and_the_body_behind_it_all_the_same() -> None:
    octets = b"From: a@b.dk\r\n" + b"X-Filler: a\r\n" * 30_000 + b"Subject: sent\r\n\r\nhej\r\n"

    post = read_message(octets, NOW).post

    assert (post.author.email, post.subject, post.text) == ("a@b.dk", "", "hej")
    assert "has a header section of more than 256 kB" in post.defects


def test_attached_messages_by_the_thousand_are_a_defect_and_not_a_failure() -> None:
    octets = b"From: a@b.dk\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"\r\nhej"

    assert any("deep" in defect for defect in read_message(octets, NOW).post.defects)


HTML = {
    "elements within elements": ("<div>" * 200_000 + "hej", "hej"),
    "a long attribute": (f'<p title="{"a" * 1_000_000}">hej</p>', "hej"),
    "many attributes": (f"<p {' '.join(f'a{number}=b' for number in range(20_000))}>hej</p>", "hej"),
    "a comment without an end": ("<p>hej</p><!-- " + "-" * 500_000, "hej"),
    "a second document": ("<html><body>hej</body></html><html><body>igen</body></html>", "igen"),
    "text behind the end": ("<html><body>hej</body></html>igen", "igen"),
}


@pytest.mark.parametrize("name", sorted(HTML))
def test_hostile_html_costs_little_and_loses_no_text(name: str) -> None:
    html, wanted = HTML[name]
    with costing_at_most(1):
        text = read_message(f"From: a@b.dk\r\nContent-Type: text/html\r\n\r\n{html}".encode(), NOW).post.text

        assert wanted in text


REPEATED = [
    "<hr>", "<hr>a\n", "<br>\n", "<p>a</p>", "<p>CPR</p>", "<b>a</b>",
    "<li>a", "<td>a", "<blockquote type=cite>a</blockquote>", "<div id=appendonsend>a</div>",
    "<", "<a", "a", "</p>", "&#1;", "010190-1234\n", "cpr 0101901234\n", "æ 010190 1234 ", "scan 241126-1530.pdf ",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["html", "plain"])
@pytest.mark.parametrize("token", REPEATED)
def test_reading_one_token_over_and_over_takes_linear_time(token: str, kind: str) -> None:
    head = f"From: a@b.dk\r\nSubject: SV: x\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n".encode()

    assert is_linear(lambda body: read_message(head + body, NOW), token.encode() * (20_000 // len(token.encode())))


@pytest.mark.parametrize(
    "lines",
    [
        "Subject: a\r\nSubject: b",
        "Content-Type: text/plain\r\nContent-Type: text/html",
        "Content-Type: multipart/mixed",
        'Content-Type: multipart/mixed; boundary=""',
        'Content-Type: text/plain; charset="utf-8\r\n',
        "Content-Transfer-Encoding: x-uuencode",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: nonsense",
        "Message-ID: <>",
        "Message-ID: <a@b>\r\nMessage-ID: <c@d>",
        "Subject: a\0b",
        "Subject: \ud83d\ude00 \u202e\u200b" + "a\u0301" * 1_000,
        "Date: Mon, 99 Foo 2026",
        "no field at all",
    ],
)
def test_an_odd_header_section_still_gives_a_post_that_a_database_takes(lines: str) -> None:
    octets = (
        b"From: a@b.dk\r\n" + lines.encode("utf-16", "surrogatepass").decode("utf-16").encode() + b"\r\n\r\nhej\r\n"
    )

    post = read_message(octets, NOW).post

    assert post.author.email == "a@b.dk"
    assert "\0" not in post.subject + post.text + post.message_id
    assert f"{post.subject}{post.text}{post.message_id}".encode()


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?a=0D=0ABcc:_x@evil.dk?=",
        "=?utf-8?b?YQ0KQmNjOiB4QGV2aWwuZGs=?=",
        "a\r\n =?utf-8?q?=0ABcc:_x?=",
        "a\rBcc: x",
    ],
)
def test_an_encoded_line_end_becomes_no_field(subject: str) -> None:
    octets = (
        f"From: {subject} <a@b.dk>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: application/pdf; name="{subject}"\r\n\r\nhej'
    ).encode()

    post = read_message(octets, NOW).post

    said = [post.subject, post.author.name, post.message_id, *(file.name for file in post.files)]
    assert not [one for one in said if set(one) & set("\r\n\x85\u2028\u2029")]


@pytest.mark.parametrize("charset", ["rot13", "idna", "undefined", "punycode", "x-unknown", "utf-7", "base64"])
def test_an_odd_charset_is_no_reason_to_fail(charset: str) -> None:
    octets = f"From: a@b.dk\r\nContent-Type: text/plain; charset={charset}\r\n\r\nhej\r\n".encode()

    assert read_message(octets, NOW).post.text == "hej"


@pytest.mark.parametrize("depth", [60, 900, 3_000])
def test_parts_nested_too_deep_are_a_defect_and_not_a_failure(depth: int) -> None:
    nest = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )

    reading = read_message(b"From: a@b.dk\r\n" + nest + b"\r\nhej", NOW)

    assert any("deep" in defect for defect in reading.post.defects)


def test_no_more_than_a_thousand_parts_are_read() -> None:
    octets = b"From: a@b.dk\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nhej\r\n" * 10_000

    reading = read_message(octets, NOW)

    assert "has more than 1000 parts" in reading.post.defects


def test_no_octets_at_all_are_a_message_of_some_kind() -> None:
    for octets in (b"", b"\r\n", b"\xff\x00", b":", b"From"):
        assert read_message(octets, NOW).post.message_id.endswith("@missing.invalid")


def test_two_from_fields_name_no_author_to_trust() -> None:
    reading = read_message(b"From: a@example.dk\r\nFrom: b@example.org\r\n\r\nhej", NOW)

    assert reading.authors == ()


def test_a_date_beyond_belief_is_none() -> None:
    reading = read_message(b"From: a@b.dk\r\nDate: Mon, 1 Jan 99999 00:00:00 +0000\r\n\r\nhej", NOW)

    assert reading.post.sent_at is None


def test_an_attachment_opens_as_it_was_sent() -> None:
    octets = (MESSAGES / "vedhaeftet-aeoeaa-2231.eml").read_bytes()
    file = read_message(octets, NOW).post.files[0]

    content = open_part(octets, file.part)

    assert content.startswith(b"%PDF-1.4\n")
    assert content.endswith(b"%%EOF\n")
    assert file.size == len(content)


def test_a_long_file_name_keeps_its_ending() -> None:
    assert len(safe_name("a" * 1_000 + ".pdf")) <= 120
    assert safe_name("a" * 1_000 + ".pdf").endswith(".pdf")


PIECES = st.sampled_from(
    [
        b"From: a@b.dk", b"From", b":", b"Subject: ", b"=?utf-8?q?a=0D=0Ab?=", b"Content-Type: ", b"multipart/mixed",
        b"multipart/alternative", b"message/rfc822", b"text/html", b"text/plain", b"application/pkcs7-mime",
        b"application/ms-tnef", b"; boundary=b", b"; charset=utf-16", b"; name*0*=utf-8''%C3", b"\r\n", b"\n", b"\r",
        b"\r\n\r\n", b"--b\r\n", b"--b--", b"Content-Transfer-Encoding: base64\r\n", b"aGVq", b"=", b"<p>", b"</p>",
        b"<!--", b"cid:", b"\0", b"\xff", b"\xc3\xa6", b"> ", b"-- \r\n", b"\x30\x80", b"\x78\x9f\x3e\x22",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=8), max_size=40))
def test_no_octets_make_reading_fail(pieces: list[bytes]) -> None:
    octets = b"".join(pieces)

    post = read_message(octets, NOW).post

    assert post.message_id
    for file in post.files:
        assert len(open_part(octets, file.part)) == file.size


def test_mutants_of_the_corpus_are_read_all_the_same() -> None:
    chance = random.Random(3)
    originals = [path.read_bytes() for path in sorted(MESSAGES.glob("*.eml"))]

    for _ in range(1_000):
        octets = bytearray(chance.choice(originals))
        for _ in range(8):
            place = chance.randrange(len(octets) + 1)
            octets[place : place + chance.randrange(3)] = chance.choice(FRAGMENTS)

        post = read_message(bytes(octets), NOW).post

        for file in post.files:
            assert len(open_part(bytes(octets), file.part)) == file.size
