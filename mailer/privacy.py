"""The privacy guard: civil registration numbers, and addresses of ours that are one person's alone."""

import re
from dataclasses import replace
from datetime import datetime

from mailer.findings import Where
from mailer.message import Reading, read_post
from mailer.redaction import Redacted, redact
from templates.language import load_language
from tickets.cpr import mask_cpr
from tickets.portal import Portal
from tickets.post import Post
from tickets.tokens import ALPHABET, LENGTH

IN_FILES = (Where.FILE, Where.UNREAD)


def take_numbers_out(octets: bytes, reading: Reading, received_at: datetime, portal: Portal) -> Redacted:
    """The message as it may be filed where numbers stand in it, or may. Files with some are left out, and named."""
    left_out = {one.part: one for one in reading.findings if one.where in IN_FILES and one.part is not None}
    words = load_language(portal.language, portal.timezone)
    note = words.render("mail/left_out.txt", files=list(left_out.values())) if left_out else ""
    redacted = redact(octets, left_out.keys(), note)
    return Redacted(redacted, scrub_post(read_post(redacted, received_at), portal).body_digest)


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
