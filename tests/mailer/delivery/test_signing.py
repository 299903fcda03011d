"""Whether our signatures hold, by the word of another program than ours (dkimpy)."""

import re
import stat
from datetime import datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailer.delivery.signing import BITS, Key, SigningCopier, make_key, read_keys, write_key
from mailer.letters.letters import Copier, compose, marks_for
from mailer.sections import Dkim
from support.drafts import MESSAGE_ID, a_delivery, a_draft, a_letter
from support.drafts import mailing_list as mailing_list
from tickets.database.models import Capacity, MailingList
from tickets.errors import BadInput
from tickets.portal import Portal
from tickets.tokens import Signer

TEXTS = (
    "Må vi udlevere en afgørelse?",
    "Mange   blanke  tegn \t og tabulatorer\t\nog linjer\n\n\nuden noget\n\n\n\n",
    "",
    "Svar her: {reply} og her: {reply}\n",
)


@pytest.fixture(scope="module")
def rsa_key() -> Key:
    return make_key("portal", "example.dk")


@pytest.fixture(scope="module")
def keys(rsa_key: Key) -> tuple[Key, ...]:
    return rsa_key, Key(Ed25519PrivateKey.generate(), "portal-ed25519", "example.dk")


def a_copier(portal: Portal, signer: Signer, mailing_list: MailingList, now: datetime, text: str) -> Copier:
    told = text.replace("{reply}", marks_for(signer, MESSAGE_ID).unsubscribe)
    octets = compose(portal, a_draft(signer, mailing_list, now, text=told), "da", now)
    return Copier(portal, signer, a_letter(octets, now), mailing_list, 42)


def holds(octets: bytes, keys: tuple[Key, ...], number: int = 0) -> bool:
    """What dkimpy says of one signature, the topmost first."""
    records = {f"{key.name}.".encode(): key.record.encode() for key in keys}
    try:
        return bool(dkim.DKIM(octets).verify(number, dnsfunc=lambda name, timeout=5: records.get(name)))
    except dkim.ValidationError:  # the body's hash is another
        return False


@pytest.mark.alike
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("capacity", [Capacity.SUBSCRIBER, Capacity.LAWYER])
def test_both_signatures_of_every_copy_hold(portal, signer, mailing_list, now, keys, text: str, capacity) -> None:
    copier = SigningCopier(a_copier(portal, signer, mailing_list, now, text), keys, lambda: now)

    copies = [copier.copy(a_delivery(now, capacity, person_key=key)) for key in (7, 8)]

    assert [holds(copy, keys, number) for copy in copies for number in (0, 1)] == [True] * 4
    assert copies[0] != copies[1]


@pytest.mark.alike
@pytest.mark.parametrize(
    "change",
    [
        (b"Subject: ", b"Subject: Haster! "),
        (b"\r\nSubject: ", b"\r\nSubject: Andet\r\nSubject: "),
        (b"\r\nMIME-Version", b"\r\nCc: ole@example.org\r\nMIME-Version"),
        (b"List-Unsubscribe: <", b"List-Unsubscribe: <https://andet.example.org/>, <"),
        (b"List-Unsubscribe-Post: List-Unsubscribe", b"List-Unsubscribe-Post: x"),
        (b"afg", b"AFG"),
    ],
)
def test_what_is_changed_on_the_way_is_told(portal, signer, mailing_list, now, keys, change) -> None:
    copier = SigningCopier(a_copier(portal, signer, mailing_list, now, TEXTS[0]), keys, lambda: now)
    copy = copier.copy(a_delivery(now, Capacity.SUBSCRIBER))
    assert change[0] in copy

    changed = copy.replace(*change, 1) if change[0] != b"afg" else change[1].join(copy.rsplit(change[0], 1))

    assert not holds(changed, keys, 0)


def test_a_letter_is_the_same_but_for_its_signatures(portal, signer, mailing_list, now, keys) -> None:
    plain = a_copier(portal, signer, mailing_list, now, TEXTS[3])

    signed = SigningCopier(plain, keys, lambda: now).copy(a_delivery(now))

    own = signed.removesuffix(plain.copy(a_delivery(now)))
    assert len(re.findall(rb"^DKIM-Signature:", own, re.MULTILINE)) == 2
    assert max(map(len, own.split(b"\r\n"))) <= 78


def test_a_key_that_is_written_is_read_again_and_is_its_owners_alone(tmp_path: Path, rsa_key: Key) -> None:
    path = tmp_path / "dkim.pem"

    write_key(rsa_key, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    [read] = read_keys(Dkim(key_file=path), "example.dk")
    assert (read.name, read.record) == ("portal._domainkey.example.dk", rsa_key.record)
    assert read.private.key_size == BITS  # type: ignore[union-attr]
    with pytest.raises(BadInput, match="already"):
        write_key(rsa_key, path)


def test_a_key_that_cannot_be_used_is_named_with_what_is_wrong(tmp_path: Path, rsa_key: Key) -> None:
    garbage, other = tmp_path / "garbage.pem", tmp_path / "rsa.pem"
    garbage.write_text("ikke en nøgle")
    write_key(rsa_key, other)

    for section, told in (
        (Dkim(key_file=tmp_path / "nothing.pem"), "cannot be read"),
        (Dkim(key_file=garbage), "no private key"),
        (Dkim(ed25519_key_file=other), "no key of the kind"),
    ):
        with pytest.raises(BadInput, match=told):
            read_keys(section, "example.dk")
