"""Mail files: a file that is a message, or a mailbox of messages (RFC 4155), told by how it begins."""

import re

FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|content-type|content-transfer-encoding"
    rb"|delivered-to|reply-to|dkim-[a-z]{1,20}|x-[a-z-]{1,60}|in-reply-to|references|sender|bcc"
    rb"|list-[a-z-]{1,60}|authentication-results|auto-submitted|archived-at|arc-[a-z-]{1,40}|received-spf"
    rb"|thread-(?:topic|index)|envelope-to|delivery-date|(?:accept|content)-language|dmarc-filter):",
    re.IGNORECASE,
)
FEWEST_FIELDS = 2  # at the beginning of a text, which make it a message
ENVELOPE = re.compile(rb"^From [^\n]{3,300}\n(?=[!-9;-~]{1,80}:|>?From )", re.MULTILINE)
HEAD = 8_192


def begins_as_message(octets: bytes) -> bool:
    lines = octets[:HEAD].lstrip().replace(b"\r\n", b"\n").split(b"\n")
    if lines[0].startswith(b"From "):
        return bool(lines[1:]) and FIELD.match(lines[1]) is not None
    unfolded = [line for line in lines if line[:1] not in (b" ", b"\t")][:FEWEST_FIELDS]
    return len(unfolded) == FEWEST_FIELDS and all(map(FIELD.match, unfolded))


def split_mailbox(octets: bytes) -> list[tuple[bytes, bytes]]:
    """The messages of a mailbox, each behind the line that begins it; of a single one, itself behind nothing."""
    if octets.lstrip()[:5] != b"From ":
        return [(b"", octets)]
    plain = octets.replace(b"\r\n", b"\n")
    starts = [found.start() for found in ENVELOPE.finditer(plain)]
    pieces = [plain[start:end] for start, end in zip(starts, [*starts[1:], len(plain)], strict=True)]
    return [(line + end, message) for line, end, message in (piece.partition(b"\n") for piece in pieces)]
