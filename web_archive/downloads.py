"""Downloads: attachments, always as files to save, never as pages to open. Nothing is taken apart here."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response
from sqlmodel import Session

from tickets.conversations import anonymity, lookup
from tickets.conversations.anonymity import ShownFile
from tickets.database import contents
from tickets.errors import NotFound
from tickets.post import WHOLE
from web_archive.rendering import inside, let_be_found, the_means

blueprint = Blueprint("downloads", __name__)

SANDBOX = "sandbox; default-src 'none'"
ANYTHING = "application/octet-stream"
TOLD = ("application/pdf", "application/zip", "application/vnd.", "application/msword", "image/png", "image/jpeg")


@blueprint.get("/m/<path>/<int(max=9999):part>")
def attachment(path: str, part: int) -> Response:
    """A file of a message as its reader may have it; 404 if they may not."""
    with inside() as (session, sight):
        mailing_list, ticket, message = lookup.message_at(session, sight, path)
        shown = anonymity.show(session, ticket, [message], sees_asker=sight.of_asker(ticket))[message.key]
        file = next((one for one in shown.files if one.part == part), None)
        if file is None:
            raise NotFound(f"{path}/{part}")
        let_be_found(mailing_list)
        stored = find_stored(session, file, message.content_key)
    return to_save(stored, file)


@dataclass(frozen=True)
class Stored:
    """A file as the database has it: ready to be saved, or still in the content that it has to be taken out of."""

    octets: bytes
    number: int | None = None  # of the part that it still is

    def open(self) -> bytes:
        """The file as any reader may have it. Raises NotFound if nobody can look into it."""
        if self.number is None:
            return self.octets
        octets = the_means().take_out(self.octets, self.number)
        if octets is None:
            raise NotFound(f"part {self.number}")
        return octets


def find_stored(session: Session, file: ShownFile, content_key: str = "") -> Stored:
    """A file of a message with this content, or its clean copy. Raises NotFound if nobody can look into it."""
    key, number = (file.clean_key, WHOLE) if file.clean_key else (content_key, file.part)
    octets = contents.find_file(session, key, number)
    return Stored(octets) if octets is not None else Stored(contents.octets_at(session, key), number)


def to_save(stored: Stored, file: ShownFile) -> Response:
    """A file that a browser saves under its name, and never opens as a page."""
    response = Response(stored.open(), mimetype=file.type if file.type.startswith(TOLD) else ANYTHING)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
