"""The privacy guard: civil registration numbers, and addresses of ours that are one person's alone."""

import re
from dataclasses import replace
from datetime import datetime

from mailer.findings import Where
from mailer.message import Reading, read_message
from mailer.redaction import Redacted, redact
from templates.language import load_language
from tickets.cpr import mask_cpr
from tickets.portal import Portal
from tickets.post import Post
from tickets.tokens import ALPHABET, LENGTH


def take_numbers_out(octets: bytes, reading: Reading, received_at: datetime, portal: Portal) -> Redacted:
    """The message as it may be filed where numbers stand in it. Files that hold some are left out, and named."""
    left_out = {one.part: one.name for one in reading.findings if one.where is Where.FILE and one.part is not None}
    words = load_language(portal.language, portal.timezone)
    note = words.render("mail/left_out.txt", names=list(left_out.values())) if left_out else ""
    redacted = redact(octets, left_out.keys(), note)
    post = read_message(redacted, received_at).post
    return Redacted(redacted, scrub_post(post, portal).body_digest)


def mask_names(reading: Reading) -> Reading:
    """The reading with no number in its authors' names, by which people are remembered."""
    if not any(finding.where is Where.AUTHOR for finding in reading.findings):
        return reading
    authors = tuple(replace(author, name=mask_cpr(author.name)) for author in reading.authors)
    author = replace(reading.post.author, name=mask_cpr(reading.post.author.name))
    return replace(reading, post=replace(reading.post, author=author), authors=authors)


def scrub_post(post: Post, portal: Portal) -> Post:
    """The post without the addresses that only its author may know."""
    return replace(
        post,
        subject=scrub_own_addresses(post.subject, portal),
        text=scrub_own_addresses(post.text, portal),
        quoted=scrub_own_addresses(post.quoted, portal),
    )


def scrub_own_addresses(text: str, portal: Portal) -> str:
    """The text without what is meant for one reader: signed addresses and links of this portal."""
    if "+" not in text and portal.base_url not in text and "-" not in text:
        return text
    token = rf"(?<=[a-z0-9._-])[+-][{ALPHABET}oil]{{{LENGTH}}}(?=@[a-z0-9])"
    text = re.sub(token, "", text, flags=re.IGNORECASE)
    links = rf"{re.escape(portal.base_url)}/(?:unsubscribe|login|proposals|resume)/[^\s<>\"')]+"
    return re.sub(links, portal.base_url, text)
