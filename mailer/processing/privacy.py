"""The privacy guard: civil registration numbers, and addresses of ours that are one person's alone."""

from dataclasses import replace
from datetime import datetime

from mailer.privacy.findings import Where
from mailer.privacy.redaction import Redacted, redact
from mailer.sandbox.message import Reading, read_post
from mailer.texts.sign_offs import find_sign_off
from templates.language import load_language
from tickets.mime.keys import point_at, take_keys_out
from tickets.numbers.cpr import mask_address, mask_cpr
from tickets.portal import Portal
from tickets.post import Mailbox, OwnLetter, Post

IN_FILES = (Where.FILE, Where.UNREAD)


def take_numbers_out(octets: bytes, reading: Reading, received_at: datetime, portal: Portal) -> Redacted:
    """The message as it may be filed where numbers stand in it, or may. Files with some are left out, and named."""
    left_out = {one.part: one for one in reading.findings if one.where in IN_FILES and one.part is not None}
    words = load_language(portal.language, portal.timezone)
    note = words.render("mail/left_out.txt", files=list(left_out.values())) if left_out else ""
    redacted = redact(octets, left_out.keys(), note)
    return Redacted(redacted, scrub_post(read_post(redacted, received_at), portal).body_digest)


def mask_names(reading: Reading) -> Reading:
    """The reading with no number in its authors' names and addresses, by which people are remembered."""
    if not any(finding.where is Where.AUTHOR for finding in reading.findings):
        return reading
    authors = tuple(map(_masked, reading.authors))
    author = _masked(reading.post.author)
    return replace(reading, post=replace(reading.post, author=author), authors=authors)


def _masked(author: Mailbox) -> Mailbox:
    return replace(author, name=mask_cpr(author.name), email=mask_address(author.email))


def scrub_post(post: Post, portal: Portal) -> Post:
    """The post without the addresses that only its author may know; letters of ours stand for their tickets."""
    ours = [letter for letter in post.letters if letter.domain == portal.domain.lower()]
    taken = {letter.part for letter in ours}
    text = take_keys_out(_point_at_letters(post, ours, portal), portal)
    return replace(
        post,
        subject=take_keys_out(post.subject, portal),
        text=text,
        quoted=take_keys_out(_replace_letters(post.quoted, ours, portal), portal),
        signature=take_keys_out(_replace_letters(post.signature, ours, portal), portal),
        sign_off=find_sign_off(text) if ours else take_keys_out(post.sign_off, portal),  # not one within a letter
        files=tuple(
            replace(file, name=take_keys_out(file.name, portal)) for file in post.files if file.part not in taken
        ),
        letters=(),
    )


def _point_at_letters(post: Post, letters: list[OwnLetter], portal: Portal) -> str:
    """The text of a post with each letter's ticket in the letter's place, or at its end."""
    text = _replace_letters(post.text, letters, portal)
    folded = _replace_letters(post.folded, letters, portal)
    pointers = dict.fromkeys(point_at(letter, portal) for letter in letters)
    missing = [pointer for pointer in pointers if pointer not in text and pointer not in folded]
    return "\n\n".join(filter(None, [text.rstrip("\n"), *missing])) if missing else text


def _replace_letters(text: str, letters: list[OwnLetter], portal: Portal) -> str:
    for letter in letters:
        if letter.text:
            text = text.replace(letter.text, point_at(letter, portal))
    return text
