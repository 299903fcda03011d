"""A post: a message as the rest of the portal knows it, free of MIME."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tickets.form.blocks import Form
from tickets.reasons import Grounds

WHOLE = -1  # in place of a part's number: not a part of a message, but the whole of a file
GAPS = ("\n", "\n\n", "\n\n\n")  # between a signature and older mail, which version 0.1 kept in one


@dataclass(frozen=True)
class Mailbox:
    """A display name and an address (RFC 5322 3.4); the address in lower case."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        """What stands behind the last @ of the address."""
        return self.email.rpartition("@")[2]


@dataclass(frozen=True)
class File:
    """An attachment: where it is in the raw message, what to call it, its octets when decoded."""

    part: int
    name: str
    type: str
    size: int
    is_inline: bool = False  # a logo in the text, a signature over it: seen by programs, not by people


@dataclass(frozen=True)
class CleanFile:
    """An attachment without what tells who made it, and all the words that are left in it."""

    octets: bytes
    words: str
    has_pictures: bool = False  # which no program looks through
    traces: str = ""  # what looks like words in what is no text: names may be in it, and much that is nothing


@dataclass(frozen=True)
class Redacted:
    """A message without its numbers, and the digest of its body: a copy of what was filed so is known by it."""

    octets: bytes
    body_digest: str


@dataclass(frozen=True)
class KeptFile:
    """How a file is kept: as so many octets of its message, from `start` on, or else as octets of its own."""

    start: int | None = None
    length: int = 0
    is_base64: bool = False  # as it is written in the message; else it lies there as it is
    octets: bytes | None = None  # not as it came: without what was one reader's alone, or out of a wrapping


@dataclass(frozen=True)
class OwnLetter:
    """A letter that a portal wrote about a ticket, which somebody attached."""

    ticket: str
    domain: str  # of the portal
    part: int | None = None  # of the file that it is; none if it lies in another
    text: str = ""  # as it is told within the post's


@dataclass(frozen=True)
class Post:
    """A parsed message addressed to a list, free of MIME. Field values are decoded and without `<>`."""

    message_id: str
    author: Mailbox
    subject: str
    text: str  # what the author wrote now
    quoted: str = ""  # older mail, folded away
    signature: str = ""  # folded away too, with phone footers and what mail systems put around
    sign_off: str = ""  # the last lines of the text itself, from its leave-taking on, where there is one in it
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # oldest first, as in the field
    thread_index: str = ""  # its place in a conversation of Outlook's (`thread_ids`)
    recipients: tuple[str, ...] = ()  # addresses of To and Cc, lower case
    sent_at: datetime | None = None
    files: tuple[File, ...] = ()
    letters: tuple[OwnLetter, ...] = ()
    form: Form = ()  # of the text, or of more; empty if it has none
    robot: Grounds | None = None  # what shows that no person wrote this; none if one did
    defects: tuple[str, ...] = ()

    @property
    def attached(self) -> tuple[File, ...]:
        """The files that are for people: without logos and the like."""
        return tuple(file for file in self.files if not file.is_inline)

    @property
    def folded(self) -> str:
        """All that is folded away: the signature, then the quoted mail."""
        return "\n\n".join(filter(None, (self.signature, self.quoted)))

    @property
    def body_digest(self) -> str:
        """A digest of what the author wrote, which tells a copy from another post under the same Message-ID.

        Lists add footers, so these do not count.
        """
        return hashlib.sha256(" ".join((self.text or self.folded).split()).encode()).hexdigest()

    @property
    def digests(self) -> frozenset[str]:
        """The digests by which a copy may be filed: until version 0.2 they were of all that stands in a message."""
        folded = (gap.join(filter(None, (self.signature, self.quoted))) for gap in GAPS)
        former = (hashlib.sha256(f"{self.text}\0{one}".encode()).hexdigest() for one in folded)
        return frozenset([self.body_digest, *former])

    @property
    def cited(self) -> tuple[str, ...]:
        """The Message-IDs it answers, best evidence first: In-Reply-To, then References newest first."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))


class Words(Protocol):
    """What somebody wrote, in the parts that its reader found."""

    @property
    def text(self) -> str: ...
    @property
    def quoted(self) -> str: ...
    @property
    def signature(self) -> str: ...
    @property
    def sign_off(self) -> str: ...
