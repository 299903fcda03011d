"""Body form: what a body shows by itself of how it is to be read.

Many servers sign a body, and not the fields that say how to read it. Whoever replays such a message could have it read
in another way, so that what was attached or hidden becomes what its author seems to say.
"""

import binascii
import re
from email.message import Message

from mailer.reading.fields import raw_fields

TYPE, ENCODING, DISPOSITION = FORM = ("content-type", "content-transfer-encoding", "content-disposition")
MULTIPARTS = ("multipart/mixed", "multipart/alternative", "multipart/related", "multipart/signed")
AS_IT_IS = ("", "7bit", "8bit", "binary")
CHARSETS = re.compile(r"|us-ascii|ascii|utf-?8|iso-8859-\d{1,2}|windows-125\d", re.IGNORECASE)  # with ASCII in them
PREAMBLE = re.compile(rb"\s*(?:This is [^\r\n]*MIME[^\r\n]*\s*)?")  # for programs without MIME
LONGEST_PREAMBLE = 200
BLANKS = b" \t\r\n\v\f"
DELIMITER = re.compile(rb"^--([^\r\n]{1,80})", re.MULTILINE)


def find_evident(head: Message, body: bytes) -> tuple[str, ...]:
    """Those of the fields `FORM` whose value, or absence, the body itself bears out."""
    encoding = "".join(raw_fields(head, ENCODING)).strip().lower()
    boundary = find_boundary(body)
    decoded = body if boundary and encoding in AS_IT_IS else _decode(body, encoding)
    is_evident = {
        TYPE: decoded is not None and _bears_out_type(head, decoded, boundary),
        ENCODING: decoded is not None,
        DISPOSITION: head.get_content_disposition() != "attachment",
    }
    return tuple(name for name in FORM if is_evident[name] and len(raw_fields(head, name)) <= 1)


def find_boundary(body: bytes) -> bytes:
    """The boundary of a body of several parts, as its first line and its end have it; empty if there is none."""
    first = DELIMITER.search(body)
    boundary = first.group(1).rstrip() if first else b""
    if not boundary or not first or first.start() > LONGEST_PREAMBLE or not PREAMBLE.fullmatch(body, 0, first.start()):
        return b""
    return boundary if body[-256:].rstrip().endswith(b"\n--" + boundary + b"--") else b""


def _bears_out_type(head: Message, decoded: bytes, boundary: bytes) -> bool:
    kind = head.get_content_type()
    if boundary:
        stated = str(head.get_param("boundary", "")).rstrip()
        return kind in MULTIPARTS and stated.encode("utf-8", "surrogateescape") == boundary
    if head.get_param("name") is not None or not CHARSETS.fullmatch(str(head.get_param("charset", ""))):
        return False
    return kind == "text/plain" or (kind == "text/html" and decoded.lstrip()[:1] == b"<")


def _decode(body: bytes, encoding: str) -> bytes | None:
    """A body decoded as far as its beginning shows; None if not all of it is in this encoding."""
    if encoding == "base64":
        try:
            return binascii.a2b_base64(body.translate(None, BLANKS), strict_mode=True)
        except binascii.Error:
            return None
    return body if encoding in (*AS_IT_IS, "quoted-printable") else None
