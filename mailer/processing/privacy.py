"""The privacy guard: what takes the place of messages and names in which civil registration numbers stand, or may."""

from dataclasses import replace

from mailer.privacy.findings import Where
from mailer.privacy.scrubbing import scrub_post
from mailer.sandbox.framing import Failure
from mailer.sandbox.headings import MessageHeading
from mailer.sandbox.incoming import Unread
from mailer.sandbox.message import Reading
from mailer.sandbox.reader import Workshop
from templates.language import load_language
from tickets.numbers.cpr import mask_address, mask_cpr
from tickets.portal import Portal
from tickets.post import Mailbox, Redacted

IN_FILES = (Where.FILE, Where.UNREAD)


def take_numbers_out(workshop: Workshop, unread: Unread, reading: Reading, portal: Portal) -> Redacted | Failure:
    """The message as it may be filed without numbers, files with numbers left out and named; or the failure.

    Files with some are left out, and named.
    """
    left_out = {one.part: one for one in reading.findings if one.where in IN_FILES and one.part is not None}
    words = load_language(portal.language, portal.timezone)
    note = words.render("mail/left_out.txt", files=list(left_out.values())) if left_out else ""
    redacted = workshop.redact(unread, left_out.keys(), note)
    if isinstance(redacted, Failure):
        return redacted
    octets, post = redacted
    return Redacted(octets, scrub_post(post, portal).body_digest)


def make_mark(heading: MessageHeading | None, size: int, portal: Portal) -> bytes:
    """A note in the place of an unreadable message that became too old: what was there, and of which size in octets.

    It names no author, so that nothing can be filed of it.
    """
    author = mask_cpr(heading.reading.post.author.email) if heading else ""
    words = load_language(portal.language, portal.timezone)
    note = words.render("mail/gone.txt", author=author, size=size)
    kept = heading.kept.encode("latin-1") + b"\r\n" if heading and heading.kept else b""
    lines = [
        "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
        *note.strip("\n").split("\n"), "",
    ]  # fmt: skip
    return kept + "\r\n".join(lines).encode()


def mask_names(reading: Reading) -> Reading:
    """The reading without numbers in its authors' names and addresses."""
    if not any(finding.where is Where.AUTHOR for finding in reading.findings):
        return reading
    authors = tuple(map(_masked, reading.authors))
    author = _masked(reading.post.author)
    return replace(reading, post=replace(reading.post, author=author), authors=authors)


def _masked(author: Mailbox) -> Mailbox:
    return replace(author, name=mask_cpr(author.name), email=mask_address(author.email))
