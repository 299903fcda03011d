"""Mail files: a file that is a message, or a mailbox of messages (RFC 4155), told by two fields that follow each other.

What stands above a message is no part of it: a mark of UTF-8, blank lines, the length that Apple Mail writes, a line
"From " or ">From ", a sentence of the person who saved it.
"""

import re

FIELD = re.compile(rb"([!-9;-~]{1,76}):")
KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|in-reply-to|references|comments|keywords|received"
    rb"|return-path|mime-version|content-[a-z-]{1,40}|delivered-to|envelope-to|apparently-to|delivery-date|x-[a-z0-9-]{1,60}"
    rb"|arc-[a-z-]{1,40}|dkim-[a-z]{1,20}|domainkey-signature|authentication-results|received-spf|dmarc-filter|list-[a-z-]{1,60}"
    rb"|resent-[a-z-]{1,20}|auto-submitted|archived-at|thread-(?:topic|index)|(?:accept|content)-language|status"
    rb"|importance|priority|sensitivity|precedence|organi[sz]ation|user-agent|lines|errors-to|disposition-[a-z-]{1,40}"
    rb"|return-receipt-to|feedback-id|autocrypt|newsgroups|path|expires|supersedes|original-[a-z-]{1,40}|old-[a-z-]{1,40})",
    re.IGNORECASE,
)
FEWEST_FIELDS = 2  # of those that mail has, one below the other, which make it a message
ENVELOPE = re.compile(rb"^From [^\n]{3,300}\n(?=[!-9;-~]{1,80}:|>?From )", re.MULTILINE)
APPLES = re.compile(rb"(?:\xef\xbb\xbf)?([0-9]{1,9})[ \t]*\r?\n")  # the length of the message below it (.emlx)
UTF8 = b"\xef\xbb\xbf"  # its mark
BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,200}")
HEAD = 32_768  # octets in which the fields stand


def begins_as_message(octets: bytes) -> bool:
    """Whether a file begins like a mail, also behind a byte order mark or a line of mbox."""
    return _start(octets) is not None


def split_mailbox(octets: bytes) -> list[tuple[bytes, bytes]]:
    """The messages of a file as pairs: what stands above a message, and the message; the last may be empty."""
    start = _start(octets) or 0
    top = BEFORE.match(octets).end()  # type: ignore[union-attr]  # of nothing, too
    if octets[top : top + 5] == b"From ":
        return _split(octets[:top], octets[top:].replace(b"\r\n", b"\n"))
    length = APPLES.match(octets)
    end = length.end() + int(length[1]) if length else len(octets)
    if not start < end < len(octets):
        return [(octets[:start], octets[start:])]
    return [(octets[:start], octets[start:end]), (octets[end:], b"")]


def _split(before: bytes, plain: bytes) -> list[tuple[bytes, bytes]]:
    starts = [found.start() for found in ENVELOPE.finditer(plain)] or [0]
    pieces = [plain[start:end] for start, end in zip(starts, [*starts[1:], len(plain)], strict=True)]
    parted = [(line + end, message) for line, end, message in (piece.partition(b"\n") for piece in pieces)]
    return [(before + parted[0][0], parted[0][1]), *parted[1:]]


def _start(octets: bytes) -> int | None:
    """Where the fields of the first message begin; None if there are none."""
    at, start, known = (len(UTF8) if octets.startswith(UTF8) else 0), None, 0
    for line in octets[at:HEAD].splitlines(keepends=True):
        if field := FIELD.match(line):
            start = at if start is None else start
            known += KNOWN.fullmatch(field[1]) is not None
            if known == FEWEST_FIELDS:
                return start
        elif start is None or line[:1] not in (b" ", b"\t"):
            start, known = None, 0
        at += len(line)
    return None
