"""Scrubbing: a post without the addresses that are one person's alone."""

from dataclasses import replace

from mailer.mime.keys import point_at, take_keys_out
from mailer.texts.sign_offs import find_sign_off
from tickets.form.blocks import Form, links_of
from tickets.portal import Portal
from tickets.post import OwnLetter, Post


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
        form=() if _has_keys(post.form, portal) else post.form,
    )


def _has_keys(form: Form, portal: Portal) -> bool:
    """Whether one of those addresses stands in a form, or a link leads there: it goes with the text alone then."""
    told = "\n".join([*(block.told for block in form), *links_of(form)])
    return bool(told) and take_keys_out(told, portal) != told


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
